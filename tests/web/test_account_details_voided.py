"""What was taken out of an account's counting, as its agency sees it: beside the score, and adding up."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.adjustments import Voided
from tests.conftest import Service, view
from tests.web.rescoring import asked, prepare, step
from tests.web.test_standings import standings

FIGURES = ("score", "counted_uv", "voided_uv", "discounted_uv", "gross_uv", "invalid_uv", "reached_at")


async def figures(service: Service, token: str | None = None) -> dict[str, Any]:
    path = "/v1/campaigns/apollo-test/accounts/a1"
    found = (await service.ask("GET", path, token=token)).json
    return {name: found[name] for name in (*FIGURES, "effective_s", "voided_s", "kept_s")}


@pytest.fixture
async def voided(apollo_service: Service) -> Service:
    """a1 has four visitors, and one of them is voided; three were reached at 2022-02-20T13:00Z."""
    await apollo_service.ask("POST", "/v1/events", {"events": [view(n) for n in range(4)]})
    await apollo_service.count()
    name = await asked(apollo_service)
    after = {"a1": Voided(counted_uv=4, uv=1, reached_ms=1_645_362_000_000)}
    await prepare(apollo_service, name, before={}, after=after)
    assert (await step(apollo_service, name, "apply")).status == 200
    await apollo_service.count()
    return apollo_service


async def test_an_agency_sees_what_was_taken_out_of_its_own_account(voided: Service) -> None:
    token = await voided.issue(role="agency", agency="north")

    assert await figures(voided, token) == {
        "score": 3,
        "counted_uv": 4,
        "voided_uv": 1,
        "discounted_uv": 0,
        "gross_uv": 4,
        "invalid_uv": 0,
        "reached_at": "2022-02-20T13:00:00.000Z",
        "effective_s": 0.0,
        "voided_s": 0.0,
        "kept_s": 0.0,
    }


async def test_the_standings_show_the_same_and_to_other_agencies_the_score_alone(voided: Service) -> None:
    names = ("score", "counted_uv", "voided_uv", "discounted_uv", "invalid_uv")
    token = await voided.issue(role="agency", agency="south")

    [own] = (await standings(voided, "around=a1&limit=1")).json["entries"]
    answer = await voided.ask("GET", "/v1/campaigns/apollo-test/standings?around=a1&limit=1", token=token)
    [others] = answer.json["entries"]

    details = await figures(voided)
    assert [own[name] for name in names] == [details[name] for name in names] == [3, 4, 1, 0, 0]
    assert [others[name] for name in names] == [3, None, None, None, None]


async def test_who_comes_later_is_taken_for_a_person(voided: Service) -> None:
    await voided.ask("POST", "/v1/events", {"events": [view(9)]})
    await voided.count()

    found = await figures(voided)

    assert (found["score"], found["counted_uv"], found["voided_uv"]) == (4, 5, 1)
    assert found["reached_at"] > "2022-02-20T13:00:00.000Z"
