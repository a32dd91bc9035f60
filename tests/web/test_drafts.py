"""Drafts: seen by admins, counted for nobody, changed at will, published once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Answer, Service, view
from tests.web.asking import TOML, refusal_of
from tests.web.lives import CAMPAIGN, PATH, put_life

Apollo = Callable[..., str]

ACCOUNT = {"agency_id": "north", "name": "N", "kind": "partner", "country": "US"}


async def put(service: Service, toml: str, query: str = "") -> Answer:
    return await service.ask("PUT", PATH + query, data=toml.encode(), headers=TOML)


async def test_a_draft_is_for_admins_only(service: Service, apollo: Apollo) -> None:
    saved = await put(service, apollo(), "?draft=true")
    reviewer = await service.issue(role="reviewer")
    shown, listed = await service.ask("GET", PATH), await service.ask("GET", "/v1/campaigns")
    hidden = await service.ask("GET", PATH, token=reviewer)
    standings = await service.ask("GET", f"{PATH}/standings", token=reviewer)
    unlisted = await service.ask("GET", "/v1/campaigns", token=reviewer)

    assert (saved.status, saved.json["state"], shown.json["state"]) == (201, "draft", "draft")
    assert shown.json["life"]["next"]["state"] == "scheduled"
    assert [one["id"] for one in listed.json["items"]] == [CAMPAIGN]
    assert (hidden.status, standings.status, unlisted.json["items"]) == (404, 404, [])


async def test_nobody_takes_part_in_a_draft(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(), "?draft=true")
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    await service.ask("PUT", "/v1/accounts/a1", ACCOUNT)
    answer = await service.ask("PUT", f"{PATH}/enrollments/a1", {"hosts": []})

    assert (answer.status, refusal_of(answer)) == (409, "draft")


async def test_a_draft_may_be_changed_whatever_its_window(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(), "?draft=true")
    changed = await put(service, apollo().replace("Apollo: US", "Artemis: US"), "?draft=true")

    assert (changed.status, changed.json["state"]) == (200, "draft")
    assert changed.json["title"].startswith("Artemis")


async def test_saved_without_draft_it_is_published(service: Service, apollo: Apollo) -> None:
    future = apollo(start="2099-02-14T00:00:00", end="2099-02-28T00:00:00")
    await put(service, future, "?draft=true")
    published, again = await put(service, future), await put(service, future)

    assert [(one.status, one.json["state"]) for one in (published, again)] == [(200, "scheduled")] * 2
    life = await service.store.lifecycles.life(CAMPAIGN)
    assert (life.state, life.version) == ("scheduled", 2)


async def test_a_published_campaign_counts_as_if_it_had_never_been_a_draft(
    apollo_service: Service,
) -> None:
    await put_life(apollo_service, state="draft")
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1)]})
    await apollo_service.count()
    before = (await apollo_service.ask("GET", f"{PATH}/standings")).json["entries"][0]["score"]
    await put_life(apollo_service, state="live")
    await apollo_service.ask("POST", "/v1/events", {"events": [view(2)]})
    await apollo_service.count()
    after = (await apollo_service.ask("GET", f"{PATH}/standings")).json["entries"][0]["score"]

    assert (before, after) == (0, 1)


async def test_what_is_published_is_no_draft_any_more(service: Service, apollo: Apollo) -> None:
    await put(service, apollo())
    answer = await put(service, apollo(), "?draft=true")

    assert (answer.status, refusal_of(answer)) == (409, "published")
    assert answer.json["detail"].endswith("save it without `draft`.")


@pytest.mark.parametrize("state", ["closing", "review", "certified", "paid", "cancelled"])
async def test_from_its_close_on_a_definition_stands(
    apollo_service: Service, apollo: Apollo, state: str
) -> None:
    await put_life(apollo_service, state=state)
    changed = await put(apollo_service, apollo().replace("Apollo: US", "Artemis: US"))
    same = await put(apollo_service, apollo())

    assert (changed.status, refusal_of(changed)) == (409, "campaign_closed")
    words = "in review" if state == "review" else state
    assert changed.json["detail"] == f"The campaign is {words}, so its definition stands."
    assert (same.status, same.json["state"]) == (200, state)


async def test_a_word_that_is_neither_true_nor_false_is_refused(service: Service, apollo: Apollo) -> None:
    answer = await put(service, apollo(), "?draft=maybe")

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "draft")
