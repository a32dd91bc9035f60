"""No input breaks a door: whatever comes, each endpoint answers soon, never with a 500, and says what is wrong."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from leaderboard.domain.campaigns import canonical, parse_toml
from leaderboard.web.endpoints import Endpoint
from tests.conftest import Answer, Service, view
from tests.web.asking import (
    DIALECT,
    NDJSON,
    OWN,
    WITH_BODY,
    WITH_SETTING,
    address,
    endpoint_at,
    fill,
    headers_for,
    json_example,
    named,
    refusal_of,
)

PATIENCE_S = 2.0
DEPTH = 100_000

NOT_JSON = {
    "nothing": b"",
    "blanks": b" \n\t ",
    "a word": b"hello",
    "half an object": b'{"events": [',
    "two documents": b"{} {}",
    "a comma too many": b'{"name": "x",}',
    "single quotes": b"{'name': 'x'}",
    "NaN": b'{"events": [NaN], "name": NaN, "data": NaN, "batch": NaN}',
    "Infinity": b'{"events": [Infinity], "name": -Infinity, "data": Infinity, "batch": Infinity}',
    "lists without end": b"[" * DEPTH,
    "objects without end": b'{"a":' * DEPTH,
    "lists deep inside": b'{"events":' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    "objects deep inside": b'{"events":[{"x":' + b'{"x":' * DEPTH + b"1" + b"}" * DEPTH + b"}]}",
    "bytes that are no UTF-8": b'{"name": "\xff\xfe"}',
    "a lone byte": b"\xff",
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "half a surrogate pair": rb'{"name": "\ud800", "events": "\ud800", "data": "\ud800"}',
    "a NUL byte": b"\x00",
    "a form": b"name=x&country=US",
    "XML": b"<?xml version='1.0'?><name/>",
    "gzip without saying so": b"\x1f\x8b\x08\x00",
}
WRONG_SHAPE = {
    "a list": b"[]",
    "a number": b"5",
    "a text": b'"x"',
    "null": b"null",
    "true": b"true",
    "an empty object": b"{}",
    "a number out of range": b"1e400",
    "400 digits": b"9" * 400,
    "unknown keys only": b'{"unknown": 1, "__proto__": {}, "": 2}',
    "a key of 100 kB": json.dumps({"k" * 100_000: 1}).encode(),
    "10,000 keys": json.dumps({f"k{number}": number for number in range(10_000)}).encode(),
}
BODIES = NOT_JSON | WRONG_SHAPE

WRONG_VALUES: dict[str, Any] = {
    "null": None,
    "a number": 5,
    "minus one": -1,
    "a fraction": 1.5,
    "true": True,
    "an empty text": "",
    "a text": "x",
    "10 kB": "x" * 10_000,
    "NUL": "a\x00b",
    "a line break": "a\n",
    "signs": "a|b/../{c}%2e",
    "other alphabets": "логин\u202e\U0001f600",
    "an empty list": [],
    "a list of lists": [[]],
    "an empty object": {},
    "2**63": 2**63,
    "-2**63": -(2**63),
    "2**70": 2**70,
    "400 digits": 10**400,
    "a huge fraction": 1.5e308,
}


async def ask(service: Service, endpoint: Endpoint, body: bytes, **values: str) -> Answer:
    """An admin's request with this body; fails where the answer takes longer than it may."""
    headers = headers_for(endpoint, service.admin_token) | {"Content-Type": "application/json"}
    async with asyncio.timeout(PATIENCE_S):
        return await service.ask(
            endpoint.method, address(endpoint, values), data=body, token="", headers=headers
        )


def is_refused(endpoint: Endpoint, answer: Answer) -> bool:
    """Whether nothing was taken, and the answer says so in the way of its endpoint."""
    if answer.status == 200 and endpoint.own_envelope:
        return bool(answer.json["code"] and answer.json["message"] and answer.json["request_id"])
    if answer.status == 202:
        return answer.json["accepted"] == 0 and all(one["detail"] for one in answer.json["rejected"])
    return 400 <= answer.status < 500 and bool(refusal_of(answer))


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
async def test_a_body_that_is_not_what_it_should_be_is_refused(service: Service, endpoint: Endpoint) -> None:
    taken = {}
    for name, body in BODIES.items():
        answer = await ask(service, endpoint, body)
        if not is_refused(endpoint, answer):
            taken[name] = answer.status, answer.body[:200]

    assert taken == {}


