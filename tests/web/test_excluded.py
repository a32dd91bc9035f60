"""What did not count, and what the door refused: all of it is listed, to those whom it concerns."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.exclusions import REASONS
from tests.conftest import Answer, Service, view
from tests.web.asking import refusal_of

PATH = "/v1/campaigns/apollo-test/excluded"
OUTSIDE = "2022-03-20T12:00:00Z"


async def send(service: Service, *events: Any, token: str | None = None) -> Answer:
    return await service.ask("POST", "/v1/events", {"events": list(events)}, token=token)


async def with_exclusions(service: Service) -> None:
    await send(
        service,
        view(1, at=OUTSIDE),
        view(2, at=OUTSIDE, account="a3"),
        view(3, account="stranger"),
        view(4),
        view(4, visitor="another"),
    )
    await service.count()


async def test_everything_that_did_not_count_is_listed_by_reason(apollo_service: Service) -> None:
    await with_exclusions(apollo_service)
    answer = await apollo_service.ask("GET", PATH)

    counts = {reason["code"]: reason["count"] for reason in answer.json["reasons"]}
    assert counts == {"not_enrolled": 1, "outside_window": 2, "conflict": 1}
    assert answer.json["total"] == 4
    assert all(reason["detail"] == REASONS[reason["code"]] for reason in answer.json["reasons"])


async def test_a_sample_finds_the_event_at_its_sender_and_nothing_of_its_visitor(
    apollo_service: Service,
) -> None:
    await with_exclusions(apollo_service)
    answer = await apollo_service.ask("GET", f"{PATH}?reason=conflict")

    ((sample,),) = [reason["samples"] for reason in answer.json["reasons"]]
    assert sample.keys() == {"type", "id", "account_id", "at", "received_at"}
    assert (sample["type"], sample["id"], sample["account_id"]) == ("product_view", "view-4", "a1")
    assert b"another" not in answer.body


async def test_one_reason_may_be_asked_for_and_how_many_samples(apollo_service: Service) -> None:
    await send(apollo_service, *(view(number, at=OUTSIDE) for number in range(30)))
    await apollo_service.count()
    usual, two, none = [
        (await apollo_service.ask("GET", f"{PATH}?reason=outside_window{more}")).json["reasons"][0]
        for more in ("", "&limit=2", "&limit=0")
    ]

    assert [one["count"] for one in (usual, two, none)] == [30, 30, 30]
    assert [len(one["samples"]) for one in (usual, two, none)] == [20, 2, 0]


async def test_a_reason_that_is_none_is_refused_with_those_there_are(apollo_service: Service) -> None:
    answer = await apollo_service.ask("GET", f"{PATH}?reason=bad_luck")

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"] == f"reason: must be one of {', '.join(REASONS)}, not 'bad_luck'"


async def test_a_reason_without_events_is_not_listed(apollo_service: Service) -> None:
    answer = await apollo_service.ask("GET", f"{PATH}?reason=late")

    assert answer.json == {"campaign_id": "apollo-test", "total": 0, "reasons": []}


async def test_an_agency_sees_the_samples_of_its_own_accounts_and_no_sums(apollo_service: Service) -> None:
    await with_exclusions(apollo_service)
    token = await apollo_service.issue(role="agency", agency="south")
    answer = await apollo_service.ask("GET", PATH, token=token)

    seen = {reason["code"]: [s["account_id"] for s in reason["samples"]] for reason in answer.json["reasons"]}
    assert seen == {"outside_window": ["a3"]}
    assert {answer.json["total"], *(reason["count"] for reason in answer.json["reasons"])} == {None}


async def test_the_samples_of_others_take_no_places_of_an_agencys_own(apollo_service: Service) -> None:
    await send(apollo_service, view(0, at=OUTSIDE, account="a3"))
    await send(apollo_service, *(view(number, at=OUTSIDE) for number in range(1, 60)))
    await apollo_service.count()
    token = await apollo_service.issue(role="agency", agency="south")
    answer = await apollo_service.ask("GET", f"{PATH}?limit=5", token=token)

    assert [sample["id"] for sample in answer.json["reasons"][0]["samples"]] == ["view-0"]


@pytest.mark.parametrize("campaign", ["none", "apollo-tes", "APOLLO-TEST"])
async def test_an_unknown_campaign_is_not_found(apollo_service: Service, campaign: str) -> None:
    answer = await apollo_service.ask("GET", f"/v1/campaigns/{campaign}/excluded")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


async def test_what_the_door_refused_is_listed_with_what_its_sender_was_told(apollo_service: Service) -> None:
    sent = await send(
        apollo_service, view(1, source="billboard"), view(2), view(3, at="2200-01-01T00:00:00Z"), "x"
    )
    answer = await apollo_service.ask("GET", "/v1/rejected")

    assert answer.json["counts"] == {"invalid": 2, "future": 1}
    assert [one["detail"] for one in answer.json["samples"]] == [
        one["detail"] for one in reversed(sent.json["rejected"])
    ]
    assert {one["request_id"] for one in answer.json["samples"]} == {sent.json["request_id"]}
    assert {one["event_id"] for one in answer.json["samples"]} == {"view-1", "view-3", None}


async def test_a_sender_sees_what_was_refused_of_its_own(apollo_service: Service) -> None:
    first, second = [await apollo_service.issue(role="ingest", accounts=["a1"]) for _ in range(2)]
    await send(apollo_service, view(1, account="a2"), token=first)
    await send(apollo_service, view(2, source="billboard"), view(3, source="billboard"), token=second)
    seen = [
        (await apollo_service.ask("GET", "/v1/rejected", token=token)).json["counts"]
        for token in (first, second)
    ]

    assert seen == [{"forbidden_account": 1}, {"invalid": 2}]


async def test_a_request_full_of_rejects_is_counted_in_full_and_shown_in_part(
    apollo_service: Service,
) -> None:
    await send(apollo_service, *(view(number, source="billboard") for number in range(500)))
    answer = await apollo_service.ask("GET", "/v1/rejected")

    assert answer.json["counts"] == {"invalid": 500}
    assert len(answer.json["samples"]) == 20
