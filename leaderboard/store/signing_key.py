"""The private key that this installation signs results with. It never leaves this file but as a SigningKey."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from leaderboard.domain.signing import KEY_BYTES, SigningKey
from leaderboard.store.key_files import key_from, make_key_file

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
            make_key_file(path, KEY_BYTES)
        return _read(path.read_text("ascii", errors="replace"), str(path))
    except OSError as error:
        raise NoSigningKey(f"{path}: {error.strerror}: make it readable, or set {VARIABLE}") from error


def _read(text: str, where: str) -> SigningKey:
    secret = key_from(text, KEY_BYTES)
    if secret is None:
        raise NoSigningKey(f"{where} must hold {KEY_BYTES} bytes, in hexadecimal or in base64")
    return SigningKey(secret)
