"""The last audit over HTTP: its dates for everybody, its findings for those who answer for them."""

from __future__ import annotations

from leaderboard.domain.audits import Audit, Difference
from tests.conftest import Service

PATH = "/v1/campaigns/apollo-test/audit"


async def note(service: Service, at_ms: int, *differences: Difference) -> None:
    found = Audit(
        at_ms=at_ms,
        took_ms=5,
        events=7,
        accounts=3,
        differing_accounts=len(differences),
        differences_count=len(differences),
        differences=differences,
    )
    await service.store.audits.note("apollo-test", found)


async def test_before_the_first_audit_there_is_nothing_to_say(apollo_service: Service) -> None:
    answer = await apollo_service.ask("GET", PATH)

    assert (answer.status, answer.json.pop("campaign_id")) == (200, "apollo-test")
    assert set(answer.json.values()) == {None}


async def test_the_last_run_and_the_last_agreement_are_dated(apollo_service: Service) -> None:
    await note(apollo_service, 1_000)
    await note(apollo_service, 2_000, Difference("a1", "orders", 7, 1))
    answer = await apollo_service.ask("GET", PATH)

    assert answer.json["last_run_at"] == "1970-01-01T00:00:02.000Z"
    assert answer.json["last_agreement_at"] == "1970-01-01T00:00:01.000Z"
    assert (answer.json["agrees"], answer.json["differences_count"]) == (False, 1)
    assert answer.json["differences"] == [
        {"account_id": "a1", "field": "orders", "live": 7, "recounted": 1},
    ]


async def test_an_agency_sees_the_dates_and_nobody_elses_figures(apollo_service: Service) -> None:
    await note(apollo_service, 1_000, Difference("a3", "orders", 7, 1))
    agency = await apollo_service.issue(role="agency", agency="north")
    answer = await apollo_service.ask("GET", PATH, token=agency)

    assert answer.json["last_run_at"] == "1970-01-01T00:00:01.000Z"
    assert (answer.json["differences"], answer.json["not_compared"]) == (None, None)
