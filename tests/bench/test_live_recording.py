"""The recording with heartbeats: its parts, the order of each host, and the answer after it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from leaderboard.bench.door import BenchError
from leaderboard.bench.live_answer import LiveAnswer
from leaderboard.bench.live_recording import ALONE, MIXED, LiveRecording, record_live

NOW_MS = 1_790_000_000_000
FIRST_DAY_MS = NOW_MS - 10 * 86_400_000


def recorded(path: Path, batches: int = 12, accounts: int = 8) -> LiveRecording:
    return record_live(
        path,
        ((MIXED, batches), (ALONE, batches)),
        accounts=accounts,
        now_ms=NOW_MS,
        first_day_ms=FIRST_DAY_MS,
        batch_events=40,
        warm_up_s=0,
    )


def events_of(recording: LiveRecording, number: int) -> list[dict[str, Any]]:
    return list(orjson.loads(recording.body(number))["events"])


def test_each_connection_has_as_many_batches_and_two_of_five_are_heartbeats(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "traffic")

    kinds = [{event["type"] for event in events_of(recording, number)} for number in range(len(recording))]

    mixed, alone = recording.parts
    assert [(one.start, one.stop, one.lanes, one.beats) for one in (mixed, alone)] == [
        (0, 20, 10, 320),
        (20, 32, 4, 480),
    ]
    assert kinds[:5] == [{"product_view"}, {"product_view"}, {"heartbeat"}, {"product_view"}, {"heartbeat"}]
    assert recording.mix.types == {"product_view": 480, "heartbeat": 800}


def test_every_host_stays_on_one_connection_and_in_order(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "traffic")

    lanes, times = defaultdict(set), defaultdict(list)
    for number, part in enumerate(recording.parts):
        for batch in range(part.start, part.stop):
            for event in events_of(recording, batch):
                if event["type"] == "heartbeat":
                    lanes[number, event["host_id"]].add((batch - part.start) % part.lanes)
                    times[event["host_id"]].append(event["at"])

    assert len(times) == 16
    assert {len(one) for one in lanes.values()} == {1}
    assert all(one == sorted(set(one)) for one in times.values())


def test_the_answer_is_that_of_all_heartbeats_so_far(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "traffic")
    plain = LiveAnswer(recording.slots)
    plain.take(event for number in range(20) for event in events_of(recording, number))

    assert recording.answer_after(20) == plain.times()
    assert recording.answer_after(32) != plain.times()


def test_more_heartbeats_than_the_days_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="not on air"):
        recorded(tmp_path / "traffic", batches=1_000, accounts=4)
