"""The feeder: what goes through the door, how it is counted, and what is sent again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from aiohttp import ClientSession, web

from leaderboard.demo.feeder import Feeder
from leaderboard.demo.network import Parcel

if TYPE_CHECKING:
    from tests.demo.conftest import Door


def _view(number: int, **fields: Any) -> dict[str, Any]:
    view = {"type": "product_view", "id": str(number), "at": 1_790_000_000_000, "account_id": "demo-a"}
    return view | {"product_id": "p", "visitor_id": f"v{number}"} | fields


class Naps:
    """Instead of sleeping, writes down how long."""

    def __init__(self) -> None:
        self.taken_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken_s.append(seconds)
        await asyncio.sleep(0)


async def _deliver(door: Door, parcel: Parcel) -> tuple[Feeder, Naps]:
    naps = Naps()
    async with ClientSession() as session:
        feeder = Feeder(session, door.url, "secret", sleep=naps)
        await feeder.deliver(parcel)
    return feeder, naps


async def test_events_are_accepted_and_the_token_is_shown(door: Door) -> None:
    feeder, _ = await _deliver(door, Parcel(0, [_view(1), _view(2)]))

    assert (feeder.counts.sent, feeder.counts.accepted, feeder.counts.rejected) == (2, 2, 0)
    assert door.tokens == {"Bearer secret"}


async def test_a_bad_event_is_counted_by_its_code_and_its_neighbours_are_accepted(door: Door) -> None:
    feeder, _ = await _deliver(door, Parcel(0, [_view(1), _view(2, visitor_id=7), _view(3)]))

    assert (feeder.counts.accepted, feeder.counts.rejected) == (2, 1)
    assert feeder.counts.codes == {"invalid": 1}


@pytest.mark.parametrize("status", [429, 503])
async def test_not_now_is_answered_with_the_same_bytes_after_the_time_it_says(
    door: Door, status: int
) -> None:
    door.refusals = [web.Response(status=status, headers={"Retry-After": "2"})]
    feeder, naps = await _deliver(door, Parcel(0, [_view(1)]))

    assert naps.taken_s == [2.0]
    assert len(door.bodies) == 2
    assert door.bodies[0] == door.bodies[1]
    assert (feeder.counts.sent, feeder.counts.accepted, feeder.counts.resent) == (1, 1, 1)


async def test_a_date_in_retry_after_is_no_reason_to_fail(door: Door) -> None:
    door.refusals = [web.Response(status=503, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})]
    _, naps = await _deliver(door, Parcel(0, [_view(1)]))

    assert naps.taken_s == [1.0]


async def test_a_lost_answer_means_the_same_bytes_again_and_is_counted_once(door: Door) -> None:
    feeder, _ = await _deliver(door, Parcel(0, [_view(1)], answer_lost=True))

    assert len(door.bodies) == 2
    assert door.bodies[0] == door.bodies[1]
    assert (feeder.counts.sent, feeder.counts.accepted) == (1, 1)


async def test_what_is_refused_for_good_is_not_sent_again(door: Door) -> None:
    door.refusals = [web.Response(status=403)]
    feeder, _ = await _deliver(door, Parcel(0, [_view(1), _view(2)]))

    assert len(door.bodies) == 1
    assert (feeder.counts.given_up, feeder.counts.codes) == (2, {"http_403": 2})


async def test_a_door_that_is_gone_is_tried_for_a_while_and_then_given_up(unused_tcp_port: int) -> None:
    naps = Naps()
    async with ClientSession() as session:
        feeder = Feeder(session, f"http://127.0.0.1:{unused_tcp_port}", "secret", sleep=naps)
        await feeder.deliver(Parcel(0, [_view(1)]))

    assert feeder.counts.codes == {"no_answer": 1}
    assert 30 < sum(naps.taken_s) < 120


async def test_parcels_leave_at_their_time(door: Door) -> None:
    naps = Naps()
    parcels = [Parcel(due_ms, [_view(due_ms)]) for due_ms in (1_000, 1_500, 900)]
    async with ClientSession() as session:
        await Feeder(session, door.url, "secret", sleep=naps).feed(parcels, lambda: 1_000)

    assert naps.taken_s == [0, 0.5, 0]
    assert {event["id"] for body in door.bodies for event in orjson.loads(body)["events"]} == {
        "1000",
        "1500",
        "900",
    }
