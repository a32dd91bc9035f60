"""Events API 2.0."""

from __future__ import annotations

import pytest

from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.v2 import open_track, time_of

from .bodies import RECEIVED_MS, SENT_MS, SENT_S, track1, track2, view


def test_a_batch_is_kept_or_rejected_as_a_whole() -> None:
    request = open_track(track2(view(), view(), event_source="app"))

    assert (request.source, len(request.events), request.origin) == ("PIXEL", 2, "app")
    assert not request.keeps_good


@pytest.mark.parametrize("missing", ["event_source", "event_source_id", "data"])
def test_source_id_and_data_are_needed(missing: str) -> None:
    with pytest.raises(NotUnderstood, match=f"^{missing}: missing"):
        open_track(track2(view()) | {missing: None})


def test_origins_are_read_in_any_case() -> None:
    assert open_track(track2(view(), event_source=" WEB ")).origin == "web"


@pytest.mark.parametrize("origin", ["website", 5])
def test_an_unknown_origin_names_the_known_ones(origin: object) -> None:
    with pytest.raises(NotUnderstood, match=r"^event_source: must be one of web, app, offline, crm"):
        open_track(track2(view(), event_source=origin))


def test_a_body_of_1_0_is_told_where_it_belongs() -> None:
    with pytest.raises(NotUnderstood, match=r"^event_source, event_source_id, data: missing; .* pixel/track"):
        open_track(track1())


@pytest.mark.parametrize("sent", [SENT_S, str(SENT_S), float(SENT_S), SENT_MS, str(SENT_MS)])
def test_a_time_may_be_an_integer_a_text_a_float_or_in_milliseconds(sent: object) -> None:
    assert time_of({"event_time": sent}, RECEIVED_MS) == SENT_MS


@pytest.mark.parametrize("sent", [{}, {"event_time": None}, {"timestamp": "2023-06-09T16:37:26Z"}])
def test_an_event_needs_its_time(sent: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood, match=r"^event_time: missing"):
        time_of(sent, RECEIVED_MS)
