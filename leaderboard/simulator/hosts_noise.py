"""Noise with memory, runs of random length, loudness added up: what signals of people and rooms are made of."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.simulator.hosts import Flags, Floats, Ints

Chance = np.random.Generator


def wander(chance: Chance, count: int, keep: float) -> Floats:
    """Noise around 0 with a deviation of 1 that keeps `keep` of itself from one value to the next."""
    if keep < 0.02:
        return chance.standard_normal(count)
    reach = min(600, int(log(0.01) / log(keep)) + 2)
    kernel = keep ** np.arange(reach)
    kernel /= np.sqrt((kernel**2).sum())
    return np.convolve(chance.standard_normal(count + reach - 1), kernel, "valid")


def runs(chance: Chance, count: int, typical: float, spread: float) -> Ints:
    """Numbers 0, 0, 0, 1, 1, 2, …: runs whose lengths are lognormal around `typical`, by `spread`."""
    lengths = typical * np.exp(spread * chance.standard_normal(int(2.5 * count / typical) + 20))
    return _numbered(np.maximum(lengths.round(), 1), count)


def switching(chance: Chance, count: int, share: float, on_beats: float) -> Flags:
    """On and off in turns, about `share` of the time on."""
    off_beats = on_beats * (1 - share) / share
    pairs = int(2 * count / max(on_beats + off_beats, 1)) + 20
    lengths = np.empty(2 * pairs)
    lengths[0::2] = chance.exponential(on_beats, pairs)
    lengths[1::2] = chance.exponential(off_beats, pairs)
    on: Flags = _numbered(lengths, count) % 2 == 0
    return on


def _numbered(lengths: Floats, count: int) -> Ints:
    return np.searchsorted(np.cumsum(lengths), np.arange(count), side="right")


def moments(chance: Chance, count: int, rate: float, length: float) -> Flags:
    """Short spells that begin by chance, `rate` of them a beat, each about `length` beats."""
    where = np.zeros(count, dtype=bool)
    for start in np.flatnonzero(chance.random(count) < rate):
        where[start : start + max(1, round(chance.exponential(length)))] = True
    return where


def louder(one_db: Floats, other_db: Floats) -> Floats:
    """Two sounds at once."""
    return 10 * np.log10(10 ** (one_db / 10) + 10 ** (other_db / 10))


def between(values: Floats, places: NDArray[np.floating[Any]]) -> Floats:
    """A series read at places between its values, round and round."""
    low = np.floor(places).astype(np.int64)
    part = places - low
    read: Floats = (1 - part) * values[low % len(values)] + part * values[(low + 1) % len(values)]
    return read
