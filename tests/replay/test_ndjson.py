from __future__ import annotations

import json

import pytest

from leaderboard.replay import ndjson
from leaderboard.replay.rebase import Shift
from leaderboard.replay.recorded import Events, Lines
from leaderboard.replay.tally import Tally

VIEW = b'{"id":"e1", "at":1600000000000,\t"n":0.10e1,"name":"\xc3\xa9"}'
SHIFT = Shift(255)

BROKEN = {
    b"[]": "not_json",
    b'"text"': "not_json",
    b"{": "not_json",
    b'{"a":1}{"a":2}': "not_json",
    b'{"a":1},': "not_json",
    b"nonsense": "not_json",
    b'{"a":' * 100_000: "not_json",
    b'{"a":"\0","at":1600000000000}': "not_json",
    b'{"a":"\xff","at":1600000000000}': "not_utf8",
}
TIMELESS = [
    b"{}",
    b'{"at":"soon"}',
    b'{"at":"2020-01-01T00:00:00"}',
    b'{"at":true}',
    b'{"at":null}',
    b'{"at":1.5}',
]


def moved(name: str, lines: Lines, tally: Tally) -> Events:
    return ndjson.moved(name, lines, tally, SHIFT)


readers = pytest.mark.parametrize("read", [ndjson.as_is, ndjson.timed, moved])


def moved_event(line: bytes) -> dict[str, object]:
    [event] = moved("f", [(1, line)], Tally())
    return dict(json.loads(event.body))


def test_lines_go_on_byte_for_byte_with_the_place_they_came_from() -> None:
    [event] = ndjson.as_is("f", [(7, VIEW + b"\r")], Tally())

    assert (event.body, event.file, event.line, event.at_ms) == (VIEW + b"\r", "f", 7, None)


def test_to_know_the_time_changes_no_byte() -> None:
    events = list(ndjson.timed("f", [(1, VIEW), (2, b'{"at":"2020-09-13T14:26:40+02:00"}')], Tally()))

    assert events[0].body == VIEW
    assert [event.at_ms for event in events] == [1_600_000_000_000, 1_600_000_000_000]


@readers
@pytest.mark.parametrize("line", BROKEN)
def test_what_is_no_json_object_is_skipped_with_its_place(read: ndjson.Reader, line: bytes) -> None:
    tally = Tally()

    events = list(read("f", [(1, VIEW), (2, line), (3, VIEW)], tally))

    assert [event.line for event in events] == [1, 3]
    assert [(code, cause.examples[0].line) for code, cause in tally.skipped.items()] == [(BROKEN[line], 2)]


@readers
def test_empty_lines_are_nothing(read: ndjson.Reader) -> None:
    tally = Tally()

    assert list(read("f", [(1, b""), (2, b" \r")], tally)) == []
    assert tally.skipped_total == 0


@pytest.mark.parametrize("read", [ndjson.timed, moved])
@pytest.mark.parametrize("line", TIMELESS)
def test_without_a_time_nothing_can_be_moved_or_paced(read: ndjson.Reader, line: bytes) -> None:
    tally = Tally()

    assert list(read("f", [(1, line)], tally)) == []
    assert list(tally.skipped) == ["no_time"]


@pytest.mark.parametrize("line", TIMELESS)
def test_as_it_is_the_door_has_to_say_what_is_wrong_with_a_time(line: bytes) -> None:
    assert len(list(ndjson.as_is("f", [(1, line)], Tally()))) == 1


def test_a_moved_event_has_another_time_and_id_and_all_else_byte_for_byte() -> None:
    [event] = moved("f", [(1, VIEW)], Tally())

    assert event.at_ms == 1_600_000_000_255
    assert event.body == b'{"id":"e1~+ff","at":1600000000255,"n":0.10e1,"name":"\xc3\xa9"}'


def test_a_moved_refund_finds_its_moved_order() -> None:
    order = moved_event(b'{"type":"order","id":"o1","at":1600000000000}')
    refund = moved_event(b'{"type":"refund","id":"r1","order_id":"o1","at":"2020-09-13T12:26:40Z"}')

    assert refund["order_id"] == order["id"]


def test_ids_that_are_no_text_are_left_for_the_door_to_refuse() -> None:
    assert moved_event(b'{"id":7,"order_id":null,"at":1600000000000}') == {
        "id": 7,
        "order_id": None,
        "at": 1_600_000_000_255,
    }
