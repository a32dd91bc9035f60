"""Reads bank details from a file or stdin. A problem says where it is, and never what stands there; asks nobody."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from leaderboard.cli.arguments import WrongUsage
from leaderboard.cli.opening import CannotRun
from leaderboard.domain.payee_checks import BankAsked, PayeeAsked
from leaderboard.domain.payees import Address

STDIN: Final = "-"
_PARTS: Final[tuple[tuple[str, type[msgspec.Struct]], ...]] = (
    ("", PayeeAsked),
    ("address", Address),
    ("bank", BankAsked),
)
# What may be repeated of a name that is no field: with a digit in it, it may be a number of the details.
_SAYABLE: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,29}", re.ASCII)
_PLACE: Final = re.compile(r"\(at (line \d+, column \d+|end of document)\)")


def read_details(file: str) -> Any:
    """What a file holds. WrongUsage where it cannot be read, CannotRun for fields that are none, or are missing."""
    where = "stdin" if file == STDIN else file
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        raise CannotRun(f"{where}: {error.strerror}") from None
    details = _parsed(raw, where)
    if problems := list(_problems(details)):
        raise CannotRun(f"{where}: {'; '.join(problems)}")
    return details


def _parsed(raw: bytes, where: str) -> Any:
    is_json = raw.lstrip()[:1] in (b"{", b"")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
    try:
        return orjson.loads(orjson.dumps(tomllib.loads(raw.decode())))
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        place = place if is_json else found[1] if found else ""
    except (UnicodeDecodeError, orjson.JSONEncodeError):
        place = ""
    at = f"; look at {place}" if place else ""
    raise WrongUsage(f"{where}: is neither JSON nor TOML{at}; `leaderboard payee put --help` has an example")


def _problems(details: Any) -> Iterator[str]:
    """What is no field, and which are missing. What the fields hold is for the service to judge."""
    if not isinstance(details, dict):
        return
    for part, kind in _PARTS:
        found = details.get(part) if part else details
        if isinstance(found, dict):
            yield from _of_part(found, kind, f"{part}." if part else "")


def _of_part(found: dict[str, Any], kind: type[msgspec.Struct], path: str) -> Iterator[str]:
    fields = msgspec.structs.fields(kind)
    known = [field.name for field in fields]
    for name in found:
        if name not in known:
            said = name if _SAYABLE.fullmatch(name) else "something"
            yield f"{path}{said}: is not a field here; its fields are {', '.join(known)}"
    for field in fields:
        if field.required and field.name not in found:
            yield f"{path}{field.name}: is required"
