"""Chance that can be repeated: a stream for each purpose, and traits that follow from who somebody is."""

from __future__ import annotations

import zlib
from typing import Any, TypeAlias

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Ids: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def stream(seed: int, *purpose: int | str) -> Generator:
    """A generator of its own for each purpose: what one account does changes nothing of another."""
    keys = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in purpose]
    return Generator(PCG64(SeedSequence([seed, *keys])))


def mixed(ids: Ids, salt: int) -> Ids:
    """splitmix64: 64 bits that look random, the same for the same id and salt; no two ids share them."""
    with np.errstate(over="ignore"):
        z = ids + _STEP * np.uint64((salt * 2 + 1) & 0xFFFF_FFFF_FFFF_FFFF)
        z = (z ^ (z >> np.uint64(30))) * _FIRST
        z = (z ^ (z >> np.uint64(27))) * _SECOND
        mixed: Ids = z ^ (z >> np.uint64(31))
        return mixed


def trait(ids: Ids, salt: int) -> Floats:
    """A number from 0 up to 1 that belongs to each id."""
    return np.asarray((mixed(ids, salt) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def zipf(count: int, slope: float) -> Floats:
    """Running sums, up to 1, of popularity that falls by rank."""
    weights = np.arange(1, count + 1, dtype=np.float64) ** -slope
    return np.asarray(np.cumsum(weights) / weights.sum())


def pick(sums: Floats, where: Floats) -> Ints:
    """Which of the running sums each number falls into."""
    found = np.searchsorted(sums, where, side="right")
    return np.asarray(np.minimum(found, len(sums) - 1), dtype=np.int64)


def shares(weights: Any) -> Floats:
    """Running sums up to 1 of given weights."""
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(sums / sums[-1])