@pytest.mark.parametrize("endpoint", WITH_SETTING, ids=named)
async def test_a_setting_that_is_no_json_is_400_and_one_of_another_shape_422(
    service: Service, endpoint: Endpoint
) -> None:
    await fill(service)
    broken = [await ask(service, endpoint, body) for body in (b"", b"hello", b"\x00", b"a=1", b"\xff")]
    others = [await ask(service, endpoint, body) for body in (b"[]", b"5", b"null", b'{"unknown": 1}')]

    assert {(answer.status, answer.json["code"]) for answer in broken} == {(400, "not_json")}
    assert {answer.status for answer in others} == {422}
    assert {answer.json["code"] for answer in others} <= {"invalid", "invalid_definition"}


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where values stand in a document, key by key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*place, key)
        yield from places(inner, (*place, key))


def with_value(document: Any, place: tuple[Any, ...], value: Any) -> bytes:
    """The document with another value at a place."""
    changed = copy.deepcopy(document)
    at = changed
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return json.dumps(changed).encode()


def without(document: Any, place: tuple[Any, ...]) -> bytes:
    """The document without the value at a place."""
    changed = copy.deepcopy(document)
    at = changed
    for key in place[:-1]:
        at = at[key]
    del at[place[-1]]
    return json.dumps(changed).encode()


def name_of(place: tuple[Any, ...]) -> str:
    """The field that a place is in; none where it is a whole event, whose index tells which."""
    names = [key for key in place if isinstance(key, str)]
    return "" if names == ["events"] else str(names[-1])


def is_told(answer: Answer, name: str) -> bool:
    """Whether what is refused, if anything, is refused with the name of the field."""
    if answer.status == 202:
        return all(name in one["detail"] for one in answer.json["rejected"])
    return answer.status in (200, 201, 409) or name in answer.json["detail"]


# A campaign's definition has a test of its own.
FIELDWISE = [one for one in WITH_BODY if one.path != "/v1/campaigns/{campaign}"]


@pytest.mark.parametrize("endpoint", FIELDWISE, ids=named)
async def test_a_wrong_value_in_any_field_never_breaks_and_the_field_is_named(
    service: Service, endpoint: Endpoint
) -> None:
    await fill(service)
    example, wrong = json_example(endpoint), {}
    for place in places(example):
        for name, value in WRONG_VALUES.items():
            answer = await ask(service, endpoint, with_value(example, place, value))
            if answer.status >= 500 or not (endpoint.own_envelope or is_told(answer, name_of(place))):
                wrong[place, name] = answer.status, answer.body[:300]

    assert wrong == {}


@pytest.mark.parametrize("endpoint", FIELDWISE, ids=named)
async def test_a_missing_field_never_breaks_and_is_named(service: Service, endpoint: Endpoint) -> None:
    await fill(service)
    example, wrong = json_example(endpoint), {}
    for place in places(example):
        answer = await ask(service, endpoint, without(example, place))
        if answer.status >= 500 or (answer.status == 422 and not is_told(answer, name_of(place))):
            wrong[place] = answer.status, answer.body[:300]

    assert wrong == {}


async def test_a_wrong_value_anywhere_in_a_definition_never_breaks(service: Service, apollo: Any) -> None:
    endpoint, wrong = endpoint_at("PUT", "/v1/campaigns/{campaign}"), {}
    definition = canonical(parse_toml(apollo("apollo-test")))
    for place in places(definition):
        for name in (
            "null",
            "a number",
            "a fraction",
            "10 kB",
            "NUL",
            "signs",
            "an empty object",
            "400 digits",
        ):
            body = with_value(definition, place, WRONG_VALUES[name])
            answer = await ask(service, endpoint, body, campaign="apollo-test")
            if answer.status not in (200, 201, 409, 422):
                wrong[place, name] = answer.status, answer.body[:300]

    assert wrong == {}


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
            answer = await ask(service, endpoint, body, **{parameter.name: bad})
            # A client takes `..` out of a path before it sends it, so that another address is asked.
            statuses = (404, 405, 422) if name == "dots" else (404, 422)
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
WITH_NUMBER = [
    (endpoint, parameter.name)
    for endpoint in OWN
    for parameter in endpoint.parameters
    if parameter.where == "query" and parameter.name not in ("around", "reason")
]


@pytest.mark.parametrize(
    ("endpoint", "name"), WITH_NUMBER, ids=lambda one: one if isinstance(one, str) else named(one)
)
async def test_a_query_that_is_out_of_range_is_refused_by_name(
    service: Service, endpoint: Endpoint, name: str
) -> None:
    await fill(service)
    wrong = {}
    for case, text in BAD_QUERIES.items():
        answer = await service.ask("GET", f"{address(endpoint)}?{name}={text}")
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


