"""Files that hold a secret key: made whole or not at all, for their owner alone. Knows no key's purpose."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode
from pathlib import Path


def make_key_file(path: Path, key_bytes: int) -> bool:
    """A file with a random key, on the disk when this returns. False where another was first: its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_bytes(key_bytes).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        _sync(path.parent)
        return True
    finally:
        draft.unlink()


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def key_from(text: str, key_bytes: int) -> bytes | None:
    """A key in hexadecimal or base64; None for what is none of that length."""
    for decode in (bytes.fromhex, _from_base64):
        try:
            secret = decode(text.strip())
        except ValueError:
            continue
        if len(secret) == key_bytes:
            return secret
    return None


def _from_base64(text: str) -> bytes:
    return b64decode(text, validate=True)
