"""Results over HTTP: the signed bytes as they are, and for an agency no more than it may see."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.conftest import Answer, Service
from tests.web.asking import refusal_of
from tests.web.lives import PATH, entry, put_life, put_result, signed_file

STANDINGS = [entry(1, "a3", 9), entry(2, "a1", 8), entry(3, "a2", 1)]


@pytest.fixture
async def certified(apollo_service: Service) -> Service:
    """Certified twice: the second result corrects the first."""
    await put_life(apollo_service, state="review", cutoff_ms=5)
    await put_result(apollo_service, signed_file())
    await put_result(apollo_service, signed_file(STANDINGS))
    return apollo_service


async def result(service: Service, query: str = "", token: str | None = None) -> Answer:
    return await service.ask("GET", f"{PATH}/result{query}", token=token)


async def test_the_newest_result_is_given_byte_for_byte(certified: Service) -> None:
    answer = await result(certified)

    assert (answer.status, answer.body) == (200, signed_file(STANDINGS))
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["ETag"] == f'"{sha256(answer.body).hexdigest()}"'
    assert answer.headers["Content-Disposition"] == 'attachment; filename="apollo-test-result-2.json"'


async def test_an_older_version_is_kept(certified: Service) -> None:
    assert (await result(certified, "?version=1")).body == signed_file()


@pytest.mark.parametrize(
    "token",
    [{"role": "reviewer"}, {"role": "payout_preparer"}, {"role": "payout_approver"}],
    ids=lambda token: token["role"],
)
async def test_who_works_on_it_gets_the_signed_bytes(certified: Service, token: dict[str, str]) -> None:
    assert (await result(certified, token=await certified.issue(**token))).body == signed_file(STANDINGS)


async def test_a_sender_gets_none(certified: Service) -> None:
    sender = await certified.issue(role="ingest", accounts=["a1"])

    assert (await result(certified, token=sender)).status == 403


async def test_an_agency_sees_everybodys_place_and_its_own_details(certified: Service) -> None:
    answer = await result(certified, token=await certified.issue(role="agency", agency="north"))
    other, *own = answer.json["standings"]

    assert other == {"rank": 1, "award_rank": 1, "account_id": "a3", "name": "A3", "score": 9}
    assert own == STANDINGS[1:]


async def test_an_agency_sees_no_award_and_no_exclusion_of_another(certified: Service) -> None:
    answer = await result(certified, token=await certified.issue(role="agency", agency="north"))

    assert [one["account_id"] for one in answer.json["awards"]] == ["a1", "a2"]
    assert [one["account_id"] for one in answer.json["excluded"]] == ["a1", "a2"]


async def test_an_account_that_has_moved_since_is_its_agencys_of_the_certification(
    certified: Service,
) -> None:
    moved = {"agency_id": "south", "name": "A1", "kind": "partner", "country": "US"}
    assert (await certified.ask("PUT", "/v1/accounts/a1", moved)).status == 200

    answer = await result(certified, token=await certified.issue(role="agency", agency="south"))

    assert [one["account_id"] for one in answer.json["awards"]] == ["a3"]


async def test_what_an_agency_gets_is_unsigned_and_names_what_is_signed(certified: Service) -> None:
    answer = await result(certified, token=await certified.issue(role="agency", agency="south"))

    per_account = ("standings", "awards", "excluded")
    assert {name: value for name, value in answer.json.items() if name not in per_account} == {
        "signed": False,
        "campaign_id": "apollo-test",
        "version": 2,
        "sha256": "ab" * 32,
        "key_id": "key-1",
        "certified_at": "2022-03-04T00:00:00.000Z",
        "previous": None,
        "reason": "",
    }


async def test_before_the_certification_there_is_none(apollo_service: Service) -> None:
    answer = await result(apollo_service)

    assert (answer.status, refusal_of(answer)) == (404, "not_certified")
    assert answer.json["detail"] == "The campaign is live: it has no certified result."


async def test_a_version_that_is_not_there_is_named(certified: Service) -> None:
    answer = await result(certified, "?version=3")

    assert (answer.status, refusal_of(answer)) == (404, "not_certified")
    assert answer.json["detail"] == "There is no version 3 of the result; the newest is 2."
