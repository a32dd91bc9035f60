"""`bench streams`, small: every stream is told every change, by ours and by the empty loop."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from rich.console import Console

from leaderboard.bench import streams, streams_report
from leaderboard.bench.streams_client import Publication, _Stream
from leaderboard.cli import bench
from leaderboard.cli.bench_streams import PLACES, STREAMS

SMALL = streams.Plan(streams=10, accounts=30, limit=20, changes_per_s=20.0, seconds=2.0)


async def test_every_stream_is_told_every_change(tmp_path: Path) -> None:
    told: list[str] = []
    score = await streams.run(SMALL, tmp_path, told.append)
    console = Console(record=True, width=140)
    streams_report.show(score, console)

    for one in (score.ours, score.empty):
        assert one.to_last.samples == 40
        assert 0 < one.to_first.p50_ms <= one.to_middle.p50_ms <= one.to_last.p50_ms
        assert 4 <= one.messages_per_stream <= 20
        assert one.process_us_per_message >= 0
    assert score.ours.message_bytes > 500
    assert score.empty.message_bytes == pytest.approx(score.ours.message_bytes, abs=200)
    assert {"api", "store", "client"} == score.ours.cpu_s.keys()
    assert json.loads(streams_report.as_json(score))["plan"]["streams"] == 10
    assert "10 streams of 20 places" in console.export_text()
    assert told


def test_a_version_cut_in_two_is_found_and_none_is_counted_twice() -> None:
    stream = _Stream(b"")
    for part in (
        b'data: {"lag_ms":0,"vers',
        b'ion":7,"whole"',
        b':true}\n\ndata: {"version":7}',
        b'"version":9}',
    ):
        stream.data_received(part)

    assert stream.versions == [7, 9]
    assert stream.waited_s(Publication(8, stream.times_s[1] - 0.5)) == pytest.approx(0.5)


def test_streams_can_be_asked_for_with_their_number() -> None:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())

    usual = parser.parse_args(["bench", "streams"])
    few = parser.parse_args(["bench", "streams", "--streams", "20", "--places", "1000"])

    assert (usual.what, usual.streams, usual.places) == ("streams", STREAMS, PLACES)
    assert (few.streams, few.places) == (20, 1_000)
