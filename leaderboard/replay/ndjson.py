"""Our own events, one JSON object a line: passed on as they are, unless somebody needs their time or moves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from leaderboard.domain.events import At
from leaderboard.domain.times import to_ms
from leaderboard.replay.rebase import MOVED_IDS, Shift
from leaderboard.replay.recorded import Events, Lines, Recorded
from leaderboard.replay.tally import Tally


class _Object(Struct):
    """Any JSON object: its fields are checked to be JSON, and skipped."""


class _Timed(Struct):
    at: At


Reader = Callable[[str, Lines, Tally], Events]

_Fields = dict[str, Raw]

_check = msgspec.json.Decoder(_Object).decode
_timed = msgspec.json.Decoder(_Timed).decode
_fields = msgspec.json.Decoder(_Fields).decode
_at = msgspec.json.Decoder(At).decode
_any = msgspec.json.Decoder().decode

# Nesting without end is a RecursionError; what is not UTF-8, or not JSON, a ValueError.
_MALFORMED = (ValueError, RecursionError)


def as_is(name: str, lines: Lines, tally: Tally) -> Events:
    """Every line that is a JSON object, byte for byte. What is in it, the door will say."""
    for number, line in lines:
        try:
            _check(line)
            _check_utf8(line)
        except _MALFORMED as error:
            _skip(name, number, line, error, tally)
        else:
            yield Recorded(line, name, number)


def timed(name: str, lines: Lines, tally: Tally) -> Events:
    """The same bytes, with their time; without a readable `at` a line has no place in time and is skipped."""
    return _read(name, lines, tally, lambda line: (line, _ms(_timed(line).at)))


def moved(name: str, lines: Lines, tally: Tally, shift: Shift) -> Events:
    """Every event at another time, under other ids; all other fields keep their bytes."""
    return _read(name, lines, tally, lambda line: _move(_fields(line), shift))


def _read(name: str, lines: Lines, tally: Tally, read: Callable[[bytes], tuple[bytes, int]]) -> Events:
    for number, line in lines:
        try:
            _check_utf8(line)
            body, at_ms = read(line)
        except _MALFORMED as error:
            _skip(name, number, line, error, tally)
        else:
            yield Recorded(body, name, number, at_ms)


def _check_utf8(line: bytes) -> None:
    if not line.isascii():
        line.decode("utf-8")


def _move(fields: _Fields, shift: Shift) -> tuple[bytes, int]:
    if "at" not in fields:
        raise msgspec.ValidationError("Object missing required field `at`")
    at_ms = shift.at_ms(_ms(_at(fields["at"])))
    new: dict[str, Any] = {**fields, "at": at_ms}
    for name in MOVED_IDS & fields.keys():
        # What is no text is left for the door to refuse.
        if isinstance(was := _any(fields[name]), str):
            new[name] = shift.id(was)
    return msgspec.json.encode(new), at_ms


def _ms(at: At) -> int:
    return at if isinstance(at, int) else to_ms(at)


def _skip(name: str, number: int, line: bytes, error: Exception, tally: Tally) -> None:
    if not line.strip():
        return
    detail = f"{error}"
    if isinstance(error, UnicodeDecodeError):
        tally.skip("not_utf8", name, number, detail)
    elif isinstance(error, msgspec.ValidationError) and _is_object(line):
        tally.skip("no_time", name, number, detail)
    else:
        tally.skip("not_json", name, number, f"not a JSON object: {detail}")


def _is_object(line: bytes) -> bool:
    try:
        _check(line)
    except _MALFORMED:
        return False
    return True
