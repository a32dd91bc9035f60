"""Whole requests: what is answered, and that nothing in a body can break the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.domain.events import Event
from leaderboard.domain.events_api import Code, Endpoint, answer, source_of, translate
from leaderboard.domain.events_api.names import STANDARD

from .bodies import RECEIVED_MS, batch1, events_of, purchase, track1, track2, translated, view

ENDPOINTS = get_args(Endpoint)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "event_source, event_source_id, data: missing"),
        ([], "event_source, event_source_id, data: missing"),
        (5, "body: must be an object, not a number"),
        ("hello", "body: is a text that is not JSON"),
        ([track2(view())], "body: must be an object, not a list"),
        (track2(), "data: missing"),
        (track2(*[view()] * 1001), "data: holds 1001 events"),
        (track2(view(), 5), "data.1: must be an object, not a number"),
        (track2(view(event=None)), "data.0.event: missing"),
        (track2(view(event_time=None)), "data.0.event_time: missing"),
        (track2(view(event_id={})), "data.0.event_id: must be a text or a number, not an object"),
        (track2(view({"sku": 1})), "data.0.properties.contents.0.content_id: must be a text or a number"),
        (track2(purchase("a lot")), "data.0.properties.value: must be a number such as 12.34, not 'a lot'"),
        (track2(purchase(order_id=[1])), "data.0.properties.order_id: must be a text or a number"),
        (track2(view(properties=7)), "data.0.properties: must be an object, not a number"),
        (track2(view(), event_source_id={"id": 1}), "event_source_id: must be a text or a number"),
        (track2(view(), test_event_code={}), "test_event_code: must be a text or a number"),
    ],
)
def test_what_cannot_be_understood_is_rejected_as_a_whole_and_named(body: object, message: str) -> None:
    translation = translated(body)

    assert translation.code == Code.INVALID
    assert translation.message.startswith(message)
    assert (translation.events, translation.uncounted) == ([], [])
    assert translation.problems


def test_one_bad_event_rejects_a_batch_of_2_0_and_all_bad_ones_are_listed() -> None:
    translation = translated(track2(view(event=None), view(), view(event_time=None)))

    assert (translation.code, translation.source, translation.events) == (40002, "PIXEL", [])
    assert translation.message == "data.0.event: missing (and 1 more)"
    assert [(problem.index, problem.field) for problem in translation.problems] == [
        (0, "data.0.event"),
        (2, "data.2.event_time"),
    ]


def test_one_bad_event_of_a_batch_of_1_0_leaves_its_neighbours() -> None:
    translation = translated(batch1({}, track1(), track1(event_id="v2", timestamp="soon")), "pixel/batch")

    assert (translation.code, translation.views) == (20001, 1)
    assert translation.message == "2 rejected, 1 kept; first batch.0.event: missing"
    assert [problem.index for problem in translation.problems] == [0, 2]


def test_a_batch_of_1_0_without_a_good_event_is_rejected() -> None:
    translation = translated(batch1({}, 5), "pixel/batch")

    assert (translation.code, len(translation.problems)) == (40002, 2)


def test_a_bad_single_event_is_named_without_a_place() -> None:
    translation = translated(track1(timestamp="soon"), "pixel/track")

    assert translation.message.startswith("timestamp: must be a time")
    assert translation.problems[0].index is None


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_source_is_told_even_of_a_body_that_is_rejected(endpoint: Endpoint) -> None:
    body = {"pixel_code": "PIXEL", "event_source_id": "PIXEL"}

    assert translated(body, endpoint).source == source_of(endpoint, body) == "PIXEL"


@pytest.mark.parametrize("body", [None, 5, [], "{", {}, {"event_source_id": {}}])
def test_a_body_without_a_source_has_an_empty_one(body: object) -> None:
    assert translated(body).source == source_of("event/track", body) == ""


def test_a_body_that_was_encoded_twice_is_read() -> None:
    assert translated(orjson.dumps(track2(view())).decode()).views == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"page": None, "user": {"external_id": "ana", "unknown": {"deep": [1]}}},
        {"page": {}, "app": [], "ad": None, "lead": 5, "limited_data_use": "yes", "unknown": 1},
        {"event_time": "1699999990"},
        {"event_time": 1699999990.25},
        {"properties": {"contents": {"content_id": 7}, "currency": 5, "value": "a lot"}},
    ],
)
def test_what_does_not_matter_is_never_a_reason_to_reject(changes: dict[str, object]) -> None:
    translation = translated(track2(view(**changes)))

    assert (translation.code, translation.views) == (0, 1)


def test_a_request_cannot_name_more_views_than_the_store_should_take() -> None:
    products = {"content_ids": [f"p{n}" for n in range(500)]}
    body = track2(*(view(event_id=f"v{n}", properties=products) for n in range(41)))

    assert translated(body).message == "body: names 20500 viewed products, at most 20000 may be sent at once"


def test_a_nesting_of_any_depth_is_answered() -> None:
    deep: object = []
    for _ in range(100_000):
        deep = [deep]

    for field in ("user", "properties", "event", "event_id", "event_time", "test_event_code"):
        assert translated(track2(view(**{field: deep}))).code in {0, 40002}
    for field in ("contents", "content_ids", "content_id", "value", "currency", "order_id"):
        assert translated(track2(purchase() | {"properties": {field: deep}})).code in {0, 40002}
    assert translated(deep).code == translated("[" * 100_000).code == 40002


@pytest.mark.parametrize("digits", [19, 100, 308, 5_000])
@pytest.mark.parametrize("make", [lambda d: 10**d, lambda d: -(10**d), lambda d: float(f"1e{d}")])
def test_numbers_of_any_size_are_answered(digits: int, make: Callable[[int], float]) -> None:
    huge = make(digits)

    for field in ("user", "properties", "event", "event_id", "event_time", "test_event_code"):
        assert translated(track2(view(**{field: huge}))).code in {0, 40002}
    for field in ("contents", "content_ids", "content_id", "value", "currency", "order_id"):
        assert translated(track2(purchase() | {"properties": {field: huge}})).code in {0, 40002}


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 3).map(lambda n: 10 ** (n * 200))
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.text(st.characters(categories=["Cs"]), max_size=3)
    | st.sampled_from(
        ["0", "undefined", "e" * 400, "[]", "{}", '{"id": 1}', "1,299.00", "-5", "2024-01-31", "USD"]
    )
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


def an_object(*fields: str) -> st.SearchStrategy[object]:
    """Objects that have some of the fields, with anything in them, or now and then something else."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(fields, anything)) | anything


