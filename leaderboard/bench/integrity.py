"""`bench integrity`: detectors on many made-up worlds that they were not made on. Runs worlds and sums them up.

Thresholds were chosen on worlds with seeds from 100 on. What is scored here has other seeds, and half of the worlds are
shifted: their nuisances are other than those that thresholds were chosen among.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from time import perf_counter
from typing import Final

from msgspec import Struct

from leaderboard.bench.integrity_bars import Bar, TrafficScore, bars, summed
from leaderboard.bench.integrity_hosts import HostScore, host_bars, score_hosts
from leaderboard.bench.integrity_scores import ScoredWorld, score_world
from leaderboard.simulator.traffic_worlds import TrafficPlan

TUNING_SEEDS: Final = 100
HELD_OUT_SEEDS: Final = 1000
SHIFTED_SEEDS: Final = 2000
PROCESSES: Final = 2


class Plan(Struct, frozen=True, kw_only=True):
    """How many worlds of each kind."""

    worlds: int = 26
    shifted: int = 26
    host_worlds: int = 1
    tuning: bool = False


class IntegrityScore(Struct, frozen=True, kw_only=True):
    """What the bench found: traffic as it is and shifted, and hosts, each held against its bars."""

    plain: TrafficScore | None
    shifted: TrafficScore | None
    hosts: HostScore | None
    plain_bars: list[Bar]
    shifted_bars: list[Bar]
    host_bars: list[Bar]


def run(plan: Plan, say: Callable[[str], None]) -> IntegrityScore:
    """Makes and scores all worlds, some side by side; `say` is told how far it is."""
    first, shifted_first = (TUNING_SEEDS, TUNING_SEEDS) if plan.tuning else (HELD_OUT_SEEDS, SHIFTED_SEEDS)
    asked = [(first + number, False) for number in range(plan.worlds)]
    asked += [(shifted_first + number, True) for number in range(plan.shifted)]
    worlds = list(_scored(asked, say))
    plain = [world for world in worlds if not world.shift]
    shifted = [world for world in worlds if world.shift]
    hosts = None
    if plan.host_worlds:
        say("hosts")
        hosts = score_hosts([first + number for number in range(plan.host_worlds)])
    return IntegrityScore(
        plain=summed(plain) if plain else None,
        shifted=summed(shifted) if shifted else None,
        hosts=hosts,
        plain_bars=bars(summed(plain)) if plain else [],
        shifted_bars=bars(summed(shifted)) if shifted else [],
        host_bars=host_bars(hosts) if hosts else [],
    )


def _scored(asked: Sequence[tuple[int, bool]], say: Callable[[str], None]) -> Iterator[ScoredWorld]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_one, seed, shift=shift) for seed, shift in asked]
        for done, future in enumerate(as_completed(futures), 1):
            say(f"world {done} of {len(asked)}")
            yield future.result()


def _one(seed: int, *, shift: bool) -> ScoredWorld:
    return score_world(seed, TrafficPlan(shift=shift), perf_counter)
