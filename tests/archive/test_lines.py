"""A line says what was kept, and becomes it again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.archive.lines import Unreadable, entry_text, order, read_heads, read_lines, unreadable_text
from leaderboard.domain.kept_events import TYPE_OF_KEPT, KeptEvent, KeptHeartbeat, KeptView
from tests.archive.events import EVENTS, RECEIVED_MS


@given(st.lists(EVENTS, max_size=5), st.integers(0, 1023))
def test_every_event_comes_back_as_it_was_kept(events: list[KeptEvent], partition: int) -> None:
    lines = read_lines(entry_text(partition, "17-3", RECEIVED_MS, events))

    assert [line.event for line in lines if not isinstance(line, Unreadable)] == events
    assert [(line.partition, line.entry, line.received_ms) for line in lines] == [
        (partition, "17-3", RECEIVED_MS)
    ] * len(events)


@given(st.lists(EVENTS, min_size=1, max_size=3))
def test_a_line_is_one_json_object_under_the_names_of_the_kept_fields(events: list[KeptEvent]) -> None:
    text = entry_text(1, "17-3", RECEIVED_MS, events)
    objects = [json.loads(line) for line in text.decode().split("\n")[:-1]]

    for index, (found, event) in enumerate(zip(objects, events, strict=True)):
        kept = {name: getattr(event, name) for name in event.__struct_fields__}
        place = {"partition": 1, "entry": "17-3", "index": index, "received_ms": RECEIVED_MS}
        expected = {name: value for name, value in kept.items() if value is not None}
        assert found == {"type": TYPE_OF_KEPT[type(event)], **place, **expected}


def test_the_largest_visitor_hash_is_exact() -> None:
    view = KeptView("v", RECEIVED_MS, "a", "p", 2**64 - 1)

    assert b'"visitor":18446744073709551615' in entry_text(0, "1-0", RECEIVED_MS, [view])


def test_what_cannot_be_read_keeps_its_bytes() -> None:
    unreadable = Unreadable(2, "17-3", RECEIVED_MS, 4, b"\x00\xffbroken\n")
    text = unreadable_text(unreadable)

    assert read_lines(text) == [unreadable]
    assert json.loads(text)["type"] == "unreadable"


def test_heads_say_the_places_of_all_kinds_of_lines() -> None:
    beat = KeptHeartbeat("h", RECEIVED_MS, "a", "host", "s", 20_000, "explaining", "in_app")
    text = entry_text(1, "5-0", 5, [beat]) + unreadable_text(Unreadable(2, "6-0", 6, 1, b""))

    assert [(head.partition, head.entry, head.received_ms) for head in read_heads(text)] == [
        (1, "5-0", 5),
        (2, "6-0", 6),
    ]


@pytest.mark.parametrize(("lower", "higher"), [("9-0", "10-0"), ("10-9", "10-10"), ("10-0", "10-1")])
def test_ids_are_compared_as_numbers(lower: str, higher: str) -> None:
    assert order(lower) < order(higher)
