"""Answers of the API become lines: movement, gaps, reasons."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.demo.answers import (
    Movement,
    award_in_words,
    board_rows,
    excluded_lines,
    most_lost,
    taken_for_bots,
)
from leaderboard.demo.screen import Excluded


def _entry(rank: int, score: int, **fields: Any) -> dict[str, Any]:
    entry = {"rank": rank, "account_id": f"a{rank}", "name": "N", "score": score, "effective_s": 50_399}
    return entry | {"eligible": False, "award_rank": None, "award": None, "reasons": []} | fields


def test_places_gained_are_counted_against_a_few_seconds_ago() -> None:
    movement = Movement()
    for now_ms in range(0, 5_000, 500):
        movement.note(now_ms, {"ana": 3, "bo": 1})

    assert movement.note(5_000, {"ana": 1, "bo": 2, "new": 3}) == {"ana": 2, "bo": -1}


def test_a_move_is_forgotten_after_a_while() -> None:
    movement = Movement()
    movement.note(0, {"ana": 3})
    movement.note(1_000, {"ana": 1})

    assert movement.note(6_500, {"ana": 1}) == {"ana": 0}


def test_a_row_says_the_gap_to_the_place_above_and_the_share_of_the_best() -> None:
    first, second = board_rows({"entries": [_entry(1, 200), _entry(2, 150)]}, {"a2": 1})

    assert (first.gap, first.share, first.moved) == (None, 1.0, 0)
    assert (second.gap, second.share, second.moved) == (50, 0.75, 1)


def test_live_time_is_rounded_down_to_the_minute_and_what_is_missing_up() -> None:
    reason = {"code": "requirement", "rule": "effective_live", "need": 50_400}
    standings = {
        "entries": [
            _entry(1, 3, effective_s=50_399, reasons=[reason | {"have": 50_399}]),
            _entry(2, 2, effective_s=5_399, reasons=[reason | {"have": 5_399}]),
            _entry(3, 1, effective_s=None),
        ]
    }

    rows = [(row.live, row.award) for row in board_rows(standings, {})]

    assert rows == [("13 h 59 min", "1 s short"), ("1 h 29 min", "12 h 31 min short"), ("", "")]


def test_a_row_names_the_award_place_or_the_first_reason_without_it() -> None:
    held = {"code": "validator.hold", "rule": "refunds"}
    rows = board_rows(
        {
            "entries": [
                _entry(1, 4, reasons=[{"code": "eligibility", "rule": "official-partner"}, held]),
                _entry(2, 3, eligible=True, award_rank=1, award={"amount": "4000.00", "currency": "USD"}),
                _entry(3, 2, eligible=True, award_rank=2, reasons=[held]),
                _entry(4, 1, reasons=[{"code": "requirement", "rule": "of_another_rule"}]),
                _entry(5, 0, eligible=None, reasons=None),
            ]
        },
        {},
    )

    words = ["single merchant", "1st, 4000.00 USD", "2nd, held: refunds", "of another rule", ""]
    assert [row.award for row in rows] == words


def test_at_the_end_all_reasons_are_named() -> None:
    reasons = [{"rule": "official-partner"}, {"rule": "schedule"}]

    assert award_in_words(_entry(1, 1, reasons=reasons), most=9) == "single merchant, warned: schedule"


def test_it_is_said_how_many_were_taken_for_bots_and_by_whom() -> None:
    assert taken_for_bots(_entry(1, 1)) == ""
    assert taken_for_bots(_entry(1, 1, invalid_uv=0, discounted_uv=1_204)) == "1,204 discounted by detectors"
    assert (
        taken_for_bots(_entry(1, 1, invalid_uv=3, discounted_uv=4))
        == "3 invalid at the door, 4 discounted by detectors"
    )


def test_what_cost_an_account_most_of_its_live_time_is_named() -> None:
    def span(minute: int, minutes: int, detail: str, *, counts: bool = False) -> dict[str, Any]:
        ends = {
            "start": f"2022-02-14T10:{minute:02d}:00Z",
            "end": f"2022-02-14T10:{minute + minutes:02d}:00Z",
        }
        return ends | {"counts": counts, "detail": detail}

    spans = [
        span(0, 20, "counts", counts=True),
        span(20, 5, "idle"),
        span(25, 3, "away"),
        span(28, 3, "away"),
    ]

    assert most_lost({"hosts": [{"spans": spans}]}) == "away"
    assert most_lost({"hosts": [{"spans": spans[:1]}, {"spans": []}]}) == ""


@pytest.mark.parametrize(
    ("rank", "words"), [(1, "1st"), (3, "3rd"), (11, "11th"), (22, "22nd"), (113, "113th")]
)
def test_a_place_among_the_eligible_is_said_as_people_say_it(rank: int, words: str) -> None:
    [row] = board_rows({"entries": [_entry(rank, 1, eligible=True, award_rank=rank)]}, {})

    assert row.award == words


def test_an_empty_board_has_no_rows() -> None:
    assert board_rows({"entries": []}, {}) == []


def test_what_did_not_count_is_listed_by_reason_the_most_first() -> None:
    reasons = [
        {"code": "late", "detail": "Too late.", "count": 2, "samples": []},
        {"code": "conflict", "detail": "Used before.", "count": 5, "samples": []},
    ]

    lines = excluded_lines({"campaign_id": "apollo-demo", "total": 7, "reasons": reasons})

    assert lines == [Excluded("conflict", 5, "Used before."), Excluded("late", 2, "Too late.")]
