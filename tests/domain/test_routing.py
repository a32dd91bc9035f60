"""ABA routing numbers: real ones pass, and a digit that is wrong or has swapped its place is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.routing import is_routing_number

# Of large banks, as they publish them; the last is of a Federal Reserve bank.
REAL = ["021000021", "026009593", "121000248", "322271627", "061000104", "011000015"]


@pytest.mark.parametrize("text", REAL)
def test_numbers_of_banks_pass(text: str) -> None:
    assert is_routing_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02100002",
        "0210000210",
        "000000000",
        "500000005",
        "130000006",
        "330000000",
        "02100002a",
        "٠٢١٠٠٠٠٢١",
        " 21000021",
    ],
)
def test_what_names_no_bank_is_seen(text: str) -> None:
    assert not is_routing_number(text)


@given(st.sampled_from(REAL), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_seen(number: str, place: int, off: int) -> None:
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]

    assert not is_routing_number(wrong)
