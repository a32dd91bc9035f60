from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from aiohttp.test_utils import TestServer
from aiohttp.web import AppRunner, TCPSite
from pytest_aiohttp.plugin import AiohttpServer

from leaderboard.replay.answers import SendingStopped
from leaderboard.replay.batches import Batch
from leaderboard.replay.recorded import Recorded
from leaderboard.replay.sender import Door as Address
from leaderboard.replay.sender import send_all
from leaderboard.replay.tally import Tally

from .doors import Door, free_port, hangs_up, rejects, says, takes_all, takes_its_time, view


def made(*sizes: int, due_s: float = 0.0) -> Iterator[Batch]:
    """Batches of so many events, numbered through."""
    number = 0
    for size in sizes:
        numbers = range(number, number + size)
        yield Batch([Recorded(view(n), "f.ndjson", n + 1) for n in numbers], due_s)
        number += size


class Sent:
    """What came of sending: the tally, what was said, and how it ended."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.said: list[str] = []
        self.stopped = ""


async def send(
    server: TestServer | str, batches: Iterator[Batch], *, parallel: int = 1, give_up_after_s: float = 30.0
) -> Sent:
    url = server if isinstance(server, str) else str(server.make_url("/"))
    sent = Sent()
    address = Address(url, "secret", parallel=parallel, give_up_after_s=give_up_after_s)
    try:
        await send_all(batches, address, sent.tally, sent.said.append)
    except SendingStopped as error:
        sent.stopped = str(error)
    return sent


async def test_everything_arrives_as_ndjson_with_the_token(aiohttp_server: AiohttpServer) -> None:
    door = Door()

    sent = await send(await aiohttp_server(door.app), made(3, 2))

    assert [event["id"] for event in door.events] == ["e0", "e1", "e2", "e3", "e4"]
    assert {headers["Content-Type"] for headers in door.headers} == {"application/x-ndjson"}
    assert {headers["Authorization"] for headers in door.headers} == {"Bearer secret"}
    assert (sent.tally.sent, sent.tally.accepted, sent.tally.unanswered, sent.said) == (5, 5, 0, [])


async def test_as_many_requests_are_in_flight_as_wanted(aiohttp_server: AiohttpServer) -> None:
    door = Door(*[takes_its_time] * 12)

    await send(await aiohttp_server(door.app), made(*[1] * 12), parallel=3)

    assert door.most_in_flight == 3


async def test_rejected_events_are_counted_by_code_with_the_place_they_came_from(
    aiohttp_server: AiohttpServer,
) -> None:
    door = Door(takes_all, rejects(0, 2))

    sent = await send(await aiohttp_server(door.app), made(3, 3))

    cause = sent.tally.rejected["future"]
    assert (sent.tally.accepted, cause.count) == (4, 2)
    assert [(example.file, example.line) for example in cause.examples] == [("f.ndjson", 4), ("f.ndjson", 6)]
    assert cause.examples[0].detail == "at: number 0"


@pytest.mark.parametrize("status", [429, 503])
async def test_a_full_door_gets_the_same_bytes_when_it_wants_them(
    aiohttp_server: AiohttpServer, status: int
) -> None:
    door = Door(says(status, "the inbox is full", **{"Retry-After": "1"}))
    started_s = time.monotonic()

    sent = await send(await aiohttp_server(door.app), made(2))

    assert door.bodies[0] == door.bodies[1]
    assert time.monotonic() - started_s >= 1
    assert (sent.tally.sent, sent.tally.accepted, sent.tally.retries) == (2, 2, 1)
    assert "the inbox is full; trying again for up to 30 s" in sent.said[0]


async def test_the_same_trouble_is_said_once(aiohttp_server: AiohttpServer) -> None:
    door = Door(*[says(503, "full", **{"Retry-After": "0"})] * 5, says(429))

    sent = await send(await aiohttp_server(door.app), made(1, 1), parallel=2)

    assert len(sent.said) == 2
    assert sent.tally.retries == 6


async def test_an_answer_that_breaks_off_is_no_answer(aiohttp_server: AiohttpServer) -> None:
    door = Door(hangs_up)

    sent = await send(await aiohttp_server(door.app), made(2))

    assert door.bodies == [door.bodies[0]] * 2
    assert (sent.tally.accepted, sent.tally.unanswered) == (2, 0)
    assert "the connection broke before there was an answer; trying again" in sent.said[0]


async def test_a_service_that_starts_later_is_waited_for() -> None:
    door, port = Door(), free_port()
    sending = asyncio.create_task(send(f"http://127.0.0.1:{port}", made(2)))
    await asyncio.sleep(0.3)
    runner = AppRunner(door.app)
    await runner.setup()
    await TCPSite(runner, "127.0.0.1", port).start()

    sent = await sending
    await runner.cleanup()

    assert sent.tally.accepted == 2
    assert "cannot connect: Connection refused; trying again" in sent.said[0]


async def test_a_service_that_never_starts_is_given_up() -> None:
    sent = await send(f"http://127.0.0.1:{free_port()}", made(2), give_up_after_s=0.4)

    assert "cannot connect: Connection refused; gave up after" in sent.stopped
    assert (sent.tally.sent, sent.tally.accepted, sent.tally.unanswered) == (2, 0, 2)


async def test_a_door_that_stays_full_is_given_up_however_long_it_wants_us_to_wait(
    aiohttp_server: AiohttpServer,
) -> None:
    door = Door(*[says(503, "full", **{"Retry-After": "3600"})] * 50)
    started_s = time.monotonic()

    sent = await send(await aiohttp_server(door.app), made(1), give_up_after_s=0.3)

    assert "503: full; gave up" in sent.stopped
    assert time.monotonic() - started_s < 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_what_will_not_change_stops_at_once_with_one_clear_line(
    aiohttp_server: AiohttpServer, status: int
) -> None:
    door = Door(takes_all, *[says(status, "this is why")] * 50)

    sent = await send(await aiohttp_server(door.app), made(2, *[2] * 100))

    assert f"answered {status}: this is why" in sent.stopped
    assert "sending 2 events from f.ndjson:3 on" in sent.stopped
    assert "\n" not in sent.stopped
    assert (len(door.bodies), sent.tally.accepted, sent.tally.unanswered, sent.said) == (2, 2, 2, [])


async def test_a_redirect_is_not_followed_with_the_token(aiohttp_server: AiohttpServer) -> None:
    door = Door(says(301, "elsewhere", Location="/v1/events"))

    sent = await send(await aiohttp_server(door.app), made(1))

    assert "301: elsewhere" in sent.stopped
    assert len(door.bodies) == 1


@pytest.mark.parametrize("url", ["nonsense", "localhost:8080", "ftp://127.0.0.1", ""])
async def test_what_is_no_address_is_not_tried_again(url: str) -> None:
    sent = await send(url, made(1))

    assert "is no address such as http://127.0.0.1:8080" in sent.stopped


async def test_a_rejection_of_what_was_not_sent_is_not_believed(aiohttp_server: AiohttpServer) -> None:
    door = Door(rejects(5))

    sent = await send(await aiohttp_server(door.app), made(2))

    assert "rejected event 5, which was not sent" in sent.stopped


async def test_a_batch_is_sent_when_it_is_due(aiohttp_server: AiohttpServer) -> None:
    door, started_s = Door(), time.monotonic()

    await send(await aiohttp_server(door.app), made(1, due_s=0.3))

    assert 0.3 <= time.monotonic() - started_s < 3


async def test_large_bodies_arrive_whole_and_again(aiohttp_server: AiohttpServer) -> None:
    door = Door(says(503, **{"Retry-After": "0"}))
    large = Recorded(view(1, user_agent="x" * 900_000), "f", 1)

    sent = await send(await aiohttp_server(door.app), iter([Batch([large] * 4)]))

    assert [len(body) for body in door.bodies] == [len(large.body) * 4 + 3] * 2
    assert sent.tally.accepted == 4
