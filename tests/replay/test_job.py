from __future__ import annotations

import time
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpServer

from leaderboard.replay.job import Job, Timing, look, measure, send
from leaderboard.replay.rebase import NOW, Shift
from leaderboard.replay.recording import Recording
from leaderboard.replay.sender import Door as Address
from leaderboard.replay.tally import Tally

from .doors import Door, view, views

NOW_MS = 1_700_000_000_000


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    path = tmp_path / "f.ndjson"
    path.write_bytes(views(11))
    return Recording((str(path),))


async def sent_by(job: Job, aiohttp_server: AiohttpServer, now_ms: int = NOW_MS) -> Door:
    door, tally = Door(), Tally()
    server = await aiohttp_server(door.app)
    timing = measure(job, Tally(), now_ms)
    await send(job, timing, Address(str(server.make_url("/"))), tally, lambda _text: None)
    assert tally.events == tally.sent == tally.accepted
    return door


async def test_what_is_neither_moved_nor_paced_is_sent_byte_for_byte(
    recording: Recording, aiohttp_server: AiohttpServer
) -> None:
    door = await sent_by(Job(recording, most_events=4), aiohttp_server)

    assert sorted(b"\n".join(door.bodies).split(b"\n")) == sorted(views(11).splitlines())
    assert len(door.bodies) == 3


async def test_a_moved_recording_ends_now_and_keeps_its_distances(
    recording: Recording, aiohttp_server: AiohttpServer
) -> None:
    door = await sent_by(Job(recording, rebase=NOW), aiohttp_server)

    assert [event["at"] for event in door.events] == [NOW_MS - 10_000 + second * 1000 for second in range(11)]


async def test_a_recording_that_is_sent_twice_to_the_same_time_is_the_same_events(
    recording: Recording, aiohttp_server: AiohttpServer
) -> None:
    doors = [await sent_by(Job(recording, rebase=NOW_MS), aiohttp_server, now_ms=NOW_MS + i) for i in (1, 2)]

    assert doors[0].events == doors[1].events


async def test_ten_seconds_at_twenty_times_the_speed_take_half_a_second(
    recording: Recording, aiohttp_server: AiohttpServer
) -> None:
    started_s = time.monotonic()

    door = await sent_by(Job(recording, speed=20.0), aiohttp_server)

    assert 0.5 <= time.monotonic() - started_s < 4
    assert len(door.bodies) > 2


def test_a_recording_without_events_has_nothing_to_measure(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()

    assert measure(Job(Recording((str(path),)), rebase=NOW), Tally(), NOW_MS) == Timing()


def test_looking_counts_what_the_door_would_reject(tmp_path: Path) -> None:
    path, tally = tmp_path / "f", Tally()
    bad = [view(2, at=NOW_MS * 2), view(3, at=0), view(4, visitor_id=""), b'{"type":"wish"}', b"nonsense"]
    path.write_bytes(b"\n".join([view(1), *bad]))

    look(Job(Recording((str(path),))), Timing(), tally, NOW_MS)

    assert {code: cause.count for code, cause in tally.rejected.items()} == {
        "future": 1,
        "too_old": 1,
        "invalid": 2,
    }
    assert (tally.events, tally.skipped_total, tally.sent) == (5, 1, 0)


def test_looking_judges_events_where_they_are_moved_to(tmp_path: Path) -> None:
    path, tally = tmp_path / "f", Tally()
    path.write_bytes(view(1, at=NOW_MS * 2))
    job = Job(Recording((str(path),)), rebase=NOW)

    timing = measure(job, Tally(), NOW_MS)
    look(job, timing, tally, NOW_MS)

    assert timing == Timing(Shift(-NOW_MS), NOW_MS)
    assert tally.rejected == {}
