"""Bank data stands in no answer, no log and nowhere in the store: planted, and looked for everywhere."""

from __future__ import annotations

import copy
import json
import logging
from typing import Any

import orjson
import pytest

from leaderboard.store import settings_backup
from tests.conftest import Answer, Service
from tests.web.asking import everything, refusal_of
from tests.web.payees import ABROAD, SECRETS, US, Payees, payees_of

PLANTED = "4929777888999123"
PLACES: tuple[tuple[str, ...], ...] = (
    ("type",), ("holder",), ("address",), ("address", "street"), ("address", "town"), ("address", "postal_code"),
    ("address", "country"), ("address", "unknown"), ("bank",), ("bank", "routing"), ("bank", "account"),
    ("bank", "account_type"), ("bank", "iban"), ("bank", "bic"), ("bank", PLANTED), (PLANTED,), ("unknown",),
)  # fmt: skip
VALUES: dict[str, Any] = {
    "text": PLANTED,
    "number": int(PLANTED),
    "fraction": float(PLANTED),
    "long": PLANTED * 20,
    "list": [PLANTED],
    "object": {PLANTED: PLANTED},
    "disguised": f"{PLANTED} - at `$.{PLANTED}`",
    "half a character": PLANTED + "\ud800",
    "line break": PLANTED + "\n",
}


@pytest.fixture
async def payees(apollo_service: Service) -> Payees:
    return await payees_of(apollo_service)


def planted(place: tuple[str, ...], value: Any) -> bytes:
    document: Any = copy.deepcopy(US)
    at = document
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return json.dumps(document).encode()


async def send(payees: Payees, body: bytes) -> Answer:
    headers = {"Content-Type": "application/json"}
    path = "/v1/accounts/a1/payee"
    return await payees.service.ask("PUT", path, data=body, token=payees.pia, headers=headers)


@pytest.mark.parametrize("place", PLACES, ids=".".join)
async def test_what_is_refused_is_not_repeated(
    payees: Payees, place: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = {name: await send(payees, planted(place, value)) for name, value in VALUES.items()}

    refused = {name: answer for name, answer in answers.items() if answer.status >= 400}
    assert len(refused) >= 4
    assert {refusal_of(answer) for answer in refused.values()} <= {"invalid", "not_json"}
    assert [name for name, answer in answers.items() if PLANTED.encode() in answer.body] == []
    assert PLANTED not in caplog.text


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("name", ["number", PLANTED])
async def test_a_number_to_compare_is_not_repeated(payees: Payees, name: str, value: Any) -> None:
    await payees.put()
    body = json.dumps({"version": 1} | {name: value}).encode()
    headers = {"Content-Type": "application/json"}
    path = "/v1/accounts/a1/payee/confirm"
    answer = await payees.service.ask("POST", path, data=body, token=payees.ada, headers=headers)

    assert refusal_of(answer) in ("invalid", "not_json", "number_differs")
    assert PLANTED.encode() not in answer.body


@pytest.mark.parametrize("cut", [10, 60, 150])
async def test_a_body_that_is_cut_off_is_not_repeated(payees: Payees, cut: int) -> None:
    answer = await send(payees, planted(("holder",), PLANTED)[:cut])

    assert (answer.status, refusal_of(answer)) == (400, "not_json")
    assert PLANTED.encode() not in answer.body


@pytest.mark.parametrize(
    ("place", "value", "detail"),
    [
        (("type",), PLANTED, "type: must be one of company, person"),
        (
            ("address", "unknown"),
            1,
            "address: has something that is not a field here; its fields are street, town",
        ),
        (
            ("unknown",),
            1,
            "has something that is not a field here; its fields are type, holder, address, bank",
        ),
        (("bank", "account"), 5, "bank.account: must be a text"),
        (("address", "country"), "us", "address.country: has the wrong form: ISO 3166-1 alpha-2, such as US"),
    ],
)
async def test_the_field_is_named_all_the_same(
    payees: Payees, place: tuple[str, ...], value: Any, detail: str
) -> None:
    answer = await send(payees, planted(place, value))

    assert answer.status == 422
    assert answer.json["detail"].startswith(detail)


async def test_nothing_of_it_is_kept_or_said_in_the_clear(
    payees: Payees, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [
        await payees.put(),
        await payees.confirm(),
        await payees.put(ABROAD),
        await payees.reject(2),
        await payees.put(ABROAD, "a2"),
        await payees.confirm(account="a2"),
        await payees.put(ABROAD),
        await payees.get(),
        await payees.get("a2"),
    ]
    for path in (
        "/v1/audit-log?limit=200",
        "/v1/audit-log?subject=a1",
        "/metrics",
        "/v1/status",
        "/v1/accounts",
    ):
        answers.append(await payees.service.ask("GET", path))

    store = payees.service.store
    where = {
        "answers": b"\n".join(answer.body for answer in answers),
        "log": caplog.text.encode(),
        "store": await everything(store),
        "backup": orjson.dumps(await settings_backup.dump(store.client)),
    }
    assert {answer.status for answer in answers} <= {200, 202}
    assert [
        (name, secret) for name, text in where.items() for secret in SECRETS if secret.encode() in text
    ] == []
    # They are there, sealed.
    assert b'\\"holder\\":\\"v1:' in where["backup"]


async def test_the_audit_log_holds_no_ciphertext(payees: Payees) -> None:
    await payees.put()
    await payees.confirm()
    stored = (await payees.service.store.payees.of("a1")).current
    form = {"form": "W-9", "received_on": "2022-02-10"}
    verdict = {"verdict": "review", "list": "OFAC SDN", "list_version": "1"}
    await payees.service.ask("PUT", "/v1/accounts/a1/tax-form", form, token=payees.pia)
    await payees.service.ask("PUT", "/v1/accounts/a1/screening", verdict, token=payees.pia)
    log = await payees.service.ask("GET", "/v1/audit-log?limit=200")

    assert stored is not None
    assert [
        action for action in (b"payee.confirm", b"tax_form.put", b"screening.put") if action not in log.body
    ] == []
    unsaid = (*stored.sealed.values(), stored.fingerprint, stored.holder_mark, "holder_mark")
    assert [text for text in unsaid if text.encode() in log.body] == []
