"""Where the embedded store listens, and how a second process finds it. Starts nothing."""

from __future__ import annotations

import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

SOCKET_NAME = "store.sock"
# sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included.
LONGEST_SOCKET_PATH_BYTES = 103
_PRIVATE_PREFIX = "leaderboard-"


def choose_socket(store_dir: Path) -> Path:
    """The socket beside the data, or in a private directory where that path is too long for a socket."""
    beside = store_dir / SOCKET_NAME
    if _fits(beside):
        return beside
    private = Path(tempfile.mkdtemp(prefix=_PRIVATE_PREFIX)) / SOCKET_NAME
    if _fits(private):
        return private
    private.parent.rmdir()
    return Path(tempfile.mkdtemp(prefix=_PRIVATE_PREFIX, dir="/tmp")) / SOCKET_NAME


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH_BYTES


def url_of(socket_path: Path) -> str:
    return "unix://" + quote(str(socket_path))


def publish(store_dir: Path, socket_path: Path) -> None:
    """Leaves the address in DATA/store/url, whole or not at all."""
    draft = store_dir / "url.new"
    draft.write_text(url_of(socket_path) + "\n", "utf-8")
    draft.replace(store_dir / "url")


def forget(store_dir: Path, socket_path: Path | None = None) -> None:
    """Takes away the address and the socket; without `socket_path`, those a killed store has left."""
    socket_path = socket_path or published_socket(store_dir)
    (store_dir / "url").unlink(missing_ok=True)
    if socket_path is None or socket_path.name != SOCKET_NAME:
        return
    socket_path.unlink(missing_ok=True)
    if socket_path.parent != store_dir and socket_path.parent.name.startswith(_PRIVATE_PREFIX):
        with suppress(OSError):
            socket_path.parent.rmdir()


def published_socket(store_dir: Path) -> Path | None:
    try:
        url = (store_dir / "url").read_text("utf-8").strip()
    except OSError:
        return None
    path = unquote(urlsplit(url).path)
    return Path(path) if path else None


def embedded_url(data_dir: Path) -> str | None:
    """The address of the store that runs on this data directory, None where none answers."""
    socket_path = published_socket(data_dir.resolve() / "store")
    if socket_path is None:
        return None
    try:
        with _connected(socket_path):
            return url_of(socket_path)
    except OSError:
        return None


def ping(socket_path: Path) -> bytes | None:
    """The first line of the server's answer to PING, None where it gives none."""
    try:
        with _connected(socket_path) as line:
            line.sendall(b"PING\r\n")
            return line.recv(256).partition(b"\r\n")[0] or None
    except OSError:
        return None


def _connected(socket_path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(1.0)
        line.connect(str(socket_path))
    except BaseException:
        line.close()
        raise
    return line
