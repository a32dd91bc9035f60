"""Walking a document: keys asked for, keys unknown, rows named by their id."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import DefinitionError
from leaderboard.domain.campaigns.errors import Notes, Spot
from leaderboard.domain.campaigns.reader import Table
from leaderboard.domain.campaigns.values import text, whole


def told(notes: Notes) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        notes.refuse_if_any()
    return [str(problem) for problem in caught.value.problems]


def test_keys_that_nobody_asked_for_are_unknown() -> None:
    notes = Notes({})
    table = Table({"title": "x", "titel": "y", 7: "z"}, Spot(), notes)
    table.need("title", text, "")
    table.has("currency")

    table.close()

    assert told(notes) == [
        "titel: unknown key; did you mean `title`? Known here: title, currency",
        "a key must be a text, not the number 7",
    ]


def test_an_unknown_key_is_told_with_those_that_are_known_the_nearest_first() -> None:
    notes = Notes({})
    table = Table({"pai": 1, "colour": 2}, Spot(), notes)
    for key in ("id", "window", "pay"):
        table.has(key)

    table.close()

    assert told(notes) == [
        "pai: unknown key; did you mean `pay`? Known here: pay, id, window",
        "colour: unknown key; known here: id, window, pay",
    ]


def test_a_wrong_value_is_told_and_a_stand_in_given() -> None:
    notes = Notes({})
    table = Table({"limit": "many", "places": [1, "two", 3]}, Spot(), notes)

    assert table.read("limit", whole, 9) == 9
    assert table.each("places", whole) == (1, 3)
    assert not table.fine("places")
    assert told(notes) == [
        'limit: must be a whole number, not "many"',
        'places[1]: must be a whole number, not "two"',
    ]


def test_null_is_the_same_as_leaving_out() -> None:
    table = Table({"limit": None}, Spot(), Notes({}))

    assert table.maybe("limit", whole) is None
    table.close()


def test_rows_are_named_by_their_id_while_it_is_new() -> None:
    notes = Notes({})
    rows = Table({"award": [{"id": "a"}, {"id": "a"}, {"id": "A B"}, 3]}, Spot(), notes).rows_by_id("award")

    assert [row.spot.path for row in rows] == ["award.a", "award[1]", "award[2]", "award[3]"]
    assert told(notes) == ["award[1].id: `a` is used twice", "award[3]: must be a table, not the number 3"]


def test_tables_by_name_refuse_what_is_no_name() -> None:
    notes = Notes({})

    named = Table({"window": {"main": {}, "The Main": {}}}, Spot(), notes).named("window")

    assert list(named) == ["main"]
    assert told(notes) == ['window."The Main": is no name: a name is 1 to 64 of a-z, 0-9, `_` and `-`']
