"""Percentiles, targets, numbers that scatter: the arithmetic of the bench."""

from __future__ import annotations

import io

import orjson
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leaderboard.bench.filling import scattered
from leaderboard.bench.machine import Machine
from leaderboard.bench.report import PLAIN_WIDTH, as_json, show
from leaderboard.bench.results import NAIVE_EACH, OURS, Results, Target
from leaderboard.bench.spread import spread
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
    console = Console(file=io.StringIO(), width=PLAIN_WIDTH, highlight=False)

    show(results(shown=11), console)

    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "off by +1" in text
    assert "OURS SHOWED A WRONG NUMBER." in text
    assert "Missed: visible, against naive, each." in text


def test_as_json_it_has_the_verdict_too() -> None:
    document = orjson.loads(as_json(results()))

    assert document["exact"] is True
    assert [target["met"] for target in document["targets"]] == [True, True, False]
