"""What an installation is made with and must keep: partitions, identity key, format. Checked at every start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from leaderboard.domain.identities import KEY_BYTES, key_fingerprint
from leaderboard.store import keys
from leaderboard.store.client import Client, Command

FORMAT: Final = 1
KEY_VARIABLE: Final = "LEADERBOARD_IDENTITY_KEY"


class WrongInstallation(RuntimeError):
    """The store was made with other values; going on would count visitors twice or lose accounts."""


def identity_key(data_dir: Path, given: str = "", *, make: bool = True) -> bytes:
    """The key that visitor identities are hashed with: `given` as hex, or DATA/identity.key, made on first use.

    Without `make` a key that is missing raises WrongInstallation.

    Several machines on one store need the same key: copy the file, or set LEADERBOARD_IDENTITY_KEY.
    """
    if given:
        return _from_hex(given, KEY_VARIABLE)
    path = data_dir / "identity.key"
    if not make and not path.exists():
        raise WrongInstallation(f"{path} is missing: bring it back, or set {KEY_VARIABLE}")
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _from_hex(path.read_text("ascii").strip(), str(path))
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(descriptor, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _from_hex(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongInstallation(f"{where} must hold {KEY_BYTES} bytes as {KEY_BYTES * 2} hexadecimal digits")
    return key


async def check(client: Client, partitions: int, key: bytes) -> None:
    """Claims a fresh store for these values, or raises WrongInstallation naming the one that differs."""
    ours = {"partitions": str(partitions), "identity_key": key_fingerprint(key), "format": str(FORMAT)}
    commands: list[Command] = [("HSETNX", keys.INSTALLATION, name, value) for name, value in ours.items()]
    commands.append(("HMGET", keys.INSTALLATION, *ours))
    *_, stored = await client.together(commands, atomic=True)
    for (name, value), found in zip(ours.items(), stored, strict=True):
        if found.decode() != value:
            raise WrongInstallation(_DIFFERENCES[name].format(stored=found.decode(), ours=value))


_DIFFERENCES: Final = {
    "partitions": "the store was made with ingest.partitions = {stored}, the configuration says {ours}: "
    "accounts would be looked for in the wrong place; set it back",
    "identity_key": "the store was made with another identity key ({stored}, this one is {ours}): every known "
    f"visitor would count again; restore DATA/identity.key or {KEY_VARIABLE}",
    "format": "the store's data has format {stored}, this version reads format {ours}",
}
