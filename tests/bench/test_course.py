"""A tiny bench from end to end: real services, real counts. How fast it was is not asked."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from leaderboard.bench.contestants import started_naive
from leaderboard.bench.course import Course
from leaderboard.bench.live_course import BEATS, BOTH
from leaderboard.bench.load import send
from leaderboard.bench.plan import PARTS, PLANS, LivePlan, Plan
from leaderboard.bench.recording import record
from leaderboard.bench.results import BARE, NAIVE_EACH, NAIVE_GROUPED, OURS
from leaderboard.cli import bench

NOW_MS = 1_790_000_000_000
TINY = Plan(
    name="tiny",
    rounds=2,
    round_batches=3,
    freshness_s=1.0,
    growth_batches=2,
    growth_accounts=(30,),
    growth_visitors=(600,),
    pages_s=0.2,
    memory_visitors=(3_000,),
    memory_accounts=(1, 10),
    set_visitors=1_000,
    live=LivePlan(
        steady_s=1.0,
        batches=10,
        ordinary_accounts=1,
        ordinary_days=2,
        accounts=(8,),
        rate=1_000.0,
        batch_events=50,
        warm_up_s=0,
    ),
    archive_events=1_000,
    audit_events=2_000,
    accounts=20,
    page_accounts=30,
    batch_events=100,
    steady_rate=1_000.0,
    warm_up_s=0,
)


async def test_a_tiny_bench_counts_everything_right(tmp_path: Path) -> None:
    told: list[str] = []
    results = await Course(TINY, tmp_path, told.append, ["traffic", "accounts", "memory"]).run()

    assert [one.name for one in results.throughput] == [BARE, NAIVE_EACH, NAIVE_GROUPED, OURS]
    assert [round_.events for one in results.throughput for round_ in one.rounds] == [300] * 8
    assert results.exact
    assert [one.exact for one in results.visitor_memory] == [True] * 4
    assert [one.visitors for one in results.by_visitors] == [600]
    assert [one.accounts for one in results.by_accounts] == [30] * 3
    assert all(one.visible.samples for one in results.freshness)
    assert [one.rate for one in results.pages] == [1_000.0, None]
    assert results.event_memory is not None
    assert results.event_memory.events == 600
    assert results.live == []
    assert told


async def test_live_time_archive_and_audit_are_exact_too(tmp_path: Path) -> None:
    results = await Course(TINY, tmp_path, print, ["audit", "archive", "live"]).run()

    assert [(one.what, one.rate) for one in results.live] == [(BOTH, 1_000.0), (BOTH, None), (BEATS, None)]
    assert [one.beats_share for one in results.live] == [0.4, 0.4, 1.0]
    assert results.live[0].beat_visible is not None
    assert results.live[0].beat_visible.samples > 0
    assert [one.wrong for one in results.live] == [0, 0, 0]
    assert results.host_memory is not None
    assert results.host_memory.exact
    assert 0 < results.host_memory.packed_each < results.host_memory.each
    assert results.archive is not None
    assert results.archive.exact
    assert results.archive.inbox_after < results.archive.inbox_before
    assert results.audit is not None
    assert (results.audit.events, results.audit.differing) == (2_000, 0)
    assert results.exact
    assert results.throughput == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["each", "grouped"])
def test_the_naive_service_counts_right_where_nobody_races(tmp_path: Path, form: str) -> None:
    recording = record(
        tmp_path / "traffic", accounts=5, batches=4, now_ms=NOW_MS, batch_events=50, warm_up_s=0
    )

    with started_naive(tmp_path / "store", form) as naive:
        sent = send(naive.door, recording, 0, 4, connections=1)

        assert sent.events == 200
        assert naive.shown().unique == recording.unique_after(4)


def test_parts_can_be_asked_for_alone() -> None:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())

    asked = [parser.parse_args(["bench", *words]).only for words in ([], ["--only", "live,audit"])]

    assert asked == [PARTS, ("live", "audit")]
    with pytest.raises(SystemExit):
        parser.parse_args(["bench", "--only", "live,everything"])


def test_every_size_can_be_asked_for_by_name() -> None:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())

    asked = [parser.parse_args(["bench", *words]).plan for words in ([], ["--quick"], ["--full"])]

    assert asked == ["usual", "quick", "full"]
    assert set(asked) == set(PLANS)
