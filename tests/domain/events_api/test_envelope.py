"""The endpoints, the codes and the shape of an answer."""

from __future__ import annotations

import orjson
import pytest

from leaderboard.domain.events_api import Code, Problem, answer, endpoint_of

from .bodies import batch1, events_of, purchase, track1, track2, translated, view


@pytest.mark.parametrize("version", ["v1.2", "v1.3"])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("endpoint", ["event/track", "pixel/track", "pixel/batch"])
def test_both_versions_name_the_same_endpoint_with_and_without_a_closing_slash(
    version: str, slash: str, endpoint: str
) -> None:
    assert endpoint_of(f"/open_api/{version}/{endpoint}{slash}") == endpoint


@pytest.mark.parametrize(
    "path", ["/open_api/v1.1/event/track/", "/open_api/v1.3/offline/track/", "/event/track/", "", "/v1.3"]
)
def test_other_paths_name_none(path: str) -> None:
    assert endpoint_of(path) is None


def test_an_answer_has_every_key_that_clients_read_even_without_data() -> None:
    assert answer(Code.OK, "OK", "r1") == {"code": 0, "message": "OK", "request_id": "r1", "data": {}}


def test_codes_leave_as_plain_numbers() -> None:
    assert orjson.dumps(answer(Code.PARTIAL, "", ""))[:15] == b'{"code":20001,"'


def test_a_problem_reads_as_field_and_reason() -> None:
    assert str(Problem(0, "data.0.event", "missing")) == "data.0.event: missing"


def test_the_data_of_a_partly_rejected_batch_lists_what_was_rejected() -> None:
    translation = translated(batch1(track1(), {"event_id": "x"}), "pixel/batch")

    assert translation.data == {"errors": [{"index": 1, "field": "batch.1.event", "message": "missing"}]}


def test_the_data_of_an_accepted_request_is_empty() -> None:
    assert translated(track2(view())).data == {}


def test_views_and_orders_are_counted_apart_from_refunds_and_steps() -> None:
    translation = translated(
        track2(view(), purchase(), purchase(-1, event_id="p2"), view(event="AddToCart", event_id="a"))
    )

    assert (translation.views, translation.orders, len(translation.events)) == (1, 1, 4)


def test_no_event_names_an_account_yet() -> None:
    kinds = events_of(view(), purchase(), purchase(-1, event_id="p2"), view(event="AddToCart", event_id="a"))

    assert {event.account_id for event in kinds} == {""}
