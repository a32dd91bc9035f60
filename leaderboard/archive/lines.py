"""An archived event as one line of JSON, and back. Knows no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from leaderboard.domain.kept_events import TYPE_OF_KEPT, KeptEvent

_PLACE: Final = (("partition", int), ("entry", str), ("index", int), ("received_ms", int))


@dataclass(frozen=True, slots=True)
class Archived:
    """An event and where it was received: the `index`-th of inbox entry `entry`."""

    partition: int
    entry: str
    index: int
    received_ms: int
    event: KeptEvent


class Unreadable(Struct, tag_field="type", tag="unreadable", frozen=True):
    """An entry that could not be read; `batch` is what was in it, in base64 within the line."""

    partition: int
    entry: str
    received_ms: int
    events: int
    batch: bytes


class Head(Struct, frozen=True):
    """What every line says of its place."""

    partition: int
    entry: str
    received_ms: int


def _line_of(kept: type[KeptEvent]) -> Any:
    """The struct of a line: the place, then exactly the kept fields; those that are None are left out."""
    fields = [
        (field.name, field.type) if field.required else (field.name, field.type, field.default)
        for field in structs.fields(kept)
    ]
    return msgspec.defstruct(
        f"{kept.__name__}Line",
        [*_PLACE, *fields],
        tag_field="type",
        tag=TYPE_OF_KEPT[kept],
        omit_defaults=True,
    )


_LINE_OF: Final = {kept: _line_of(kept) for kept in TYPE_OF_KEPT}
_KEPT_OF: Final = {line: kept for kept, line in _LINE_OF.items()}
_encode_lines: Final = msgspec.json.Encoder().encode_lines
_lines: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(reduce(or_, _KEPT_OF, Unreadable))
_heads: Final = msgspec.json.Decoder(Head)


def entry_text(partition: int, entry: str, received_ms: int, events: Sequence[KeptEvent]) -> bytes:
    """The lines of an entry's events, in their order."""
    values, line_of = structs.astuple, _LINE_OF
    return _encode_lines(
        [
            line_of[type(event)](partition, entry, index, received_ms, *values(event))
            for index, event in enumerate(events)
        ]
    )


def unreadable_text(unreadable: Unreadable) -> bytes:
    """The line of an entry that could not be read."""
    return _encode_lines([unreadable])


def read_lines(text: bytes) -> list[Archived | Unreadable]:
    """What the lines say; msgspec.MsgspecError where one is none of ours."""
    return [line if type(line) is Unreadable else _archived(line) for line in _lines.decode_lines(text)]


def _archived(line: Any) -> Archived:
    partition, entry, index, received_ms, *kept = structs.astuple(line)
    return Archived(partition, entry, index, received_ms, _KEPT_OF[type(line)](*kept))


def read_heads(text: bytes) -> list[Head]:
    """The places of the lines, which costs a fifth of reading them."""
    return _heads.decode_lines(text)


def with_addresses(text: bytes, change: Any) -> bytes:
    """The same lines, each network address replaced by `change(address)`."""
    lines = _lines.decode_lines(text)
    for line in lines:
        if getattr(line, "ip", None) is not None:
            line.ip = change(line.ip)
    return _encode_lines(lines)


def order(entry: str) -> tuple[int, int]:
    """Compares inbox ids as the inbox orders them."""
    milliseconds, _, sequence = entry.partition("-")
    return int(milliseconds), int(sequence or 0)
