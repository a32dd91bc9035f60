"""Answers of the API become lines: movement, gaps, reasons."""

from __future__ import annotations

from typing import Any

from leaderboard.demo.answers import Movement, board_rows, excluded_lines
from leaderboard.demo.screen import Excluded


def _entry(rank: int, score: int, **fields: Any) -> dict[str, Any]:
    return {"rank": rank, "account_id": f"a{rank}", "name": "N", "agency_id": "g", "score": score} | fields


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
    first, second = board_rows(
        {"entries": [_entry(1, 200), _entry(2, 150)]}, {"g": "Demo Agency 01"}, {"a2": 1}
    )

    assert (first.gap, first.share, first.moved) == (None, 1.0, 0)
    assert (second.gap, second.share, second.moved, second.agency) == (50, 0.75, 1, "Demo Agency 01")


def test_a_row_names_the_money_or_the_first_reason_without_it() -> None:
    rows = board_rows(
        {
            "entries": [
                _entry(1, 3, eligible=False, award=None, reasons=[{"code": "official-partner"}]),
                _entry(2, 2, eligible=True, award={"amount": "4000.00", "currency": "USD"}, reasons=[]),
                _entry(3, 1, eligible=True, award=None, reasons=None),
            ]
        },
        {},
        {},
    )

    assert [row.award for row in rows] == ["official-partner", "4000.00 USD", ""]


def test_an_empty_board_has_no_rows() -> None:
    assert board_rows({"entries": []}, {}, {}) == []


def test_what_did_not_count_is_listed_by_reason_the_most_first() -> None:
    reasons = [
        {"code": "late", "detail": "Too late.", "count": 2, "samples": []},
        {"code": "conflict", "detail": "Used before.", "count": 5, "samples": []},
    ]

    lines = excluded_lines({"campaign_id": "apollo-demo", "total": 7, "reasons": reasons})

    assert lines == [Excluded("conflict", 5, "Used before."), Excluded("late", 2, "Too late.")]
