"""Screenings, tax forms and disputes over HTTP: who may note them, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leaderboard.domain.times import from_ms
from tests.conftest import Answer, Service
from tests.web.asking import refusal_of
from tests.web.lives import CAMPAIGN, PATH
from tests.web.payees import ABROAD, US, payees_of

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
            apollo_service, "PUT", "/v1/accounts/a1/screening", SCREENING | {"verdict": verdict}, "reviewer"
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
    answer, _ = await ask(apollo_service, "DELETE", DISPUTE, REASON, "reviewer")

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


# ── Whoever prepares a payout may hold it back, and no more ─────────────────────────────────────


@pytest.mark.parametrize("role", ["payout_preparer", "payout_approver", "reviewer"])
@pytest.mark.parametrize(
    ("before", "verdict", "lets_go"),
    [
        (None, "clear", True),
        (None, "review", False),
        (None, "hit", False),
        ("clear", "clear", True),
        ("clear", "review", False),
        ("review", "clear", True),
        ("review", "review", False),
        ("review", "hit", False),
        ("hit", "clear", True),
        ("hit", "review", True),
        ("hit", "hit", False),
    ],
)
async def test_only_those_who_do_not_prepare_say_that_all_is_well(
    apollo_service: Service, role: str, before: str | None, verdict: str, lets_go: bool
) -> None:
    path = "/v1/accounts/a1/screening"
    if before:
        await ask(apollo_service, "PUT", path, SCREENING | {"verdict": before}, "reviewer")
    answer, _ = await ask(apollo_service, "PUT", path, SCREENING | {"verdict": verdict}, role)

    found = (await apollo_service.store.payout_holds.screenings(["a1"])).get("a1")
    if lets_go and role == "payout_preparer":
        assert (answer.status, refusal_of(answer)) == (403, "forbidden")
        assert f"{verdict} takes payout_approver or reviewer" in answer.json["detail"]
        assert (found.verdict if found else None) == before
    else:
        assert (answer.status, found and found.verdict) == (200 if before else 201, verdict)


@pytest.mark.parametrize(
    ("role", "status"),
    [("payout_preparer", 403), ("admin", 403), ("payout_approver", 204), ("reviewer", 204)],
)
async def test_a_dispute_is_lifted_by_those_who_do_not_prepare(
    apollo_service: Service, role: str, status: int
) -> None:
    await ask(apollo_service, "PUT", DISPUTE, REASON)
    answer, _ = await ask(apollo_service, "DELETE", DISPUTE, REASON, role)

    assert answer.status == status
    assert bool(await apollo_service.store.payout_holds.disputes(CAMPAIGN)) == (status == 403)


# ── Whose they are, and what does not belong in them ────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/v1/accounts/a1/screening", "/v1/accounts/a1/tax-form"])
async def test_a_verdict_and_a_form_are_of_the_payee_of_that_moment(
    apollo_service: Service, path: str
) -> None:
    payees, store = await payees_of(apollo_service), apollo_service.store
    marks, known = [], []
    for version, body in enumerate((None, US, ABROAD, ABROAD | {"address": US["address"]})):
        if body:
            await payees.put(body)
            marks.append((await store.payees.of("a1")).holder_mark)
            await payees.confirm(version)
        await ask(apollo_service, *ADDRESSES[path][:1], path, ADDRESSES[path][1])
        read = store.payout_holds.screenings if path.endswith("screening") else store.payout_holds.tax_forms
        known.append((await read(["a1"]))["a1"].holder_mark)

    # A proposal is of somebody else only once it is confirmed.
    assert marks == [known[1], known[1], known[2]]
    assert (known[0], known[2] == known[3], len(set(known))) == ("", True, 3)


async def test_a_form_of_another_payee_is_another_form(apollo_service: Service) -> None:
    payees = await payees_of(apollo_service)
    path, statuses = "/v1/accounts/a1/tax-form", []
    for version, body in enumerate((US, ABROAD), 1):
        await payees.put(body)
        await payees.confirm(version)
        for _ in range(2):
            answer, _ = await ask(apollo_service, "PUT", path, FORM)
            statuses.append(answer.status)
    entries = (await apollo_service.ask("GET", "/v1/audit-log?action=tax_form.put")).json["items"]

    assert statuses == [201, 200, 200, 200]
    assert len(entries) == 2


@pytest.mark.parametrize(
    "number", ["000777888999", "7778 88-999", "021000021", "DE89 3704 0044 0532 0130 00"]
)
@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("PUT", "/v1/accounts/a1/screening", "list"),
        ("PUT", "/v1/accounts/a1/screening", "list_version"),
        ("PUT", "/v1/accounts/a1/screening", "note"),
        ("PUT", DISPUTE, "reason"),
        ("DELETE", DISPUTE, "reason"),
    ],
)
async def test_a_text_with_a_number_of_the_bank_details_is_refused_and_not_repeated(
    apollo_service: Service, method: str, path: str, field: str, number: str
) -> None:
    payees = await payees_of(apollo_service)
    await payees.put()
    await payees.confirm()
    await payees.put(ABROAD)
    body = ADDRESSES[path][1] | {field: f"It is {number}, they say."}
    answer, _ = await ask(apollo_service, method, path, body, "reviewer")

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, field)
    assert "repeats a number of the account's bank details" in answer.json["detail"]
    assert number.encode() not in answer.body
