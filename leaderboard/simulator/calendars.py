"""When an audience comes: by the clock of its region, to live sessions, and in the wave of a clip that is passed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.chance import Floats, Ints, pick, shares
from leaderboard.simulator.plan import DAY_MS, HOUR_MS, MINUTE_MS, TrafficPlan

# How busy the hours of a day are by the clock on the wall: a low at four, a peak at nine in the evening.
_HOURS: Final = np.array(
    [30, 18, 10, 7, 6, 8, 14, 24, 33, 38, 41, 45, 52, 50, 46, 46, 50, 58, 70, 86, 98, 100, 80, 52],
    dtype=np.float64,
)


@dataclass(frozen=True)
class Calendar:
    """`hours` are running sums over all hours of the campaign. Sessions are [start, end), in the order of time."""

    start_ms: int
    end_ms: int
    hours: Floats
    starts_ms: Ints
    ends_ms: Ints
    crowds: Floats


def make_calendar(rng: Generator, offset_h: int, plan: TrafficPlan) -> Calendar:
    """An account goes live on most days, mostly in the evening, for one to four hours."""
    starts, ends = _sessions(rng, offset_h, plan)
    return Calendar(
        start_ms=plan.start_ms,
        end_ms=plan.end_ms,
        hours=_hours(rng, offset_h, plan),
        starts_ms=starts,
        ends_ms=ends,
        crowds=shares((ends - starts) * rng.lognormal(0.0, 0.6, len(starts))),
    )


def _hours(rng: Generator, offset_h: int, plan: TrafficPlan) -> Floats:
    local = (np.arange(24) + (plan.start_ms // HOUR_MS) + offset_h) % 24
    day = _HOURS[local.astype(np.int64)] * rng.lognormal(0.0, 0.15, 24)
    days = rng.lognormal(0.0, 0.25, plan.days)
    return shares(np.outer(days, day).ravel())


def _sessions(rng: Generator, offset_h: int, plan: TrafficPlan) -> tuple[Ints, Ints]:
    usual_h = rng.choice([10.0, 14.0, 19.0, 20.5], p=[0.1, 0.15, 0.4, 0.35])
    count = plan.days
    midnight = plan.start_ms - plan.start_ms % DAY_MS - offset_h * HOUR_MS + DAY_MS * np.arange(count)
    begin = (midnight + (usual_h + rng.normal(0.0, 0.5, count)) * HOUR_MS).astype(np.int64)
    end = begin + (rng.uniform(1.0, 4.0, count) * HOUR_MS).astype(np.int64)
    chosen = (rng.random(count) < rng.uniform(0.6, 1.0)) & (begin >= plan.start_ms) & (end < plan.end_ms)
    if not chosen.any():
        middle = (plan.start_ms + plan.end_ms) // 2
        return np.array([middle]), np.array([middle + HOUR_MS])
    return begin[chosen], end[chosen]


def by_the_clock(rng: Generator, calendar: Calendar, count: int) -> Ints:
    """Times as people are awake."""
    hour = pick(calendar.hours, rng.random(count))
    return calendar.start_ms + hour * HOUR_MS + rng.integers(0, HOUR_MS, count)


def at_sessions(rng: Generator, calendar: Calendar, count: int) -> tuple[Ints, Ints]:
    """(times, sessions): a quarter come in the first minutes, when followers are told; the rest all the time."""
    which = pick(calendar.crowds, rng.random(count))
    begin, end = calendar.starts_ms[which], calendar.ends_ms[which]
    first = rng.random(count) < 0.25
    early = np.minimum(rng.exponential(5 * MINUTE_MS, count), (end - begin) - 1.0)
    later = rng.random(count) * (end - begin)
    return begin + np.where(first, early, later).astype(np.int64), which


def in_a_wave(rng: Generator, calendar: Calendar, count: int) -> Ints:
    """A clip is passed on: within hours thousands, then fewer and fewer over days."""
    span = calendar.end_ms - calendar.start_ms
    begin = calendar.start_ms + rng.random() * 0.8 * span
    rise, fall = rng.uniform(0.5, 3.0) * HOUR_MS, rng.uniform(4.0, 30.0) * HOUR_MS
    return (begin + rng.gamma(2.0, rise, count) + rng.exponential(fall, count)).astype(np.int64)


def kept_inside(calendar: Calendar, at_ms: Ints) -> Ints:
    """What would come after the end comes as much after the start."""
    span = calendar.end_ms - calendar.start_ms
    return calendar.start_ms + (at_ms - calendar.start_ms) % span


def session_at(calendar: Calendar, at_ms: Ints) -> Ints:
    """Which session was on air at each time; -1 when none was."""
    which = np.searchsorted(calendar.starts_ms, at_ms, side="right") - 1
    on_air = (which >= 0) & (at_ms < calendar.ends_ms[np.maximum(which, 0)])
    return np.where(on_air, which, -1).astype(np.int64)
