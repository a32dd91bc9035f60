"""Which lines stand around an error, and what a change of a definition is said to change."""

from __future__ import annotations

from leaderboard.web.pages.campaign_text import Changed, Wrong, changes, lines_with

TEXT = "\n".join(f"line {number}" for number in range(1, 21))


def test_a_wrong_line_stands_between_those_around_it_and_others_are_left_out() -> None:
    wrong = [
        Wrong("is odd", "a", 5),
        Wrong("is odd, too", "b", 5),
        Wrong("is late", "c", 15),
        Wrong("nowhere"),
    ]
    lines = lines_with(TEXT, wrong)

    assert [one.number for one in lines] == [3, 4, 5, 6, 7, 13, 14, 15, 16, 17]
    assert [one.number for one in lines if not one.follows] == [3, 13]
    assert [(one.number, len(one.wrong)) for one in lines if one.wrong] == [(5, 2), (15, 1)]


def test_an_error_in_the_first_or_last_line_or_in_none_is_no_trouble() -> None:
    wrong = [Wrong("first", "", 1), Wrong("last", "", 20), Wrong("behind", "", 22)]

    assert [one.number for one in lines_with(TEXT, wrong)] == [1, 2, 3, 18, 19, 20]


def test_parts_that_come_go_or_become_others_are_named_by_their_ids() -> None:
    before = {"award": [{"id": "top", "limit": 5}], "ids": ["a", "b"], "same": {"x": True}}
    after = {
        "award": [{"id": "top", "limit": 3}, {"id": "all", "limit": 1}],
        "ids": ["a"],
        "same": {"x": True},
    }

    assert changes(before, after) == [
        Changed("award[all].id", None, "all"),
        Changed("award[all].limit", None, "1"),
        Changed("award[top].limit", "5", "3"),
        Changed("ids", "a, b", "a"),
    ]
