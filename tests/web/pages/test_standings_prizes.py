"""Prize places from the rules: how many there are, what each is promised, and where the paid ones end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.pages.standings_prizes import (
    PLACES_SHOWN,
    Prizes,
    last_paid_rank,
    podium,
    prizes_of,
)
from leaderboard.web.pages.standings_rows import Row

FIVE = Prizes(5, (None,) * 5)


def definition(pay: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"award": [{"pay": {"kind": "rate"}}, {"rank_by": "uv", "pay": pay, **more}]}


def usd(amount: str) -> dict[str, str]:
    return {"currency": "USD", "amount": amount}


def row(rank: int, award_rank: int | None = None, *, is_own: bool = False) -> Row:
    return Row(
        account=f"a{rank}", name=f"A{rank}", rank=rank, score=100 - rank, award_rank=award_rank, is_own=is_own
    )


@pytest.mark.parametrize(
    ("pay", "limit", "places", "amounts"),
    [
        (
            {
                "kind": "place",
                "table": [{"to": 1, "amount": "USD 40.00"}, {"to": 3, "amount": "USD 10.00"}],
            },
            {"limit": 3},
            3,
            (usd("40.00"), usd("10.00"), usd("10.00")),
        ),
        ({"kind": "place", "table": [{"to": 2, "amount": "USD 1.00"}]}, {}, 2, (usd("1.00"), usd("1.00"))),
        ({"kind": "fixed", "amount": "USD 7.00"}, {"limit": 2}, 2, (usd("7.00"), usd("7.00"))),
        ({"kind": "fixed", "amount": "3"}, {"limit": 1}, 1, (None,)),
        ({"kind": "pool", "amount": "USD 9.00"}, {"limit": 2}, 2, (None, None)),
        ({"kind": "fixed", "amount": "USD 7.00"}, {}, 0, ()),
    ],
)
def test_places_and_amounts_are_those_of_the_award_that_ranks(
    pay: dict[str, Any], limit: dict[str, int], places: int, amounts: tuple[Any, ...]
) -> None:
    assert prizes_of(definition(pay, **limit)) == Prizes(places, amounts)


def test_without_a_ranking_there_are_no_prize_places() -> None:
    assert prizes_of({"award": [{"pay": {"kind": "rate"}}]}) is None
    assert prizes_of({}) is None
    assert last_paid_rank(None, [row(1, 1)]) == 0


def test_those_who_qualify_stand_out_where_the_reader_knows_them() -> None:
    places = podium(FIVE, [row(1), row(2, 1), row(3), row(4, 2)])

    assert [place.row and place.row.account for place in places] == ["a2", "a4", None, None, None]


def test_an_own_place_alone_does_not_tell_who_else_qualifies() -> None:
    places = podium(FIVE, [row(1), row(2, 1, is_own=True), row(3)])

    assert [place.row and place.row.account for place in places] == ["a1", "a2", "a3", None, None]


def test_who_does_not_know_who_qualifies_is_told_no_prize_of_a_place_and_no_line() -> None:
    prizes = Prizes(1, (usd("40.00"),))
    unknown, known = [row(1), row(2, 1, is_own=True)], [row(1), row(2, 1)]

    assert (podium(prizes, unknown)[0].amount, last_paid_rank(prizes, unknown)) == (None, 0)
    assert (podium(prizes, known)[0].amount, last_paid_rank(prizes, known)) == (usd("40.00"), 2)


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 10))
def test_below_the_line_nobody_is_among_the_paid(qualify: list[bool], places: int) -> None:
    ranks = iter(range(1, len(qualify) + 1))
    rows = [row(rank, next(ranks) if good else None) for rank, good in enumerate(qualify, 1)]
    prizes = Prizes(places, (None,) * min(places, PLACES_SHOWN))
    line = last_paid_rank(prizes, rows)
    below = [one for one in rows if one.rank > line and one.award_rank and one.award_rank <= places]

    assert line >= places if any(qualify) else line == 0
    if sum(qualify) >= places:
        assert below == []
