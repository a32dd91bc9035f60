"""What every check of a sealed file has: its seal, and the key that it has to be by. Knows no document's meaning."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.cli.arguments import WrongUsage
from leaderboard.cli.opening import CannotRun
from leaderboard.domain.signing import Checked, NotGenuine, check, public_key_from

STDIN: Final = "-"
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_UNPROVEN: Final = "the file is whole, and signed by the key that stands in it;"


class _Extract(Struct, frozen=True):
    """What an agency gets says itself that it is not signed."""

    signed: bool


class _ListedKey(Struct, frozen=True):
    public_key: str


class _KeyList(Struct, frozen=True):
    """As `/v1/signing-keys` answers."""

    items: list[_ListedKey]


def checked_file(file: str) -> Checked:
    """A sealed file in order; CannotRun says what is wrong with one that is not."""
    return checked_content(file, read(file))


def checked_content(file: str, content: bytes) -> Checked:
    """The same for bytes that came otherwise; `file` is what they are called."""
    try:
        return check(content)
    except NotGenuine as error:
        if _is_extract(content):
            raise CannotRun(f"{file}: it is an agency's extract, which is not signed") from error
        raise CannotRun(f"{file}: NOT GENUINE: {error}") from error


def read(file: str) -> bytes:
    """The bytes of a file, or of standard input."""
    try:
        return sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}") from error


def _is_extract(content: bytes) -> bool:
    try:
        return not msgspec.json.decode(content, type=_Extract).signed
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def require_key(file: str, checked: Checked, given: str) -> None:
    """CannotRun where the file is by another key than the one given."""
    is_named = bool(_KEY_ID.fullmatch(given))
    if checked.key_id != given if is_named else checked.public_key not in _public_keys(given):
        which = given if is_named else "the key given"
        raise CannotRun(f"{file}: NOT GENUINE: it is signed with key {checked.key_id}, not with {which}")


def _public_keys(given: str) -> set[bytes]:
    """Those of a file, where there is one of this name, or the one that stands there itself."""
    path = Path(given)
    try:
        text = path.read_text("utf-8").strip() if path.is_file() else given
        if text.startswith("{"):
            return {
                public_key_from(one.public_key) for one in msgspec.convert(json.loads(text), _KeyList).items
            }
        return {public_key_from(text)}
    except OSError as error:
        raise CannotRun(f"{given}: {error.strerror}") from error
    except ValueError as error:
        if _is_file_name(path):
            raise CannotRun(f"--key {given}: there is no such file") from error
        kinds = "a key id, a public key in base64, or a file with one or with the answer of /v1/signing-keys"
        raise WrongUsage(f"--key {given}: is not {kinds}") from error


def _is_file_name(path: Path) -> bool:
    """Whether it can only be meant as one, and no file has it: base64 has no dot."""
    return bool(re.fullmatch(r"\.[A-Za-z0-9]+", path.suffix, re.ASCII)) and not path.exists()


def key_told(checked: Checked, *, compared: bool) -> Iterator[tuple[str, str]]:
    """The key, and what is not known as long as nobody has compared it."""
    if compared:
        yield "key", f"{checked.key_id}, as given"
    else:
        yield "key", f"{checked.key_id}, NOT COMPARED: {_UNPROVEN}"
        yield "", "whether that is the key of the service, its /v1/signing-keys tells: see --key"
