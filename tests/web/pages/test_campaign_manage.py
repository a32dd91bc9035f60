"""A campaign's life by forms: each step with what follows, what is in the way, and nothing final without a tick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Service, view
from tests.web.asking import TOML
from tests.web.lives import (
    CUTOFF_MS,
    PATH,
    carrying_out,
    entry,
    put_life,
    put_result,
    ready_to_certify,
    signed_file,
)
from tests.web.pages.visiting import Shown, Visitor, sign_in
from tests.workers.closing import campaign_of_two, send
from workers.scheduler import Recounting, Scheduler

MANAGE = "/campaigns/apollo-test/manage"
SURE = {"sure": "yes"}


@pytest.fixture
async def admin(apollo_service: Service) -> Visitor:
    return await sign_in(apollo_service, role="admin")


async def state_of(service: Service) -> str:
    return str((await service.ask("GET", PATH)).json["state"])


def current(shown: Shown) -> str:
    return str(shown.tree.xpath("//ol[@class='life']/li[@aria-current='step']")[0].text_content())


def buttons(shown: Shown) -> list[str]:
    return [one.text_content() for one in shown.tree.xpath("//main//form//button")]


async def test_a_draft_is_published(service: Service, apollo: Callable[..., str]) -> None:
    future = apollo(start="2098-02-14T00:00:00", end="2099-02-28T00:00:00").encode()
    await service.ask("PUT", f"{PATH}?draft=true", data=future, headers=TOML)
    admin = await sign_in(service, role="admin")
    before = await admin.get(MANAGE)
    after = await admin.follow(await admin.post(f"{MANAGE}/publish"))

    assert (current(before), current(after)) == ("Draft", "Scheduled")
    assert "Everybody who signs in sees it and its rules" in before.text
    assert "The campaign is published." in after.text
    assert "Publish" not in buttons(after)


async def test_closing_takes_a_tick_and_says_what_follows(apollo_service: Service, admin: Visitor) -> None:
    shown = await admin.get(MANAGE)
    unsure = await admin.post(f"{MANAGE}/close", {"reason": "All is in."})
    was = await state_of(apollo_service)
    after = await admin.follow(await admin.post(f"{MANAGE}/close", {"reason": "All is in."} | SURE))

    assert "Counting ends at once for 3 accounts" in shown.text
    assert (unsure.status, was) == (422, "live")
    assert "All is in." in unsure.html
    assert current(after) in ("Closing", "Under review")
    assert bool(after.tree.xpath("//*[@data-waiting]")) == (current(after) == "Closing")


async def test_giving_up_takes_a_reason_too(apollo_service: Service, admin: Visitor) -> None:
    unsaid = await admin.post(f"{MANAGE}/cancel", SURE)
    after = await admin.follow(await admin.post(f"{MANAGE}/cancel", {"reason": "No sponsor."} | SURE))

    assert unsaid.status == 422
    assert (current(after), await state_of(apollo_service)) == ("Given up", "cancelled")
    assert buttons(after) == []


async def test_each_thing_in_the_way_leads_to_where_it_is_resolved(
    apollo_service: Service, admin: Visitor
) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=CUTOFF_MS)
    shown = await admin.get(MANAGE)
    refused = await admin.post(f"{MANAGE}/certify", SURE)
    links = shown.tree.xpath("//ul[starts-with(@class, 'obstacles')]//a/@href")

    assert {f"{MANAGE}#audit", f"{MANAGE}#funding", "/ops", "/campaigns/apollo-test/review#look"} == set(
        links
    )
    assert "Certify the result" not in buttons(shown)
    assert (refused.status, "No scheduler runs" in refused.text) == (409, True)


async def test_what_is_ready_is_certified_and_corrected(apollo_service: Service, admin: Visitor) -> None:
    await ready_to_certify(apollo_service)
    unsure = await admin.post(f"{MANAGE}/certify")
    async with carrying_out(apollo_service):
        certified = await admin.follow(await admin.post(f"{MANAGE}/certify", SURE))
        unsaid = await admin.post(f"{MANAGE}/correct", SURE)
        why = {"reason": "A refund was forgotten."}
        corrected = await admin.follow(await admin.post(f"{MANAGE}/correct", why | SURE))

    assert (unsure.status, unsaid.status) == (422, 422)
    assert ("The result is certified." in certified.text, current(certified)) == (True, "Certified")
    assert "Version 2" in corrected.text


async def test_what_is_being_certified_can_be_withdrawn(apollo_service: Service, admin: Visitor) -> None:
    await ready_to_certify(apollo_service)
    await apollo_service.ask("POST", f"{PATH}/certify?wait=0")
    asked = await admin.get(MANAGE)
    unsaid = await admin.post(f"{MANAGE}/withdraw")
    after = await admin.follow(await admin.post(f"{MANAGE}/withdraw", {"reason": "A look more."}))
    again = await admin.post(f"{MANAGE}/withdraw", {"reason": "A look more."})

    assert "It is being certified. This takes a minute or two." in asked.text
    assert asked.tree.xpath("//*[@data-waiting]/@id") == ["progress"]
    assert unsaid.status == 422
    assert ("It is withdrawn." in after.text, "Certify the result" in buttons(after)) == (True, True)
    assert again.status == 409


async def test_an_audit_is_asked_for_made_and_shown(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1), view(2)])
    admin = await sign_in(service, role="admin")
    asked = await admin.follow(await admin.post(f"{MANAGE}/audit"))
    await Scheduler(service.store, Recounting(tmp_path, id_memory_h=48, apart=False)).audit()
    made = await admin.get(MANAGE)

    assert "An audit is under way" in asked.text
    assert "over 2 events of 2 accounts" in made.text
    assert made.tree.xpath("//section[@id='audit']//*[@class='badge good']/text()") == ["Agrees"]


async def test_money_is_noted_once_for_a_reference(apollo_service: Service, admin: Visitor) -> None:
    funded = {"amount": "2500.00", "reference": "transfer 7"}
    after = await admin.follow(await admin.post(f"{MANAGE}/funding", funded))
    other = await admin.post(f"{MANAGE}/funding", funded | {"amount": "1.00"})
    wrong = await admin.post(f"{MANAGE}/funding", {"amount": "12,5", "reference": "transfer 8"})

    assert "USD\N{NO-BREAK SPACE}2,500.00" in after.html
    assert (other.status, wrong.status) == (409, 422)
    assert wrong.tree.xpath("//input[@name='amount']/@value") == ["12,5"]
    assert wrong.tree.xpath("//input[@name='amount']/@aria-invalid") == ["true"]


async def test_a_certified_campaign_is_not_given_up(apollo_service: Service, admin: Visitor) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=CUTOFF_MS)
    await put_result(apollo_service, signed_file([entry(1, "a1", 5)]))
    shown = await admin.get(MANAGE)
    refused = await admin.post(f"{MANAGE}/cancel", {"reason": "No sponsor."} | SURE)

    assert buttons(shown)[:1] == ["Make a corrected version"]
    assert refused.status == 409
