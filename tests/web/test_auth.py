"""Who may call what: every endpoint against every role, and tokens of all kinds that are none."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.events_api import Code
from leaderboard.domain.tokens import ROLES
from leaderboard.web.endpoints import Endpoint
from tests.conftest import Service
from tests.web.asking import DIALECT, OWN, address, fill, named, refusal_of

NOBODY = "llb_abcdefghij12_" + "x" * 43

NO_TOKENS = {
    "none": {},
    "empty": {"Authorization": ""},
    "scheme only": {"Authorization": "Bearer"},
    "scheme and blanks": {"Authorization": "Bearer   "},
    "another scheme": {"Authorization": "Basic dXNlcjpwYXNz"},
    "the token without a scheme": {"Authorization": NOBODY},
    "a token that was never issued": {"Authorization": f"Bearer {NOBODY}"},
    "another token's secret": {"Authorization": "Bearer llb_{id}_" + "x" * 43},
    "a token cut off": {"Authorization": "Bearer {token[:-1]}"},
    "a token with something behind": {"Authorization": "Bearer {token}x"},
    "two tokens": {"Authorization": "Bearer {token}, Bearer {token}"},
    "10 kB": {"Authorization": "Bearer " + "x" * 10_000},
    "letters of other alphabets": {"Authorization": "Bearer llb_абвгдежзийкл_" + "ю" * 43},
    "a key of the store": {"Authorization": "Bearer {{settings}}:tokens"},
    "in the address": {"X-Token": "{token}"},
}


def tokens_of_roles(**more: Any) -> dict[str, dict[str, Any]]:
    bound: dict[str, dict[str, Any]] = {"agency": {"agency": "north"}, "ingest": {"accounts": ["*"]}}
    return {role: {"role": role, **bound.get(role, {}), **more} for role in ROLES}


async def test_an_endpoint_takes_the_roles_that_it_names_and_refuses_the_others(service: Service) -> None:
    wrong = []
    await fill(service)
    for role, request in tokens_of_roles().items():
        token = await service.issue(**request)
        for endpoint in OWN:
            answer = await service.ask(endpoint.method, address(endpoint), token=token)
            is_refused = answer.status == 403 and refusal_of(answer) == "forbidden"
            may_call = not endpoint.allow or role in endpoint.allow
            if is_refused == may_call or answer.status == 401:
                wrong.append((role, named(endpoint), answer.status))

    assert wrong == []


async def test_an_endpoint_of_the_dialect_takes_senders_only_and_says_so_in_its_envelope(
    service: Service,
) -> None:
    codes: dict[str, set[tuple[int, int]]] = {}
    for role, request in tokens_of_roles().items():
        headers = {"Access-Token": await service.issue(**request)}
        for endpoint in DIALECT:
            answer = await service.ask(endpoint.method, address(endpoint), {}, token="", headers=headers)
            codes.setdefault(role, set()).add((answer.status, answer.json["code"]))

    senders = {"admin", "ingest"}
    assert {role: codes[role] for role in senders} == {role: {(200, Code.INVALID)} for role in senders}
    assert {role for role in codes if codes[role] == {(200, Code.NO_PERMISSION)}} == set(ROLES) - senders


@pytest.mark.parametrize("endpoint", OWN, ids=named)
async def test_without_a_token_only_the_endpoints_for_anyone_answer(
    service: Service, endpoint: Endpoint
) -> None:
    answer = await service.ask(endpoint.method, address(endpoint), token="")

    if endpoint.allow:
        assert (answer.status, refusal_of(answer)) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    else:
        assert answer.status == 200


@pytest.mark.parametrize("name", NO_TOKENS)
async def test_what_is_no_token_is_refused(service: Service, name: str) -> None:
    token = service.admin_token
    headers = {
        header: value.format(token=token, id=token.split("_")[1])
        if "[:-1]" not in value
        else f"Bearer {token[:-1]}"
        for header, value in NO_TOKENS[name].items()
    }
    answer = await service.ask("GET", "/v1/status", token="", headers=headers)

    assert (answer.status, refusal_of(answer)) == (401, "unauthorized")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(service: Service, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {service.admin_token}"}
    answer = await service.ask("GET", "/v1/status", token="", headers=headers)

    assert answer.status == 200


async def test_a_refusal_names_the_role_and_those_that_may(service: Service) -> None:
    token = await service.issue(role="reviewer")
    answer = await service.ask("GET", "/v1/tokens", token=token)

    assert answer.json["detail"] == "A token of role reviewer may not do this; it takes admin."
