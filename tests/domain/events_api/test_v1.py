"""Events API 1.0."""

from __future__ import annotations

import pytest

from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.v1 import open_batch, open_track, time_of

from .bodies import RECEIVED_MS, batch1, track1, track2, view


def test_the_body_of_track_is_its_one_event() -> None:
    body = track1()

    request = open_track(body)

    assert (request.source, request.events, request.batch_field) == ("PIXEL", [body], None)
    assert not request.keeps_good


def test_a_batch_keeps_its_good_events() -> None:
    request = open_batch(batch1(track1(), track1()))

    assert (request.source, len(request.events), request.keeps_good) == ("PIXEL", 2, True)


def test_an_event_source_of_1_0_is_free_text() -> None:
    assert open_batch(batch1(track1(), event_source="PHONE")).origin == "web"


@pytest.mark.parametrize("missing", ["pixel_code", "batch"])
def test_a_batch_needs_its_pixel_and_its_events(missing: str) -> None:
    with pytest.raises(NotUnderstood, match=f"^{missing}: missing"):
        open_batch(batch1(track1()) | {missing: None})


@pytest.mark.parametrize("missing", ["pixel_code", "event"])
def test_an_event_needs_its_pixel_and_its_name(missing: str) -> None:
    with pytest.raises(NotUnderstood, match=f"^{missing}: missing"):
        open_track(track1(**{missing: ""}))


def test_a_single_event_sent_as_a_batch_is_told_where_it_belongs() -> None:
    with pytest.raises(NotUnderstood, match=r"^batch: missing; this looks like a body for pixel/track"):
        open_batch(track1())


def test_a_body_of_2_0_is_told_where_it_belongs() -> None:
    with pytest.raises(NotUnderstood, match=r"^pixel_code, event: missing; this looks like .* event/track"):
        open_track(track2(view()))


@pytest.mark.parametrize("sent", [{}, {"timestamp": ""}, {"timestamp": None}])
def test_an_event_without_a_time_happened_when_it_was_received(sent: dict[str, object]) -> None:
    assert time_of(sent, RECEIVED_MS) == RECEIVED_MS


def test_a_time_is_a_text_or_tolerated_as_a_number() -> None:
    times = ["2023-06-09 13:37:26-03:00", "2023-06-09T16:37:26Z", 1686328646, 1686328646000, "1686328646"]

    assert {time_of({"timestamp": sent}, RECEIVED_MS) for sent in times} == {1_686_328_646_000}
