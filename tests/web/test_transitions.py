"""What the service says can be done, it does; and what it says cannot, it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Service
from tests.web.asking import TOML, refusal_of
from tests.web.lives import CUTOFF_MS, PATH, carrying_out, put_life, ready_to_certify


async def can(service: Service) -> dict[str, bool]:
    answer = await service.ask("GET", f"{PATH}/transitions")
    assert answer.status == 200
    return {one["step"]: one["possible"] for one in answer.json["items"]}


BODIES = {"close": {}, "cancel": {"reason": "The sponsor has left."}}


@pytest.mark.parametrize("step", ["close", "cancel"])
@pytest.mark.parametrize("state", ["draft", "scheduled", "live", "closing", "review", "certified", "paid"])
async def test_what_is_said_to_be_possible_is_done_and_all_else_changes_nothing(
    apollo_service: Service, state: str, step: str
) -> None:
    cutoff_ms = CUTOFF_MS if state in ("closing", "review", "certified", "paid") else None
    await put_life(
        apollo_service, state=state, cutoff_ms=cutoff_ms, result=int(state in ("certified", "paid"))
    )
    said = (await can(apollo_service))[step]
    before = (await apollo_service.ask("GET", PATH)).json["state"]
    answer = await apollo_service.ask("POST", f"{PATH}/{step}", BODIES[step])
    after = (await apollo_service.ask("GET", PATH)).json["state"]

    assert (answer.status == 200 and before != after) is said


async def test_a_campaign_is_certified_where_that_is_said_to_be_possible(apollo_service: Service) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=CUTOFF_MS)
    blocked = await can(apollo_service)
    refused = await apollo_service.ask("POST", f"{PATH}/certify")
    await put_life(apollo_service, state="live", cutoff_ms=None)
    await ready_to_certify(apollo_service)
    ready = await can(apollo_service)
    async with carrying_out(apollo_service):
        certified = await apollo_service.ask("POST", f"{PATH}/certify")

    assert (blocked["certify"], refusal_of(refused)) == (False, "blocked")
    assert (ready["certify"], certified.status) == (True, 200)


async def test_a_draft_is_published_as_it_is(service: Service, apollo: Callable[..., str]) -> None:
    future = apollo(start="2099-02-14T00:00:00", end="2099-02-28T00:00:00").encode()
    await service.ask("PUT", f"{PATH}?draft=true", data=future, headers=TOML)
    before = await can(service)
    published, again = [await service.ask("POST", f"{PATH}/publish") for _ in range(2)]
    after = await can(service)

    assert (before["publish"], after["publish"]) == (True, False)
    assert [(one.status, one.json["state"]) for one in (published, again)] == [(200, "scheduled")] * 2


async def test_what_was_given_up_is_not_published(apollo_service: Service) -> None:
    await put_life(apollo_service, state="cancelled")
    answer = await apollo_service.ask("POST", f"{PATH}/publish")

    assert (answer.status, refusal_of(answer)) == (409, "campaign_cancelled")


async def test_only_admins_are_told_and_others_do_not_publish(apollo_service: Service) -> None:
    agency = await apollo_service.issue(role="agency", agency="north")
    told = await apollo_service.ask("GET", f"{PATH}/transitions", token=agency)
    published = await apollo_service.ask("POST", f"{PATH}/publish", token=agency)

    assert [refusal_of(one) for one in (told, published)] == ["forbidden"] * 2
