"""The last audit over HTTP: its dates for everybody, its findings for those who answer for them."""

from __future__ import annotations

from leaderboard.domain.audits import Audit, Difference
from leaderboard.domain.checkpoints import Failure
from tests.conftest import Service
from tests.web.asking import refusal_of

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


async def test_an_audit_is_asked_for_once_however_often_somebody_asks(apollo_service: Service) -> None:
    first = await apollo_service.ask("POST", PATH)
    again = await apollo_service.ask("POST", PATH, token=await apollo_service.issue(role="reviewer"))

    assert (first.status, again.status) == (202, 202)
    assert first.json["asked"] == again.json["asked"]
    assert set(await apollo_service.store.audits.wishes()) == {"apollo-test"}


async def test_of_a_campaign_that_was_given_up_nothing_is_audited(apollo_service: Service) -> None:
    await apollo_service.ask("POST", "/v1/campaigns/apollo-test/cancel", {"reason": "Nobody came."})
    answer = await apollo_service.ask("POST", PATH)

    assert (answer.status, refusal_of(answer)) == (409, "no_audit")


async def test_why_an_audit_could_not_be_made_is_told_until_one_was(apollo_service: Service) -> None:
    audits = apollo_service.store.audits
    await apollo_service.ask("POST", PATH)
    await audits.fulfilled("apollo-test", Failure(1_000, "The archive stands still.", "k1"))
    failed = (await apollo_service.ask("GET", PATH)).json
    await audits.fulfilled("apollo-test")
    made = (await apollo_service.ask("GET", PATH)).json

    assert (failed["asked"], failed["problem"]["text"]) == (None, "The archive stands still.")
    assert made["problem"] is None
