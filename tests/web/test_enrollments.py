"""Enrolments: who takes part, from when on, with which hosts and which promise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Answer, Service, view
from tests.web.asking import TOML, refusal_of

PATH = "/v1/campaigns/apollo-test/enrollments"
EVENING = {"start": "2022-02-14T19:00:00-08:00", "end": "2022-02-14T21:00:00-08:00"}


async def put(service: Service, account: str = "a1", **body: Any) -> Answer:
    return await service.ask("PUT", f"{PATH}/{account}", body)


async def with_host(service: Service, host: str = "ana") -> None:
    assert (await service.ask("PUT", f"/v1/accounts/a1/hosts/{host}", {"name": host.title()})).status == 201


async def test_hosts_and_their_schedule_may_be_changed_and_the_first_time_stays(
    apollo_service: Service,
) -> None:
    await with_host(apollo_service)
    before = (await apollo_service.ask("GET", f"{PATH}/a1")).json
    await asyncio.sleep(0.005)
    changed = await put(apollo_service, hosts=[{"host_id": "ana", "schedule": [EVENING]}])
    shown = await apollo_service.ask("GET", f"{PATH}/a1")

    assert (changed.status, changed.json) == (200, shown.json)
    assert shown.json["enrolled_at"] == before["enrolled_at"]
    assert shown.json["hosts"] == [
        {
            "host_id": "ana",
            "schedule": [{"start": "2022-02-15T03:00:00.000Z", "end": "2022-02-15T05:00:00.000Z"}],
            "promised_s": 7200.0,
        }
    ]


async def test_milliseconds_and_texts_are_two_forms_of_one_time(apollo_service: Service) -> None:
    await with_host(apollo_service)
    as_text = await put(apollo_service, hosts=[{"host_id": "ana", "schedule": [EVENING]}])
    slot = {"start": 1644894000000, "end": 1644901200000}
    as_number = await put(apollo_service, hosts=[{"host_id": "ana", "schedule": [slot]}])

    assert as_number.json == as_text.json


async def test_a_host_has_to_be_a_host_of_the_account(apollo_service: Service) -> None:
    answer = await put(apollo_service, hosts=[{"host_id": "ana"}, {"host_id": "bo"}])

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["errors"] == [
        {"path": "hosts[0].host_id", "detail": "ana is no host of a1; put it first"},
        {"path": "hosts[1].host_id", "detail": "bo is no host of a1; put it first"},
    ]


@pytest.mark.parametrize(
    ("slots", "detail"),
    [
        (
            [{"start": 1644901200000, "end": 1644894000000}],
            "hosts[0].schedule: a slot ends at or before its start",
        ),
        ([EVENING, EVENING], "hosts[0].schedule: slots of one host overlap at 2022-02-15T03:00:00.000Z"),
        ([{"start": 0, "end": 5}], "hosts[0].schedule[0].start: 1970-01-01T00:00:00.000Z lies outside"),
        (
            [EVENING, {"start": 1644901200000, "end": 2**70}],
            "hosts[0].schedule[1].end: 1180591620717411303424 lies",
        ),
        ([{"start": "2022-02-14T19:00:00", "end": 5}], "hosts[0].schedule[0].start: has no time zone offset"),
        ([{"start": "tomorrow", "end": 5}], "hosts[0].schedule[0].start: is no such time"),
        ([{"start": 1644894000000}], "hosts[0].schedule[0].end: is required"),
        ([EVENING | {"place": "studio"}], "hosts[0].schedule[0].place: is not a field here"),
    ],
)
async def test_a_schedule_that_cannot_be_kept_is_refused(
    apollo_service: Service, slots: list[dict[str, Any]], detail: str
) -> None:
    await with_host(apollo_service)
    answer = await put(apollo_service, hosts=[{"host_id": "ana", "schedule": slots}])

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"].startswith(detail)


async def test_only_what_lies_in_the_window_is_promised_for_it(apollo_service: Service) -> None:
    await with_host(apollo_service)
    first_night = {"start": "2022-02-13T22:00:00-08:00", "end": "2022-02-14T01:30:00.500-08:00"}
    answer = await put(apollo_service, hosts=[{"host_id": "ana", "schedule": [first_night]}])

    assert answer.json["hosts"][0]["promised_s"] == 5400.5


async def test_more_than_84_hours_in_14_days_need_a_waiver_which_is_shown(apollo_service: Service) -> None:
    await with_host(apollo_service)
    always = [
        {
            "host_id": "ana",
            "schedule": [{"start": "2022-02-14T00:00:00-08:00", "end": "2022-02-28T00:00:00-08:00"}],
        }
    ]
    refused = await put(apollo_service, hosts=always)
    empty = await put(apollo_service, hosts=always, schedule_waiver="")
    waived = await put(apollo_service, hosts=always, schedule_waiver="Ops, J. Kim: a 24/7 shop")
    shown = await apollo_service.ask("GET", f"{PATH}/a1")

    assert (refused.status, refusal_of(refused)) == (422, "invalid")
    assert "ana is promised for 336 h" in refused.json["detail"]
    assert empty.json["detail"] == "schedule_waiver: must not be empty"
    assert (waived.status, waived.json) == (200, shown.json)
    assert shown.json["schedule_waiver"] == "Ops, J. Kim: a 24/7 shop"


async def test_changes_after_the_start_are_listed_and_an_admin_sees_who_made_them(
    apollo_service: Service,
) -> None:
    await with_host(apollo_service)
    agency = await apollo_service.issue(role="agency", agency="north")
    changed = await put(apollo_service, hosts=[{"host_id": "ana", "schedule": [EVENING]}])
    own = await apollo_service.ask("GET", f"{PATH}/a1", token=agency)

    (edit,) = changed.json["schedule_edits"]
    assert edit["hosts"] == {"added": ["ana"], "removed": [], "changed": []}
    assert edit["actor"]
    del edit["actor"]
    assert own.json == changed.json


async def test_a_host_is_named_once(apollo_service: Service) -> None:
    await with_host(apollo_service)
    answer = await put(apollo_service, hosts=[{"host_id": "ana"}, {"host_id": "ana"}])

    assert answer.json["detail"] == "hosts: ana is named twice"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        (f"{PATH}/nobody", "account nobody does not exist"),
        ("/v1/campaigns/none/enrollments/a1", "campaign none does not exist"),
    ],
)
async def test_the_account_and_the_campaign_have_to_exist(
    apollo_service: Service, path: str, detail: str
) -> None:
    answer = await apollo_service.ask("PUT", path, {})

    assert (answer.status, refusal_of(answer), answer.json["detail"]) == (404, "not_found", detail)


async def test_after_the_end_nobody_is_enrolled(apollo_service: Service, apollo: Callable[..., str]) -> None:
    text = apollo("by-clock", close="clock").encode()
    await apollo_service.ask("PUT", "/v1/campaigns/by-clock", data=text, headers=TOML)
    answer = await apollo_service.ask("PUT", "/v1/campaigns/by-clock/enrollments/a1", {})

    assert (answer.status, refusal_of(answer)) == (409, "campaign_over")


async def test_what_came_before_the_enrolment_does_not_count_and_is_listed(apollo_service: Service) -> None:
    account = {"agency_id": "north", "name": "Late", "kind": "partner", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/late", account)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1, account="late")]})
    await asyncio.sleep(0.005)
    enrolled = await put(apollo_service, "late")
    await apollo_service.ask("POST", "/v1/events", {"events": [view(2, account="late")]})
    await apollo_service.count()

    details = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/accounts/late")
    excluded = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/excluded")
    (reason,) = excluded.json["reasons"]
    assert (enrolled.status, details.json["score"]) == (201, 1)
    assert (reason["code"], reason["count"]) == ("before_enrollment", 1)
    assert [(sample["id"], sample["account_id"]) for sample in reason["samples"]] == [("view-1", "late")]


async def test_an_agency_reads_its_own_enrolments_only(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="agency", agency="north")
    own, others, unknown = [
        await apollo_service.ask("GET", f"{PATH}/{account}", token=token)
        for account in ("a1", "a3", "nobody")
    ]

    assert (own.status, own.json["account_id"]) == (200, "a1")
    assert (others.status, refusal_of(others)) == (403, "forbidden")
    assert (unknown.status, refusal_of(unknown)) == (404, "not_found")


async def test_an_account_that_is_not_enrolled_has_no_enrolment(apollo_service: Service) -> None:
    account = {"agency_id": "north", "name": "New", "kind": "partner", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/new", account)
    answer = await apollo_service.ask("GET", f"{PATH}/new")

    assert (answer.status, answer.json["detail"]) == (
        404,
        "the enrolment of new in this campaign does not exist",
    )
