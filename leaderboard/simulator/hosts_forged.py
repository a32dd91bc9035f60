"""Cheats without any stream: a script that sends heartbeats, each drawn anew, or with some memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leaderboard.simulator.hosts import (
    BEAT_MS,
    DISPLAYING,
    EXPLAINING,
    Floats,
    Ints,
    Part,
    Person,
    Shows,
    Take,
    Window,
)
from leaderboard.simulator.hosts_days import promised, shows_of
from leaderboard.simulator.hosts_noise import Chance, runs, wander


def forged(chance: Chance, person: Person, window: Window) -> list[Part]:
    """Every heartbeat is drawn for itself, from whatever the writer of the script thought likely."""
    return _forged(chance, person, window, 0.0)


def forged_smooth(chance: Chance, person: Person, window: Window) -> list[Part]:
    """What is sent moves on from what was sent before, as that of people does."""
    return _forged(chance, person, window, float(chance.uniform(0.5, 0.93)))


def _forged(chance: Chance, person: Person, window: Window, keep: float) -> list[Part]:
    person = replace(person, hears=True, sees=True, counts_bytes=True, measures_covers=False)
    shows = shows_of(chance, person, window)
    count = shows.count
    talks = wander(chance, count, keep) < chance.uniform(-0.5, 1.0)
    take = Take(
        activity=np.where(talks, EXPLAINING, DISPLAYING),
        channel=np.full(count, person.channel),
        product=runs(chance, count, float(chance.uniform(4, 80)), 0.5 if keep else 0.0) % person.products,
        audio=chance.uniform(-34, -18) + chance.uniform(2, 6) * wander(chance, count, keep),
        motion=_movement(chance, count, keep),
        replies=chance.poisson(chance.uniform(0.1, 1.5), count),
        sells=np.zeros(count, dtype=bool),
        viewers=_viewers(chance, person, count, keep),
        ingest=_bytes(chance, person, shows),
    )
    return [Part(person, shows, take, promised(chance, person, shows, window))]


def _movement(chance: Chance, count: int, keep: float) -> Floats:
    noise = wander(chance, count, keep)
    if keep or chance.random() < 0.3:
        return (chance.uniform(0.1, 0.35) * np.exp(chance.uniform(0.3, 0.8) * noise)).clip(0, 1)
    if chance.random() < 0.5:
        return chance.uniform(chance.uniform(0.02, 0.15), chance.uniform(0.3, 0.9), count)
    return (chance.uniform(0.15, 0.5) + chance.uniform(0.05, 0.15) * noise).clip(0.01, 1)


def _viewers(chance: Chance, person: Person, count: int, keep: float) -> Ints:
    level = np.log(person.crowd) + chance.uniform(0.1, 0.5) * wander(chance, count, keep)
    seen: Ints = np.exp(level).astype(np.int64)
    return seen


def _bytes(chance: Chance, person: Person, shows: Shows) -> Ints:
    """No line carries anything; most leave the field out, some send one figure, some a likely one."""
    count, usual = shows.count, person.bitrate_kbps * 125 * BEAT_MS / 1000
    way = chance.random()
    if way < 0.5:
        return np.full(count, -1)
    spread = 0.0 if way < 0.65 else chance.uniform(0.02, 0.15)
    got: Ints = (usual * np.exp(spread * chance.standard_normal(count))).astype(np.int64)
    return got
