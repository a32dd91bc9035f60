"""Batches of events: their limits, their times, and what one bad event does to the others, which is nothing."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Service, view
from tests.web.asking import NDJSON, refusal_of

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