content = an_object("content_id", "id", "price")
properties = st.fixed_dictionaries(
    {},
    optional={
        "contents": st.lists(content, max_size=3) | anything,
        "value": scalars,
        "currency": st.sampled_from(["USD", "jpy", "BTC", None]) | anything,
        "order_id": scalars,
    },
)
user = an_object("external_id", "email", "phone", "ttp", "ttclid", "ip", "user_agent", "gaid")
event = st.fixed_dictionaries(
    {"event": st.sampled_from(["ViewContent", "Purchase", *sorted(STANDARD)]) | scalars},
    optional={
        "event_time": st.integers(0, 2_000_000_000) | scalars,
        "timestamp": scalars,
        "event_id": scalars,
        "user": user,
        "context": st.fixed_dictionaries({}, optional={"user": user, "ip": scalars, "ad": anything})
        | anything,
        "properties": properties | anything,
        "test_event_code": st.none() | scalars,
    },
)
body = (
    st.fixed_dictionaries(
        {
            "event_source": st.sampled_from(["web", "app", "offline", "crm"]) | scalars,
            "event_source_id": st.just("PIXEL") | scalars,
            "data": st.lists(event, max_size=4) | anything,
        }
    )
    | st.fixed_dictionaries({"pixel_code": scalars, "batch": st.lists(event, max_size=4) | anything})
    | event
    | anything
)


@settings(max_examples=300)
@given(st.sampled_from(ENDPOINTS), body)
def test_any_json_is_answered_and_what_is_kept_keeps_to_the_limits_of_our_events(
    endpoint: Endpoint, document: object
) -> None:
    translation = translate(endpoint, document, received_ms=RECEIVED_MS, request_id="r1")

    assert translation.code in {0, 20001, 40002}
    assert (translation.code == 0) == (not translation.problems)
    assert translation.views + translation.orders <= len(translation.events)
    for kept in translation.events:
        kept.account_id = "shop"
    again = msgspec.json.decode(msgspec.json.encode(translation.events), type=list[Event])
    assert again == translation.events
    assert orjson.dumps(answer(translation.code, translation.message, "r1", translation.data))


@given(st.lists(event, min_size=1, max_size=4))
def test_ids_are_unique_per_type_within_a_request(events: list[object]) -> None:
    ours = events_of(*events)

    assert len({(type(one), one.id) for one in ours}) == len(ours)


@given(st.lists(st.sampled_from([view(), purchase(), purchase(-1), view(event="Search")]), max_size=6))
def test_a_batch_of_distinct_events_is_the_sum_of_its_events(events: list[dict[str, object]]) -> None:
    distinct = [one | {"event_id": f"e{n}"} for n, one in enumerate(events)] or [view()]

    assert events_of(*distinct) == [ours for one in distinct for ours in events_of(one)]


@given(
    st.permutations(
        [view(event_id=f"e{n % 3}", event=name) for n in range(6) for name in ("Search", "ViewContent")]
    )
)
def test_repeats_count_once_in_any_order(events: list[dict[str, object]]) -> None:
    assert sorted(one.id for one in events_of(*events)) == sorted(
        f"e{n}:{part}" for n in range(3) for part in ("Search", "mug")
    )
