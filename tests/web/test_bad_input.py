"""No input breaks a door: whatever comes, each endpoint answers soon, never with a 500, and says what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from leaderboard.domain.campaigns import canonical, parse_toml
from leaderboard.web.endpoints import Endpoint
from tests.conftest import Answer, Service
from tests.web.asking import (
    DIALECT,
    WITH_BODY,
    WITH_SETTING,
    endpoint_at,
    fill,
    json_example,
    named,
    refusal_of,
    send_body,
)

DEPTH = 100_000
# What is wrong with a definition is what this one is asked for: it answers 200 and names it.
CHECK = "/v1/campaigns/check"

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


def is_refused(endpoint: Endpoint, answer: Answer) -> bool:
    """Whether nothing was taken, and the answer says so in the way of its endpoint."""
    if answer.status == 200 and endpoint.own_envelope:
        return bool(answer.json["code"] and answer.json["message"] and answer.json["request_id"])
    if answer.status == 200 and endpoint.path == CHECK:
        return bool(answer.json["errors"])
    if answer.status == 202:
        return answer.json["accepted"] == 0 and all(one["detail"] for one in answer.json.get("rejected", ()))
    return 400 <= answer.status < 500 and bool(refusal_of(answer))


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
async def test_a_body_that_is_not_what_it_should_be_is_refused(service: Service, endpoint: Endpoint) -> None:
    taken = {}
    for name, body in BODIES.items():
        answer = await send_body(service, endpoint, body)
        if not is_refused(endpoint, answer):
            taken[name] = answer.status, answer.body[:200]

    assert taken == {}


@pytest.mark.parametrize("endpoint", [one for one in WITH_SETTING if one.path != CHECK], ids=named)
async def test_a_setting_that_is_no_json_is_400_and_one_of_another_shape_422(
    service: Service, endpoint: Endpoint
) -> None:
    await fill(service)
    assert endpoint.body is not None
    bodies = [b"hello", b"\x00", b"a=1", b"\xff", *([b""] if endpoint.body.required else [])]
    broken = [await send_body(service, endpoint, body) for body in bodies]
    others = [await send_body(service, endpoint, body) for body in (b"[]", b"5", b"null", b'{"unknown": 1}')]

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
        return all(name in one["detail"] for one in answer.json.get("rejected", ()))
    return answer.status in (200, 201, 404, 409) or name in answer.json["detail"]


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
            answer = await send_body(service, endpoint, with_value(example, place, value))
            if answer.status >= 500 or not (endpoint.own_envelope or is_told(answer, name_of(place))):
                wrong[place, name] = answer.status, answer.body[:300]

    assert wrong == {}
    await service.count()
    status = (await service.ask("GET", "/v1/status")).json
    assert (status["buried"], status["inbox"]["pending"]) == (0, 0)


@pytest.mark.parametrize("endpoint", FIELDWISE, ids=named)
async def test_a_missing_field_never_breaks_and_is_named(service: Service, endpoint: Endpoint) -> None:
    await fill(service)
    example, wrong = json_example(endpoint), {}
    for place in places(example):
        answer = await send_body(service, endpoint, without(example, place))
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
            answer = await send_body(service, endpoint, body, campaign="apollo-test")
            if answer.status not in (200, 201, 409, 422):
                wrong[place, name] = answer.status, answer.body[:300]

    assert wrong == {}


@pytest.mark.parametrize("endpoint", DIALECT, ids=named)
async def test_the_dialect_tells_in_its_envelope_what_is_wrong(service: Service, endpoint: Endpoint) -> None:
    await fill(service)
    answers = [await send_body(service, endpoint, body) for body in BODIES.values()]

    assert {answer.status for answer in answers} == {200}
    assert {answer.json["code"] for answer in answers} == {40002}