BAD_TIMES = {
    1970: ("too_old", "year 2000"),
    0: ("too_old", "milliseconds, not seconds"),
    -1: ("too_old", "milliseconds, not seconds"),
    1_645_000_000: ("too_old", "milliseconds, not seconds"),
    7_258_118_400_000: ("future", "2200-01-01"),
    2**63: ("future", "ahead of our clock"),
    -(2**63): ("too_old", "year 2000"),
    10**25: ("future", "ahead of our clock"),
    "1970-01-01T00:00:00Z": ("too_old", "year 2000"),
    "2200-01-01T00:00:00Z": ("future", "ahead of our clock"),
    "0001-01-01T00:00:00+14:00": ("too_old", "year 2000"),
    "9999-12-31T23:59:59-14:00": ("future", "ahead of our clock"),
    "2022-02-20T12:00:00": ("invalid", "has no time zone offset"),
    "2022-02-20": ("invalid", "RFC 3339"),
    "2022-02-30T12:00:00Z": ("invalid", "RFC 3339"),
    "2022-02-20T25:00:00Z": ("invalid", "RFC 3339"),
    "1645000000000": ("invalid", "RFC 3339"),
    "now": ("invalid", "RFC 3339"),
    "": ("invalid", "RFC 3339"),
    1_645_000_000_000.5: ("invalid", "not a number"),
    True: ("invalid", "not true or false"),
}


@pytest.mark.parametrize("at", BAD_TIMES, ids=repr)
async def test_a_time_that_cannot_be_meant_is_refused_and_the_fix_is_named(
    service: Service, at: object
) -> None:
    answer = await service.ask("POST", "/v1/events", {"events": [view(1) | {"at": at}, view(2)]})

    (rejected,) = answer.json["rejected"]
    code, words = BAD_TIMES[at]
    assert (answer.status, answer.json["accepted"]) == (202, 1)
    assert (rejected["index"], rejected["code"]) == (0, code)
    assert rejected["detail"].startswith("at: ")
    assert words in rejected["detail"]


async def test_more_than_a_thousand_events_are_refused_as_a_whole(service: Service) -> None:
    events = [view(number) for number in range(1_001)]
    as_json = await service.ask("POST", "/v1/events", {"events": events})
    lines = "\n".join(json.dumps(one) for one in events).encode()
    as_lines = await service.ask("POST", "/v1/events", data=lines, headers=NDJSON)

    assert [(one.status, refusal_of(one)) for one in (as_json, as_lines)] == [(413, "too_many_events")] * 2
    assert "1,001" in as_json.json["detail"]


@pytest.mark.parametrize("headers", [{}, NDJSON], ids=["JSON", "NDJSON"])
async def test_an_empty_batch_is_taken_and_holds_nothing(service: Service, headers: dict[str, str]) -> None:
    answer = await service.ask(
        "POST", "/v1/events", data=b"" if headers else b'{"events": []}', headers=headers
    )

    assert (answer.status, answer.json["accepted"], answer.json["rejected"]) == (202, 0, [])


async def test_of_a_key_that_is_sent_twice_the_last_one_counts(service: Service) -> None:
    body = b'{"name": "First", "country": "US", "name": "Second"}'
    answer = await service.ask("PUT", "/v1/agencies/twice", data=body)

    assert (answer.status, answer.json["name"]) == (201, "Second")


async def test_one_event_that_cannot_be_read_does_not_spoil_its_neighbours(service: Service) -> None:
    good, bad = json.dumps(view(1)).encode(), {
        "half a surrogate pair": json.dumps(view(2) | {"user_agent": "\ud83d"}).encode(),
        "no UTF-8": json.dumps(view(2)).encode().replace(b"visitor-2", b"\xff\xfe"),
        "out of range": json.dumps(view(2) | {"dwell_s": 5}).encode().replace(b"5}", b"1e400}"),
        "a list": b"[]",
        "null": b"null",
    }  # fmt: skip
    outcomes = {}
    for name, body in bad.items():
        answer = await service.ask("POST", "/v1/events", data=b'{"events": [' + body + b", " + good + b"]}")
        outcomes[name] = answer.status, [one["index"] for one in answer.json.get("rejected", ())]

    assert outcomes == {name: (202, [0]) for name in bad}


@pytest.mark.parametrize("endpoint", DIALECT, ids=named)
async def test_the_dialect_tells_in_its_envelope_what_is_wrong(service: Service, endpoint: Endpoint) -> None:
    await fill(service)
    answers = [await ask(service, endpoint, body) for body in BODIES.values()]

    assert {answer.status for answer in answers} == {200}
    assert {answer.json["code"] for answer in answers} == {40002}
