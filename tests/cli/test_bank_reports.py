"""What a bank says, read from CSV and from NACHA returns: to the letter, or refused with the line that is wrong."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from leaderboard.cli.bank_reports import read_bank_returns, read_report
from leaderboard.cli.opening import CannotRun
from tests.domain.test_nacha_returns import WHOLE, text

ONE, TWO = "ABCDEFGHIJKLMNO", "PQRSTUVWXYZ2345"


def report(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "report.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize(
    "content",
    [
        f"id,status,code,amount,reference\n{ONE},paid,,12.50,B-1\n{TWO},returned,R03,,\n",
        f"id;status;code;amount;reference\r\n{ONE};paid;;12.50;B-1\r\n\r\n{TWO};returned;R03;;\r\n",
        f"\ufeffID, Status ,Code,Amount,Reference,Our note\n{ONE}, Paid ,,12.50,B-1,x\n{TWO},RETURNED,r03,,,\n",
        f"reference,amount,code,status,id\nB-1,12.50,,paid,{ONE}\n,,R03,returned,{TWO.lower()}",
    ],
)
def test_spreadsheets_write_the_same_report_in_many_ways(tmp_path: Path, content: str) -> None:
    assert read_report(report(tmp_path, content)).lines == [
        {"id": ONE, "status": "paid", "amount": "12.50", "reference": "B-1"},
        {"id": TWO, "status": "returned", "code": "R03"},
    ]


def test_what_a_service_finds_wrong_is_told_with_the_lines_of_the_file(tmp_path: Path) -> None:
    path = report(tmp_path, f"id,status\n\n{ONE},paid\n\n{TWO},paid\n")
    errors = [
        {"path": "lines[1]", "detail": "is unknown"},
        {"path": "lines[0].amount", "detail": "is long"},
        {"path": "lines[2]", "detail": "was not sent"},
        {"detail": "is odd"},
    ]
    found = read_report(path)

    assert found.told(errors) == (
        f"{path}: line 5: is unknown; line 3: amount: is long; was not sent; is odd"
    )
    assert found.of({TWO}).told(errors[1:2]) == f"{path}: line 5: amount: is long"


def test_a_report_may_come_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    content = f"id,status\n{ONE},paid\n".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert read_report("-").lines == [{"id": ONE, "status": "paid"}]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1 must name the columns, and has no id and no status"),
        (f"{ONE},paid\n", "line 1 must name the columns, and has no id and no status"),
        ("id,code\n", "line 1 must name the columns, and has no status"),
        ("id,status,code,code\n", "line 1 names the column code twice"),
        ("id,status\n", "has a header and no lines"),
        (f"id,status\n{ONE},paid,x\n", "line 2: has 3 cells, and the header 2"),
        ("id,status\n12345,paid\n", "line 2: id must be that of a payout"),
        (f"id,status\n{ONE},arrived\n", "line 2: status must be paid, returned or corrected, not 'arrived'"),
        (f"id,status\n{ONE},returned\n", "line 2: a returned payout needs the bank's code, such as R03"),
        (
            f"id,status,code\n{ONE},corrected,\n",
            "line 2: a corrected payout needs the bank's code, such as C01",
        ),
        (f"id,status,amount\n{ONE},paid,$5\n", "line 2: amount must be a plain number such as 1250.00"),
        (f"id,status\n{ONE},paid\n\n{ONE},paid\n", f"line 4: {ONE} is in line 2 already"),
        (f'id,status\n"{ONE},paid\n', "line 2: is not CSV"),
        (f"id,status\n{ONE},päid\n".encode("latin-1"), "is not text in UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, content: str | bytes, problem: str) -> None:
    path = report(tmp_path, content)

    with pytest.raises(CannotRun) as refused:
        read_report(path)
    assert str(refused.value).startswith(f"{path}: {problem}")


def test_every_wrong_line_is_told_up_to_a_point(tmp_path: Path) -> None:
    path = report(tmp_path, "id,status\n" + "x,paid\n" * 12)

    with pytest.raises(CannotRun) as refused:
        read_report(path)
    assert str(refused.value).count("id must be that of a payout") == 10
    assert str(refused.value).endswith("; and 2 more")


def test_a_report_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotRun, match=r"^none\.csv: No such file or directory$"):
        read_report("none.csv")


def test_returns_and_corrections_of_a_bank_become_a_report(tmp_path: Path) -> None:
    assert read_bank_returns(report(tmp_path, text(WHOLE))).lines == [
        {"id": "PERSON000000001", "status": "returned", "code": "R03", "amount": "123.45"},
        {"id": "PERSON000000002", "status": "corrected", "code": "C01"},
    ]


def test_a_file_of_returns_that_was_cut_off_is_refused_with_its_line(tmp_path: Path) -> None:
    path = report(tmp_path, text(WHOLE[:4]))

    with pytest.raises(CannotRun, match=r"report\.csv: .*line 5"):
        read_bank_returns(path)
