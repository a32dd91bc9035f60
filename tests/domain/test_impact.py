"""What hangs on a flag, held to ranking everybody anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.impact import NOWHERE, Impact, Stakes, by_impact
from leaderboard.domain.standings import Row, order_key, ranked


def rows(*scores: int, discounted: int = 0) -> list[Row]:
    """a, b, c …; the first is the one that is discounted."""
    made = [Row(chr(97 + number), 1, score, number, eligible=True) for number, score in enumerate(scores)]
    return [replace(made[0], discounted_uv=discounted), *made[1:]]


def stakes(standing: list[Row], paid: int | None, **awards: int) -> Stakes:
    return Stakes(standing, [row.account_id for row in ranked(standing)], paid, awards)


def test_a_paid_account_moves_all_below_it_and_one_who_is_not_paid() -> None:
    found = stakes(rows(9, 8, 7, 6, 5), 3, a=400, b=300, c=100)

    assert [found.of(name) for name in "abcde"] == [
        Impact(1, 400, 0, 3),
        Impact(2, 300, 0, 2),
        Impact(3, 100, 0, 1),
        Impact(4, 0, 1, 0),
        Impact(5, 0, 2, 0),
    ]


def test_a_discounted_account_concerns_those_whom_it_would_pass() -> None:
    found = stakes(rows(5, 9, 8, 7, 6, discounted=3), 3)

    # Without its discount it would have 8, as c has, and was there first.
    assert found.of("a") == Impact(5, 0, 0, 2)


def test_an_account_without_a_place_comes_last() -> None:
    found = Stakes(rows(9, 8, 7), ["b", "c"], None, {"b": 5})

    assert found.of("a") == found.of("nobody") == NOWHERE
    assert sorted("abc", key=lambda name: by_impact(found.of(name))) == ["b", "c", "a"]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=8),
    st.integers(0, 9),
    st.none() | st.integers(0, 9),
)
def test_it_is_what_ranking_anew_comes_to(scores: list[int], discounted: int, paid: int | None) -> None:
    standing = rows(*scores, discounted=discounted)
    account = standing[0]
    lifted = replace(account, score=account.score + discounted)

    def places(of: list[Row]) -> dict[str, int | None]:
        """Paid places of all but the one that is looked at."""
        order = sorted(of, key=order_key)
        return {
            row.account_id: place if paid is None or place <= paid else None
            for place, row in enumerate(order, start=1)
            if row.account_id != account.account_id
        }

    before, others = places(standing), standing[1:]
    moved = [
        sum(before[name] != place for name, place in places(after).items())
        for after in (others, [lifted, *others])
    ]
    found = stakes(standing, paid).of(account.account_id)

    assert found.moves == max(moved)
    lifted_rank = 1 + sum(order_key(row) < order_key(lifted) for row in others)
    assert found.places_from_paid == max(0, lifted_rank - (len(standing) if paid is None else paid))
