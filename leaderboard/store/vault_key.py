"""The keys that the vault seals with: where they come from. They never leave here but inside a Vault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leaderboard.store.key_files import key_from, make_key_file
from leaderboard.store.vault import KEY_BYTES, Vault

VARIABLE: Final = "LEADERBOARD_PAYEE_KEY"
FILE: Final = "payee.key"

_BESIDE: Final = (
    "%(path)s lies in the data directory, beside the bank details that it protects, so whoever takes that directory "
    "reads them: move it to another disk and name it in payouts.key_file, or give it in LEADERBOARD_PAYEE_KEY; and "
    "keep a copy apart, as without it no bank details can be read"
)
_READABLE: Final = "%(path)s may be read by others than its owner: chmod 600 it"


class NoVaultKey(RuntimeError):
    """There is no key to seal with; the text says where one was looked for, and never what was found."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A vault, and what is risky about where its keys lie. `made`: its key was made just before."""

    vault: Vault
    made: bool = False
    concerns: tuple[str, ...] = ()


def open_vault(data_dir: Path, key_file: str = "", given: str = "") -> Opened:
    """With the keys that are `given`, those of `key_file`, or DATA/payee.key, which is made on first use.

    Keys are in hexadecimal or base64, several parted by commas or lines: the first seals, all of them open.
    A file that was named is never made: it may be of a disk that is not there.
    """
    if given:
        return Opened(_vault(given, VARIABLE))
    path = Path(key_file) if key_file else data_dir / FILE
    try:
        made = not key_file and not path.exists() and make_key_file(path, KEY_BYTES)
        vault = _vault(path.read_text("ascii", errors="replace"), str(path))
        return Opened(vault, made, _concerns(path, data_dir))
    except FileNotFoundError as error:
        raise NoVaultKey(
            f"payouts.key_file: {path} is not there: mount its disk, or make it with `openssl rand -hex 32`"
        ) from error
    except OSError as error:
        raise NoVaultKey(f"{path}: {error.strerror}: make it readable, or set {VARIABLE}") from error


def _vault(text: str, where: str) -> Vault:
    secrets = [key_from(one, KEY_BYTES) for one in text.replace(",", " ").split()]
    keys = [secret for secret in secrets if secret is not None]
    if not keys or len(keys) != len(secrets):
        raise NoVaultKey(
            f"{where} must hold {KEY_BYTES} bytes, in hexadecimal or in base64; several such keys are parted by commas"
        )
    return Vault(keys)


def _concerns(path: Path, data_dir: Path) -> tuple[str, ...]:
    found = []
    if path.resolve().is_relative_to(data_dir.resolve()):
        found.append(_BESIDE % {"path": path})
    if path.stat().st_mode & 0o077:
        found.append(_READABLE % {"path": path})
    return tuple(found)
