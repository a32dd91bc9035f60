"""The standings as a file: what a spreadsheet can read, and nothing that it would run."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

from tests.conftest import Service
from tests.web.pages.test_standings import PATH, board, make_public
from tests.web.pages.visiting import Visitor, sign_in

__all__ = ["board"]


async def lines(visitor: Visitor) -> list[dict[str, str]]:
    shown = await visitor.get(f"{PATH}/standings.csv")
    assert shown.status == 200, shown.html
    return list(csv.DictReader(StringIO(shown.answer.body.decode("utf-8-sig"))))


async def test_a_reviewer_gets_everybody_with_all_details(board: Service) -> None:
    first, second, _ = await lines(await sign_in(board, role="reviewer"))

    assert (first["rank"], first["account_id"], first["score"], first["eligible"]) == (
        "1",
        "a1",
        "1900",
        "false",
    )
    assert first["missing"] == "2 h 30 min of effective live time missing: 11 h 30 min of 14 h."
    assert (second["award"], second["currency"], second["award_rank"]) == ("4000.00", "USD", "1")


async def test_an_agency_gets_details_of_its_own_accounts_only(board: Service) -> None:
    first, second, third = await lines(await sign_in(board, role="agency", agency="south"))

    assert [one["eligible"] for one in (first, second, third)] == ["", "true", ""]
    assert {name for name, value in first.items() if value} == {"rank", "account_id", "name", "score"}


async def test_the_public_gets_rank_name_and_score(board: Service, apollo: Callable[..., str]) -> None:
    await make_public(board, apollo)

    assert [list(one) for one in await lines(Visitor(board))] == [["rank", "account_id", "name", "score"]] * 3


async def test_a_name_that_a_spreadsheet_would_run_is_shown(board: Service) -> None:
    setting = {"agency_id": "north", "name": '=HYPERLINK("x")', "kind": "partner", "country": "US"}
    await board.ask("PUT", "/v1/accounts/a1", setting)
    first, *_ = await lines(await sign_in(board, role="reviewer"))

    assert first["name"] == '\'=HYPERLINK("x")'


async def test_it_is_a_file_that_excel_reads_as_utf_8(board: Service) -> None:
    shown = await (await sign_in(board, role="reviewer")).get(f"{PATH}/standings.csv")

    assert shown.answer.body.startswith(b"\xef\xbb\xbfrank,")
    assert shown.answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert shown.answer.headers["Content-Disposition"] == 'attachment; filename="apollo-test-standings.csv"'
