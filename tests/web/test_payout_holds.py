"""Screenings, tax forms and disputes over HTTP: who may note them, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leaderboard.domain.times import from_ms
from tests.conftest import Answer, Service
from tests.web.asking import refusal_of
from tests.web.lives import PATH

SCREENING = {"verdict": "review", "list": "OFAC SDN", "list_version": "2026-11-20", "note": "A namesake?"}
FORM = {"form": "W-9", "received_on": "2022-02-10"}
REASON = {"reason": "Another account sold this."}
DISPUTE = f"{PATH}/disputes/top_five/a1"
ADDRESSES = {
    "/v1/accounts/a1/screening": ("PUT", SCREENING, {"payout_preparer", "payout_approver", "reviewer"}),
    "/v1/accounts/a1/tax-form": ("PUT", FORM, {"payout_preparer"}),
    DISPUTE: ("PUT", REASON, {"payout_preparer", "payout_approver", "reviewer"}),
}


async def ask(
    service: Service, method: str, path: str, body: Any, role: str = "payout_preparer"
) -> tuple[Answer, str]:
    """The answer, and the id of the token that asked."""
    token = await service.issue(role=role)
    return await service.ask(method, path, body, token=token), token.split("_")[1]


async def test_a_verdict_is_noted_with_who_and_when(apollo_service: Service) -> None:
    answer, by = await ask(apollo_service, "PUT", "/v1/accounts/a1/screening", SCREENING)

    assert answer.status == 201
    assert answer.json.pop("checked_at").endswith("Z")
    assert answer.json == SCREENING | {"account_id": "a1", "by": by}
    assert (await apollo_service.store.payout_holds.screenings(["a1"]))["a1"].verdict == "review"


async def test_the_next_verdict_takes_its_place(apollo_service: Service) -> None:
    for verdict in ("review", "clear"):
        answer, _ = await ask(
            apollo_service, "PUT", "/v1/accounts/a1/screening", SCREENING | {"verdict": verdict}
        )

    assert (answer.status, answer.json["verdict"]) == (200, "clear")


async def test_a_tax_form_is_noted_and_the_same_again_changes_nothing(apollo_service: Service) -> None:
    first, by = await ask(apollo_service, "PUT", "/v1/accounts/a1/tax-form", FORM)
    again, _ = await ask(apollo_service, "PUT", "/v1/accounts/a1/tax-form", FORM)

    assert (first.status, first.json) == (201, FORM | {"account_id": "a1", "by": by})
    assert (again.status, again.json) == (200, first.json)


@pytest.mark.parametrize(
    ("received_on", "words"),
    [
        ("2026-02-30", "2026-02-30 is no day of the calendar"),
        ("9999-01-01", "lies in the future"),
        ("10.02.2026", "received_on"),
        ("2026-02-10T00:00:00Z", "received_on"),
    ],
)
async def test_a_day_on_which_no_form_can_have_come_is_refused(
    apollo_service: Service, received_on: str, words: str
) -> None:
    body = FORM | {"received_on": received_on}
    answer, _ = await ask(apollo_service, "PUT", "/v1/accounts/a1/tax-form", body)

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "received_on")
    assert words in answer.json["detail"]


@pytest.mark.parametrize(("days", "status"), [(0, 201), (1, 201), (2, 422)])
async def test_where_it_is_tomorrow_already_a_form_may_have_come(
    apollo_service: Service, days: int, status: int
) -> None:
    today = from_ms(await apollo_service.store.now_ms()).date()
    body = FORM | {"received_on": (today + timedelta(days=days)).isoformat()}
    answer, _ = await ask(apollo_service, "PUT", "/v1/accounts/a1/tax-form", body)

    assert answer.status == status


async def test_a_dispute_is_noted_and_lifted_with_reasons(apollo_service: Service) -> None:
    noted, by = await ask(apollo_service, "PUT", DISPUTE, REASON)
    again, _ = await ask(apollo_service, "PUT", DISPUTE, REASON, "reviewer")
    lifted, _ = await ask(apollo_service, "DELETE", DISPUTE, {"reason": "It was hers."}, "payout_approver")
    (logged, *_) = (await apollo_service.store.audit_log.page(1)).entries

    assert (noted.status, again.status, lifted.status) == (201, 200, 204)
    assert (noted.json["award"], noted.json["account_id"], noted.json["by"]) == ("top_five", "a1", by)
    assert again.json == noted.json
    assert (logged.action, logged.why) == ("dispute.remove", "It was hers.")


async def test_what_is_not_disputed_cannot_be_lifted(apollo_service: Service) -> None:
    answer, _ = await ask(apollo_service, "DELETE", DISPUTE, REASON)

    assert (answer.status, refusal_of(answer)) == (404, "not_found")
    assert answer.json["detail"] == "a dispute of top_five of account a1 does not exist"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/accounts/nobody/screening",
        "/v1/accounts/nobody/tax-form",
        "/v1/campaigns/nowhere/disputes/top_five/a1",
        f"{PATH}/disputes/no_award/a1",
        f"{PATH}/disputes/top_five/nobody",
    ],
)
async def test_what_the_address_names_has_to_be_there(apollo_service: Service, path: str) -> None:
    body = {"screening": SCREENING, "tax-form": FORM}.get(path.rpartition("/")[2], REASON)
    answer, _ = await ask(apollo_service, "PUT", path, body)

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/v1/accounts/a1/screening", "verdict", "perhaps"),
        ("/v1/accounts/a1/screening", "list", " "),
        ("/v1/accounts/a1/screening", "list_version", ""),
        ("/v1/accounts/a1/tax-form", "form", "W-7"),
        (DISPUTE, "reason", " "),
    ],
)
async def test_a_field_that_is_wrong_is_named(
    apollo_service: Service, path: str, field: str, value: str
) -> None:
    _, body, _ = ADDRESSES[path]
    answer, _ = await ask(apollo_service, "PUT", path, body | {field: value})

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, field)


@pytest.mark.parametrize("role", ["admin", "reviewer", "payout_preparer", "payout_approver"])
@pytest.mark.parametrize("path", ADDRESSES)
async def test_each_is_noted_by_those_whose_work_it_is(apollo_service: Service, path: str, role: str) -> None:
    method, body, may = ADDRESSES[path]
    answer, _ = await ask(apollo_service, method, path, body, role)

    assert answer.status == (201 if role in may else 403)
