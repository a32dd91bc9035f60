"""Made-up kept events of every type, for the tests of the archive."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from leaderboard.archive.lines import entry_text
from leaderboard.domain.kept_events import TYPE_OF_KEPT, KeptEvent, KeptView

RECEIVED_MS = 1_790_000_000_000

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_HASHES = st.integers(0, 2**64 - 1)
_NUMBERS = st.integers(-(2**62), 2**62)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    int: _NUMBERS,
    float: _FLOATS,
    bool: st.booleans(),
    list[str]: st.lists(_TEXTS, max_size=3),
}


def _values(field: structs.FieldInfo) -> st.SearchStrategy[Any]:
    if field.name in ("visitor", "device"):
        known = _HASHES
    else:
        known = next(values for kind, values in _OF_TYPE.items() if field.type in (kind, kind | None))
    return known if field.required else st.none() | known


def _events_of(kept: type[KeptEvent]) -> st.SearchStrategy[KeptEvent]:
    return st.builds(kept, **{field.name: _values(field) for field in structs.fields(kept)})


EVENTS: st.SearchStrategy[KeptEvent] = st.one_of([_events_of(kept) for kept in TYPE_OF_KEPT])


def seen(number: int, ip: str | None = None) -> KeptView:
    """The view `number`."""
    return KeptView(f"v{number}", RECEIVED_MS, "a", "p", number, ip=ip)


def entry_of(number: int, count: int = 2, partition: int = 0, ip: str | None = None) -> bytes:
    """The lines of entry `number`, with `count` views of its own."""
    views = [seen(number * 1_000 + index, ip) for index in range(count)]
    return entry_text(partition, entry_id(number), RECEIVED_MS + number, views)


def entry_id(number: int) -> str:
    return f"{RECEIVED_MS + number}-0"
