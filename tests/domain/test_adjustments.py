"""What is taken out of a row: never more than there is, always to be put back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.adjustments import NOTHING, Voided, adjusted
from leaderboard.domain.standings import Row

SMALL = st.integers(0, 60)
VOIDED = st.builds(Voided, SMALL, SMALL, st.integers(1, 60), SMALL, SMALL)


@st.composite
def counted_rows(draw: st.DrawFn) -> Row:
    score, effective_ms, kept_ms = draw(SMALL), draw(SMALL), draw(SMALL)
    reached_ms = draw(st.integers(61, 90)) if score else 0
    return Row(
        "a1", 3, score, reached_ms, 7, effective_ms=effective_ms, kept_ms=kept_ms, invalid_uv=draw(SMALL)
    )


@given(counted_rows(), VOIDED, SMALL)
def test_what_is_taken_out_can_be_put_back_as_it_was(row: Row, voided: Voided, discounted_uv: int) -> None:
    assert adjusted(row, voided, discounted_uv).as_counted == row


@given(counted_rows(), VOIDED, SMALL)
def test_what_is_left_and_what_is_taken_out_are_what_was_counted(
    row: Row, voided: Voided, discounted_uv: int
) -> None:
    left = adjusted(row, voided, discounted_uv)

    assert left.score + left.voided_uv + left.discounted_uv == row.score
    assert left.effective_ms + left.voided_effective_ms == row.effective_ms
    assert left.kept_ms + left.voided_kept_ms == row.kept_ms
    assert min(left.score, left.effective_ms, left.kept_ms) >= 0


@given(counted_rows(), VOIDED, VOIDED, SMALL, SMALL)
def test_only_the_last_taking_out_counts(
    row: Row, first: Voided, second: Voided, discounted: int, then: int
) -> None:
    assert adjusted(adjusted(row, first, discounted), second, then) == adjusted(row, second, then)


@given(counted_rows())
def test_where_nothing_is_taken_out_the_row_is_as_it_was(row: Row) -> None:
    assert adjusted(row, NOTHING, 0) == row
    assert not adjusted(row, NOTHING, 0).is_adjusted


@given(counted_rows(), VOIDED, SMALL)
def test_no_more_is_taken_out_than_was_asked_for(row: Row, voided: Voided, discounted_uv: int) -> None:
    left = adjusted(row, voided, discounted_uv)

    assert left.voided_uv == min(voided.uv, row.score)
    assert left.discounted_uv == min(discounted_uv, row.score - left.voided_uv)


def test_a_score_was_reached_when_those_who_are_left_had_come() -> None:
    row, voided = Row("a1", 1, 10, 99), Voided(counted_uv=10, uv=4, reached_ms=50)

    assert adjusted(row, voided, 0).reached_ms == 50
    assert adjusted(row, Voided(effective_ms=5), 0).reached_ms == 99


def test_whoever_came_after_the_figures_were_worked_out_reached_it_last() -> None:
    row, voided = Row("a1", 1, 11, 99), Voided(counted_uv=10, uv=4, reached_ms=50)

    assert (adjusted(row, voided, 0).score, adjusted(row, voided, 0).reached_ms) == (7, 99)


def test_discounts_move_nobody_in_time() -> None:
    row = Row("a1", 1, 10, 99)

    assert (adjusted(row, NOTHING, 4).score, adjusted(row, NOTHING, 4).reached_ms) == (6, 99)


def test_nothing_but_what_is_taken_out_is_touched() -> None:
    row = Row("a1", 3, 9, 8, 7, 6, 5, 4, 30, 20, 2, 1, eligible=True)
    left = adjusted(row, Voided(9, 3, 5, 10, 5), 2)

    assert left == Row("a1", 3, 4, 5, 7, 6, 5, 4, 20, 15, 2, 1, True, 3, 2, 10, 5, 8)
