"""Ids and queries that are none: refused by name, or of something that does not exist, and never a 500."""

from __future__ import annotations

import json
from contextlib import suppress

import msgspec
import pytest

from leaderboard.web.endpoints import Endpoint, Parameter
from tests.conftest import Service
from tests.web.asking import OWN, address, fill, json_example, named, refusal_of, send_body, token_for

BAD_IDS = {
    "NUL": "%00",
    "a line break": "a%0A",
    "a slash": "a%2Fb",
    "dots": "%2e%2e",
    "dots and a slash": "..%2f..%2fetc",
    "a bar": "a%7Cb",
    "braces": "%7Bc%7D",
    "a blank": "a%20b",
    "a percent sign": "a%25b",
    "half an escape": "a%2",
    "bytes that are no UTF-8": "%ff%fe",
    "half a surrogate pair": "%ed%a0%80",
    "another alphabet": "%D0%BB",
    "an emoji": "%F0%9F%98%80",
    "10 kB": "x" * 10_000,
    "a sign in front": "-a",
}
WITH_ID = [one for one in OWN if any(p.where == "path" for p in one.parameters)]


@pytest.mark.parametrize("endpoint", WITH_ID, ids=named)
async def test_what_is_no_id_is_refused_or_unknown(service: Service, endpoint: Endpoint) -> None:
    await fill(service)
    body = json.dumps(json_example(endpoint)).encode() if endpoint.body else b""
    wrong = {}
    for parameter in (one for one in endpoint.parameters if one.where == "path"):
        for name, bad in BAD_IDS.items():
            answer = await send_body(service, endpoint, body, **{parameter.name: bad})
            # A client takes `..` out of a path before it sends it, so that another address is asked, maybe of others.
            if name == "dots" and endpoint.path.count("/") == 2:
                continue  # that is the first page
            statuses = (403, 404, 405, 422) if name == "dots" else (404, 422)
            if answer.status not in statuses or refusal_of(answer) == "internal":
                wrong[parameter.name, name] = answer.status, answer.body[:200]

    assert wrong == {}


BAD_QUERIES = {
    "nothing": "",
    "a word": "x",
    "a fraction": "1.5",
    "another spelling of a number": "1e1",
    "a trailing zero": "5.0",
    "a blank in front": "%205",
    "a sign in front": "%2B5",
    "digits of another alphabet": "%D9%A5",
    "minus one": "-1",
    "2**63": str(2**63),
    "2**64": str(2**64),
    "400 digits": "9" * 400,
    "NaN": "NaN",
    "null": "null",
    "a list": "[]",
    "10 kB": "x" * 10_000,
    "NUL": "%00",
    "bytes that are no UTF-8": "%ff",
}


def takes_words(parameter: Parameter) -> bool:
    """Whether it may be any text, or several: an id, say, that may be nobody's."""
    for some in ("x", ["x"]):
        with suppress(msgspec.ValidationError):
            return bool(msgspec.convert(some, parameter.kind))
    return False


QUERIES = [(endpoint, one) for endpoint in OWN for one in endpoint.parameters if one.where == "query"]
WITH_WORDS = [(endpoint, one.name) for endpoint, one in QUERIES if takes_words(one)]
WITH_NUMBER = [(endpoint, one.name) for endpoint, one in QUERIES if not takes_words(one)]


@pytest.mark.parametrize(
    ("endpoint", "name"), WITH_WORDS, ids=lambda one: one if isinstance(one, str) else named(one)
)
async def test_a_text_in_a_query_is_taken_refused_or_unknown(
    service: Service, endpoint: Endpoint, name: str
) -> None:
    await fill(service)
    statuses = {
        case: (await service.ask(endpoint.method, f"{address(endpoint)}?{name}={text}")).status
        for case, text in BAD_QUERIES.items()
    }

    assert {case: status for case, status in statuses.items() if status not in (200, 404, 422)} == {}


@pytest.mark.parametrize(
    ("endpoint", "name"), WITH_NUMBER, ids=lambda one: one if isinstance(one, str) else named(one)
)
async def test_a_query_that_is_out_of_range_is_refused_by_name(
    service: Service, endpoint: Endpoint, name: str
) -> None:
    await fill(service)
    wrong, token = {}, await token_for(service, endpoint)
    for case, text in BAD_QUERIES.items():
        answer = await service.ask(endpoint.method, f"{address(endpoint)}?{name}={text}", token=token)
        is_right = answer.status == 422 and answer.json["detail"].startswith(f"{name}: ")
        if not is_right and (name, case) != ("cursor", "2**63"):
            wrong[case] = answer.status, answer.body[:200]

    assert wrong == {}


@pytest.mark.parametrize("name", ["around", "reason"])
async def test_a_query_that_names_nothing_is_refused_or_unknown(service: Service, name: str) -> None:
    await fill(service)
    path = {"around": "standings", "reason": "excluded"}[name]
    statuses = {
        case: (await service.ask("GET", f"/v1/campaigns/example-week/{path}?{name}={text}")).status
        for case, text in BAD_QUERIES.items()
    }

    assert {case for case, status in statuses.items() if status not in (404, 422)} == set()
