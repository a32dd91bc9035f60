"""The list of campaigns: what each person finds there, in which order, and what waits for them."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import Service
from tests.web.asking import TOML
from tests.web.lives import CUTOFF_MS, put_life
from tests.web.pages.visiting import Shown, Visitor, sign_in
from tests.web.reviewing import put_raised, raised

Apollo = Callable[..., str]
RUNNING = {"start": "2022-02-14T00:00:00", "end": "2099-02-28T00:00:00", "close": "clock"}


async def save(service: Service, text: str, name: str, query: str = "") -> None:
    answer = await service.ask("PUT", f"/v1/campaigns/{name}{query}", data=text.encode(), headers=TOML)
    assert answer.status == 201, answer.body


def titled(text: str, title: str) -> str:
    return text.replace("Apollo: US live-shopping partner incentive", title)


def titles(shown: Shown) -> list[str]:
    return [str(one) for one in shown.tree.xpath("//main//a[@translate='no']/text()")]


async def test_what_runs_comes_first_and_drafts_are_there_for_admins_only(
    apollo_service: Service, apollo: Apollo
) -> None:
    await save(apollo_service, titled(apollo("running", **RUNNING), "Running"), "running")
    await save(apollo_service, titled(apollo("a-draft"), "Sketch"), "a-draft", "?draft=true")
    await put_life(apollo_service, state="paid", cutoff_ms=CUTOFF_MS, result=1)
    admin = await (await sign_in(apollo_service, role="admin")).get("/campaigns")
    agency = await (await sign_in(apollo_service, role="agency", agency="north")).get("/campaigns")

    over = "Apollo: US live-shopping partner incentive"
    assert (titles(admin), titles(agency)) == (["Running", "Sketch", over], ["Running", over])
    assert "New campaign" in admin.text
    assert "New campaign" not in agency.text


async def test_the_time_that_is_left_is_told_in_days(apollo_service: Service, apollo: Apollo) -> None:
    await save(apollo_service, apollo("running", **RUNNING), "running")
    shown = await of(apollo_service, role="reviewer")

    [left] = shown.tree.xpath("//p[@class='campaign-time'][contains(., 'left')]/text()")
    assert "\N{NO-BREAK SPACE}d " in left


async def test_an_empty_installation_says_what_to_do(service: Service) -> None:
    admin = await (await sign_in(service, role="admin")).get("/campaigns")
    agency = await (await sign_in(service, role="agency", agency="north")).get("/campaigns")

    assert "Begin with one of the examples." in admin.text
    assert "as soon as they are published" in agency.text


async def of(service: Service, **token: str) -> Shown:
    visitor: Visitor = await sign_in(service, **token)
    return await visitor.get("/campaigns")


async def test_everybody_is_told_what_waits_for_them(apollo_service: Service, apollo: Apollo) -> None:
    await put_raised(apollo_service, raised("a1"), raised("a2"))
    await save(apollo_service, apollo("running", **RUNNING), "running")
    north = await apollo_service.issue(role="agency", agency="north")
    asked = {"hosts": [{"host_id": "maya", "name": "Maya"}]}
    await apollo_service.ask("POST", "/v1/campaigns/running/enrollments/a1/request", asked, token=north)
    await apollo_service.count()
    reviewer = await of(apollo_service, role="reviewer")
    admin = await of(apollo_service, role="admin")
    agency = await of(apollo_service, role="agency", agency="north")
    other = await of(apollo_service, role="agency", agency="south")

    assert "2 flags to decide on" in reviewer.text
    assert ("request to take part" in reviewer.text, "1 request to take part" in admin.text) == (False, True)
    assert "1 request of yours waits" in agency.text
    assert "request" not in other.text


async def test_those_who_pay_are_told_the_day(apollo_service: Service) -> None:
    await put_life(apollo_service, state="certified", cutoff_ms=CUTOFF_MS, result=1)
    payer = await of(apollo_service, role="payout_preparer")
    reviewer = await of(apollo_service, role="reviewer")

    assert "Awards are due on 25 Mar 2022" in payer.text
    assert "due" not in reviewer.text


async def test_public_standings_are_found_before_signing_in(apollo_service: Service, apollo: Apollo) -> None:
    public = apollo("open", **RUNNING).replace('currency = "USD"', 'currency = "USD"\npublic = true', 1)
    await save(apollo_service, titled(public, "For all"), "open")
    await save(
        apollo_service, titled(public.replace('"open"', '"sketch"', 1), "Sketch"), "sketch", "?draft=true"
    )
    shown = await Visitor(apollo_service).get("/sign-in")

    assert shown.tree.xpath("//section[@aria-labelledby='public']//a/@href") == ["/campaigns/open"]
