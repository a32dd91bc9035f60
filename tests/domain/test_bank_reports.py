"""A bank's report as a text: its kind is seen by how it begins, and every line that is wrong is told."""

from __future__ import annotations

import pytest

from leaderboard.domain.bank_reports import WrongReport, read_any, text_of
from tests.domain.test_nacha_returns import WHOLE, text

ONE, TWO = "ABCDEFGHIJKLMNO", "PQRSTUVWXYZ2345"


def test_a_file_of_nacha_is_told_from_a_csv() -> None:
    returns, table = read_any(text(WHOLE)), read_any(f"id,status\n{ONE},paid\n")

    assert [line["status"] for line in returns.lines] == ["returned", "corrected"]
    assert (table.lines, table.places) == ([{"id": ONE, "status": "paid"}], ["line 2"])


def test_a_csv_may_be_separated_by_semicolons() -> None:
    read = read_any(text_of(f"\ufeffid;status;code;amount\r\n{ONE};returned;R03;12.50\r\n".encode()))

    assert read.lines == [{"id": ONE, "status": "returned", "code": "R03", "amount": "12.50"}]


def test_lines_of_other_batches_are_left_out_with_their_places() -> None:
    read = read_any(f"id,status\n{ONE},paid\n{TWO},paid\n")

    assert read.of({TWO}) == ([{"id": TWO, "status": "paid"}], ["line 3"])


def test_every_wrong_line_is_told() -> None:
    with pytest.raises(WrongReport) as refused:
        read_any(f"id,status\nx,paid\n{ONE},gone\n{TWO},returned\n")

    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["line 2", "line 3", "line 4"]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(WrongReport, match="is not text in UTF-8"):
        text_of(b"\xff\xfe")
