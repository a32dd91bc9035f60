"""The private key that this installation signs results with. It never leaves this file but as a SigningKey."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode
from pathlib import Path
from typing import Final

from leaderboard.domain.signing import KEY_BYTES, SigningKey

VARIABLE: Final = "LEADERBOARD_SIGNING_KEY"
FILE: Final = "signing.key"


class NoSigningKey(RuntimeError):
    """There is no key to sign with; the text says where one was looked for, and never what was found."""


def signing_key(data_dir: Path, given: str = "") -> SigningKey:
    """The key: `given` in hexadecimal or base64, or DATA/signing.key, made on first use for its owner alone.

    Several machines that sign for one store need the same key: copy the file, or set LEADERBOARD_SIGNING_KEY.
    """
    if given:
        return _read(given, VARIABLE)
    path = data_dir / FILE
    try:
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make(path)
        return _read(path.read_text("ascii", errors="replace"), str(path))
    except OSError as error:
        raise NoSigningKey(f"{path}: {error.strerror}: make it readable, or set {VARIABLE}") from error


def _make(path: Path) -> None:
    """Whole or not at all, and on the disk before anything is signed. Where another was first, its key stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        _sync(path.parent)
    finally:
        draft.unlink()


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(text: str, where: str) -> SigningKey:
    for decode in (bytes.fromhex, _from_base64):
        try:
            secret = decode(text.strip())
        except ValueError:
            continue
        if len(secret) == KEY_BYTES:
            return SigningKey(secret)
    raise NoSigningKey(f"{where} must hold {KEY_BYTES} bytes, in hexadecimal or in base64")


def _from_base64(text: str) -> bytes:
    return b64decode(text, validate=True)
