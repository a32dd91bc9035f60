"""The list of accounts: an agency's own in all campaigns, all of a campaign to those who run it and pay."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leaderboard.domain.standings import Row
from leaderboard.store.awards import Given
from tests.conftest import Service
from tests.web.pages.an_account import fill_account
from tests.web.pages.visiting import Shown, sign_in


def lines(shown: Shown) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
        for row in shown.tree.xpath("//main//table/tbody/tr")
    ]


@pytest.fixture
async def filled(apollo_service: Service) -> Service:
    await fill_account(apollo_service)
    return apollo_service


async def test_an_agency_sees_its_own_accounts_with_rank_state_and_flags(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    shown = await visitor.get("/accounts")

    assert lines(shown) == [
        ["2", "Account a1 a1", "3", "On hold", "2 open flags", "–", "Bank details Account a1"],
        ["3", "Account a2 a2", "0", "Does not qualify yet", "–", "–", "Bank details Account a2"],
    ]
    assert "a3" not in shown.text


async def test_links_lead_to_the_account_and_to_its_bank_details(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="south")
    (row,) = (await visitor.get("/accounts")).tree.xpath("//main//table/tbody/tr")

    assert row.xpath(".//a/@href") == ["/campaigns/apollo-test/accounts/a3", "/accounts/a3/payee"]


async def test_every_campaign_of_an_account_is_listed(filled: Service, apollo: Callable[..., str]) -> None:
    toml = apollo("second-test", start="2022-03-14T00:00:00", end="2022-03-28T00:00:00")
    headers = {"Content-Type": "application/toml"}
    saved = await filled.ask("PUT", "/v1/campaigns/second-test", data=toml.encode(), headers=headers)
    assert saved.status == 201, saved.body
    enrolled = await filled.ask("PUT", "/v1/campaigns/second-test/enrollments/a2", {"hosts": []})
    assert enrolled.status == 201, enrolled.body
    visitor = await sign_in(filled, role="agency", agency="north")
    shown = await visitor.get("/accounts")

    # The one that starts last comes first.
    assert shown.tree.xpath("//main//h2/a/@href") == ["/campaigns/second-test", "/campaigns/apollo-test"]
    assert [line[1] for line in lines(shown)] == ["Account a2 a2", "Account a1 a1", "Account a2 a2"]


async def test_the_money_of_its_awards_is_shown(filled: Service) -> None:
    row = Row("a3", 99, 9, 5, effective_ms=50_400_000)
    await filled.store.judge.publish("apollo-test", [row], await filled.store.now_ms())
    await filled.store.awards.replace("apollo-test", {"a3": [Given("gmv_rebate", None, 123_400)]}, 1_000)
    visitor = await sign_in(filled, role="agency", agency="south")
    (line,) = lines(await visitor.get("/accounts"))

    assert line[3:6] == ["Qualifies", "–", "USD 1,234.00"]


@pytest.mark.parametrize("role", ["admin", "payout_preparer", "payout_approver"])
async def test_who_runs_and_who_pays_sees_all_with_their_agency(filled: Service, role: str) -> None:
    visitor = await sign_in(filled, role=role)
    found = lines(await visitor.get("/accounts"))

    assert [line[:4] for line in found] == [
        ["1", "Account a3 a3", "south", "9"],
        ["2", "Account a1 a1", "north", "3"],
        ["3", "Account a2 a2", "north", "0"],
    ]
    assert ("2 open flags" in found[1]) == (role == "admin")


@pytest.mark.parametrize(
    ("text", "names"), [("ACCOUNT A2", ["a2"]), ("north", ["a1", "a2"]), ("a3", ["a3"]), ("nobody", [])]
)
async def test_accounts_are_found_by_name_id_and_agency(filled: Service, text: str, names: list[str]) -> None:
    visitor = await sign_in(filled, role="admin")
    shown = await visitor.get(f"/accounts?q={text.replace(' ', '%20')}")

    assert [line[1].split()[-1] for line in lines(shown)] == names
    assert ("No account fits" in shown.text) == (not names)


async def test_many_accounts_are_shown_a_page_at_a_time(filled: Service) -> None:
    for number in range(55):
        setting = {"agency_id": "south", "name": f"More {number}", "kind": "partner", "country": "US"}
        await filled.ask("PUT", f"/v1/accounts/m{number}", setting)
        await filled.ask("PUT", f"/v1/campaigns/apollo-test/enrollments/m{number}", {"hosts": []})
    visitor = await sign_in(filled, role="admin")
    first, second = await visitor.get("/accounts"), await visitor.get("/accounts?page=2")
    (following,) = first.tree.xpath("//a[@rel='next']/@href")
    (preceding,) = second.tree.xpath("//a[@rel='prev']/@href")

    assert (len(lines(first)), len(lines(second))) == (50, 8)
    assert following == "/accounts?campaign=apollo-test&q=&page=2"
    assert preceding == "/accounts?campaign=apollo-test&q=&page=1"
    assert "Page 2 of 2" in second.text


@pytest.mark.parametrize(
    "query", ["page=x", "page=0", "page=99999999", "page=-1", "campaign=nothing", "q=%00"]
)
async def test_a_question_that_means_nothing_still_has_an_answer(filled: Service, query: str) -> None:
    visitor = await sign_in(filled, role="admin")

    assert (await visitor.get(f"/accounts?{query}")).status == 200


async def test_it_is_no_page_for_reviewers(filled: Service) -> None:
    visitor = await sign_in(filled, role="reviewer")

    assert (await visitor.get("/accounts")).status == 403


async def test_an_agency_without_accounts_is_told_where_to_begin(service: Service) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    visitor = await sign_in(service, role="agency", agency="north")

    assert "None of your accounts takes part in a campaign yet." in (await visitor.get("/accounts")).text
