"""Percentiles, targets, numbers that scatter: the arithmetic of the bench."""

from __future__ import annotations

import io

import orjson
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leaderboard.bench.airtime_memory import HostMemory
from leaderboard.bench.archiving import ArchiveFigures
from leaderboard.bench.auditing import AuditFigures
from leaderboard.bench.filling import scattered
from leaderboard.bench.live_load import LiveLoad
from leaderboard.bench.machine import Machine
from leaderboard.bench.report import PLAIN_WIDTH, as_json, show
from leaderboard.bench.results import NAIVE_EACH, OURS, Results, Target
from leaderboard.bench.spread import Spread, spread
from leaderboard.bench.throughput import Round, Throughput

MACHINE = Machine(2, "a processor", "a system", "3.11", "Valkey 9", 0.0)


def turn(visible_per_s: float, cpu_s: float, *, shown: int = 10) -> Round:
    return Round(
        events=100,
        accepted_per_s=2 * visible_per_s,
        visible_per_s=visible_per_s,
        cpu_s={"api": cpu_s},
        load_cpu_s=0.1,
        expected=10,
        shown=shown,
        exact=shown == 10,
        others=0.0,
    )


def results(*, shown: int = 10) -> Results:
    ours = Throughput(OURS, 5, [turn(60_000, 20), turn(90_000, 20), turn(80_000, 20, shown=shown)])
    naive = Throughput(NAIVE_EACH, 5, [turn(20_000, 30, shown=9)] * 3)
    return Results("quick", MACHINE, throughput=[naive, ours])


def shown_text(found: Results) -> str:
    file = io.StringIO()
    show(found, Console(file=file, width=PLAIN_WIDTH, highlight=False))
    return file.getvalue()


def test_a_percentile_is_one_of_the_measured_times() -> None:
    found = spread([n / 1000 for n in range(200, 0, -1)])

    assert (found.samples, found.p50_ms, found.p99_ms, found.worst_ms) == (200, 100.0, 198.0, 200.0)


def test_without_a_measurement_there_is_no_percentile() -> None:
    assert spread([]).samples == 0


@given(st.lists(st.integers(0, 2**52 - 1), unique=True, max_size=200))
def test_numbers_are_scattered_each_to_a_place_of_its_own(numbers: list[int]) -> None:
    places = {scattered(number) for number in numbers}

    assert len(places) == len(numbers)
    assert all(0 <= place < 2**52 for place in places)


def test_a_ratio_above_one_is_good_whichever_way_the_target_points() -> None:
    fast = Target("rate", 150.0, 100.0, "events/s")
    slow = Target("wait", 20.0, 10.0, "ms", at_least=False)

    assert (fast.met, fast.ratio) == (True, 1.5)
    assert (slow.met, slow.ratio) == (False, 0.5)


def test_targets_compare_the_medians_of_the_rounds() -> None:
    found = {target.name: target.value for target in results().targets()}

    assert found == {"accepted": 160_000, "visible": 80_000, "visible, against naive, each": 4.0}
    assert results().processor_ratio(NAIVE_EACH) == 1.5


def test_one_wrong_number_of_ours_is_enough_and_those_of_others_do_not_matter() -> None:
    assert results().exact
    assert not results(shown=11).exact


def test_the_report_says_what_was_missed_and_what_was_wrong() -> None:
    text = shown_text(results(shown=11))

    assert "off by +1" in text
    assert "OURS SHOWED A WRONG NUMBER." in text
    assert "Missed: visible, against naive, each." in text


def live_load(*, rate: float | None, wrong: int = 0) -> LiveLoad:
    return LiveLoad(
        what="views and heartbeats",
        rate=rate,
        events=100,
        beats_share=0.4,
        accepted_per_s=90_000,
        visible_per_s=60_000,
        archived_s=0.25,
        view_visible=Spread(9, 100.0, 200.0, 300.0) if rate else None,
        beat_visible=Spread(9, 110.0, 210.0, 310.0) if rate else None,
        cpu_s={"worker": 12.5, "archiver": 3.5},
        load_cpu_s=0.2,
        others=0.3,
        accounts=1_000,
        wrong=wrong,
        views_exact=True,
    )


def long_results(*, wrong: int = 0, audited: int = 10_000_000) -> Results:
    return Results(
        "full",
        MACHINE,
        live=[live_load(rate=50_000), live_load(rate=None, wrong=wrong)],
        host_memory=HostMemory(40, 14, 320_000, 3_500.4, 2_800, 17.3, 1_180, wrong=0),
        archive=ArchiveFigures(1_000, 31.9, 80_000, 10.9, 62.3, 0.1, found=1_000),
        audit=AuditFigures(audited, 1_001, 300 << 20, 61.0, 1 << 30, 9, 9, differing=0),
    )


def test_live_time_archive_and_audit_have_their_targets() -> None:
    found = {target.name: (target.value, target.met) for target in long_results().targets()}

    assert found == {
        "heartbeats visible, two beside three views, 1,000 accounts": (24_000, True),
        "memory per host, 14 days of ordinary use": (3_500.4, True),
        "archive on the disk, per event": (31.9, True),
        "archived and sealed": (80_000, True),
        "audit of 10,000,000 events": (61.0, False),
        "audit of 10,000,000 events, peak memory": (1_024, True),
    }


def test_a_shorter_audit_is_not_held_to_the_time_of_the_long_one() -> None:
    names = [target.name for target in long_results(audited=1_000_000).targets()]

    assert "audit of 1,000,000 events" not in names
    assert "audit of 1,000,000 events, peak memory" in names


def test_the_report_has_the_figures_of_live_time_archive_and_audit() -> None:
    text = shown_text(long_results(wrong=3))

    for figure in ("24,000", "210.0", "250", "3,500", "31.9", "61.0 s", "1,024 MiB"):
        assert figure in text
    assert "3 accounts off" in text
    assert "OURS SHOWED A WRONG NUMBER." in text
    assert "up to 0.3 cores busy" in text


def test_one_lost_event_or_one_account_that_differs_is_not_exact() -> None:
    whole = long_results()
    lost = ArchiveFigures(1_000, 31.9, 80_000, 10.9, 62.3, 0.1, found=999)
    unread = AuditFigures(1_000, 9, 1, 1.0, 1, to_recount=9, recounted=8, differing=0)
    differing = AuditFigures(1_000, 9, 1, 1.0, 1, to_recount=9, recounted=9, differing=1)

    assert whole.exact
    assert not Results("full", MACHINE, archive=lost).exact
    assert not Results("full", MACHINE, audit=unread).exact
    assert not Results("full", MACHINE, audit=differing).exact


def test_as_json_it_has_the_verdict_too() -> None:
    document = orjson.loads(as_json(results()))

    assert document["exact"] is True
    assert [target["met"] for target in document["targets"]] == [True, True, False]
