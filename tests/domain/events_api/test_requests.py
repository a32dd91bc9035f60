"""Bodies of either version, opened or refused."""

from __future__ import annotations

import pytest

from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.requests import MAX_BATCH, Origin, batch_of, is_test, require, source_in


@pytest.mark.parametrize("sent", ["T1", " T1 ", 7])
def test_a_code_makes_a_test(sent: object) -> None:
    assert is_test({"test_event_code": sent})


@pytest.mark.parametrize("sent", ["", None, "undefined", "null", [], False])
def test_an_empty_code_makes_no_test(sent: object) -> None:
    assert not is_test({"test_event_code": sent})


def test_a_source_may_be_a_number() -> None:
    assert source_in({"pixel_code": 7000000000000000001}, "pixel_code") == "7000000000000000001"
    assert source_in({}, "pixel_code") == ""


@pytest.mark.parametrize("sent", [None, [], ""])
def test_a_batch_of_nothing_is_missing(sent: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^data: missing"):
        batch_of({"data": sent}, "data")


def test_a_batch_has_a_limit() -> None:
    assert len(batch_of({"data": [{}] * MAX_BATCH}, "data")) == MAX_BATCH
    with pytest.raises(NotUnderstood, match=r"^data: holds 1001 events, at most 1000"):
        batch_of({"data": [{}] * (MAX_BATCH + 1)}, "data")


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(NotUnderstood, match=r"^a, c: missing$"):
        require({"b": 1, "c": None}, "a", "b", "c", otherwise={})


def test_a_body_for_another_endpoint_is_told_so() -> None:
    with pytest.raises(NotUnderstood, match=r"^data: missing; this looks like a body for pixel/batch$"):
        require({"batch": [{}]}, "data", otherwise={"batch": "pixel/batch", "event": "pixel/track"})


def test_the_four_origins_are_those_of_the_dialect() -> None:
    assert Origin.__args__ == ("web", "app", "offline", "crm")  # type: ignore[attr-defined]
