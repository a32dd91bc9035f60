"""What a bank sends back is read to the character, or refused with the line that is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.nacha_returns import CannotRead, Return, read_returns

HEADER = "101 021000021 1210428822612311015A094101LEADERBOARD OPERATIONS FIRST BANK OF SOMEWHERE        "
BATCH = "5220LIVE LEADERBOARD                    1987654320PPDAWARD           261229   1121042880000001"
ENTRY = "621021000021000123456789     0000012345PERSON000000001SEAN O'BRIEN            1121042880000001"
RETURNED = "799R03021000020000002      12104288" + " " * 44 + "121042880000001"
CHANGED_ENTRY = (
    "621021000021000123456789     0000000000PERSON000000002ANA IVIC                1121042880000002"
)
CHANGED = "798C01021000020000003      12104288" + "000987654321".ljust(44) + "121042880000002"
BATCH_END = "82200000040004200004000000000000000000012345" + "1987654320" + " " * 25 + "121042880000001"
FILE_END = "9000001000001000000040004200004000000000000000000012345" + " " * 39
WHOLE = [HEADER, BATCH, ENTRY, RETURNED, CHANGED_ENTRY, CHANGED, BATCH_END, FILE_END, "9" * 94, "9" * 94]


def text(lines: list[str], end: str = "\n") -> str:
    return "".join(line + end for line in lines)


def changed(number: int, column: int, characters: str) -> list[str]:
    """The whole file with other characters from this line and column on, both counted from 1."""
    line = WHOLE[number - 1]
    other = line[: column - 1] + characters + line[column - 1 + len(characters) :]
    return [*WHOLE[: number - 1], other, *WHOLE[number:]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_return_and_a_notice_of_change_are_read(end: str) -> None:
    assert read_returns(text(WHOLE, end)) == [
        Return(id="PERSON000000001", trace="021000020000002", code="R03", amount_minor=12_345),
        Return(id="PERSON000000002", trace="021000020000003", code="C01", amount_minor=0),
    ]


def test_the_batches_of_a_file_are_counted_each_and_together() -> None:
    one_more = FILE_END.replace("9000001000001000000040004200004", "9000002000002000000080008400008")

    found = read_returns(text([*WHOLE[:7], *WHOLE[1:7], one_more]))
    assert [each.code for each in found] == ["R03", "C01", "R03", "C01"]


def test_the_amount_of_a_notice_of_change_is_nothing_that_came_back() -> None:
    (_, notice) = read_returns(text(changed(5, 30, "0000012345")))

    assert notice.amount_minor == 0


def test_money_arrived_where_details_are_corrected() -> None:
    assert [each.is_correction for each in read_returns(text(WHOLE))] == [False, True]


def test_corrected_details_stay_in_the_bank_s_file() -> None:
    assert "000987654321" not in repr(read_returns(text(WHOLE)))


def test_a_file_without_filler_or_a_last_line_end_is_read_as_well() -> None:
    assert read_returns(text(WHOLE[:8]).rstrip("\n")) == read_returns(text(WHOLE))


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([""], "line 1: expected 94 printable ASCII characters, there are 0"),
        ([*WHOLE[:2], ENTRY + " ", *WHOLE[3:]], "line 3: expected 94 printable ASCII characters, there are 95"),
        (changed(3, 60, "É"), "line 3: expected 94 printable ASCII characters, there are 94"),
        (WHOLE[1:], "line 1: expected a file header (1)"),
        ([*WHOLE[:3], *WHOLE[4:]], "line 4: expected an addenda (7)"),
        ([*WHOLE[:4], *WHOLE[3:]], "line 5: expected an entry (6) or a batch control (8)"),
        ([*WHOLE[:8], HEADER], "line 9: expected nothing but filler"),
        ([HEADER, "9" * 94], "line 2: filler stands after the file control only"),
        (WHOLE[:6], "line 7: the file ends, expected an entry (6) or a batch control (8)"),
        ([*WHOLE[:4], *WHOLE[6:]], "line 5: counts 000004 entries and addenda, there are 2: have the file sent again"),
        (changed(8, 21, "5"), "line 8: counts 00000005 entries and addenda, there are 4: have the file sent again"),
        (changed(7, 5, "     4"), "line 7: expected a count in digits"),
        (changed(4, 2, "05"), "line 4: expected an addenda of a return (799) or of a notice of change (798)"),
        (changed(4, 4, "C01"), "line 4: expected a code such as R03 in a return, C01 in a notice of change, not 'C01'"),
        (changed(6, 4, "R03"), "line 6: expected a code such as R03 in a return, C01 in a notice of change, not 'R03'"),
        (changed(4, 7, " " * 15), "line 4: expected the trace number of the entry that was sent in digits"),
        (changed(3, 30, "       123"), "line 3: expected an amount in digits"),
        (changed(3, 40, " " * 15), "line 3: expected the payment's id in characters 40 to 54"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_or_not_right_is_refused_with_its_line(lines: list[str], why: str) -> None:
    with pytest.raises(CannotRead) as error:
        read_returns(text(lines))

    assert str(error.value) == why


@given(st.integers(0, 94 * 10 + 10))
def test_a_file_that_was_cut_off_is_refused_or_lost_filler_only(length: int) -> None:
    cut = text(WHOLE)[:length]

    try:
        found = read_returns(cut)
    except CannotRead:
        return
    assert found == read_returns(text(WHOLE))
