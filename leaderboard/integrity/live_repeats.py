"""Looks for stretches of a host's motion and sound that come again elsewhere, at about the same speed. Judges nothing.

A stretch is compared with every other place of the same host. Slow changes are taken out first: that people speak up
and quieten, or start each product alike, is no repetition; that every small movement comes again is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


class Search(Struct, frozen=True, kw_only=True):
    """How it is searched. Lengths, `margin` and `longest_gap` are steps of the grid, as wide as heartbeats lie apart.

    `keeps` is how much of a signal is taken for slow (motion, sound), `most` at how many deviations a jump is cut off.
    """

    least_step_ms: int = 15_000
    length: int = 80
    longest_gap: int = 3
    margin: int = 5
    still_length: int = 20
    least_motion: float = 0.03
    most_stretches: int = 64
    speeds: tuple[float, ...] = (0.91, 0.94, 0.97, 1.0, 1.03, 1.06, 1.09)
    keeps: tuple[float, float] = (0.6, 0.5)
    most: float = 2.0


SEARCH: Final = Search()


class Recorded(Struct, frozen=True):
    """The signals of one session, in order of time. Equal lengths; without sound, motion stands in for it."""

    at_ms: NDArray[np.int64]
    motion: NDArray[np.float64]
    audio_db: NDArray[np.float64] | None


class Match(Struct, frozen=True):
    """A stretch and where it comes again best: how alike they are, together and each, 1 at most."""

    start_ms: int
    again_ms: int
    length_ms: int
    motion: float
    audio: float

    @property
    def score(self) -> float:
        """The signal that is less alike counts three times as much: a jingle is no repetition."""
        return 0.75 * min(self.motion, self.audio) + 0.25 * max(self.motion, self.audio)


class _Grid(Struct, frozen=True):
    """All sessions of a host one behind the other, in even steps. `starts` are the places where a stretch may begin."""

    step_ms: int
    at_ms: Places
    signals: Floats
    starts: Places


def _step_ms(sessions: Sequence[Recorded], search: Search) -> int:
    gaps = np.concatenate([np.diff(one.at_ms) for one in sessions])
    return max(search.least_step_ms, round(float(np.median(gaps)) / 1000) * 1000)


def _even(one: Recorded, step_ms: int, search: Search) -> tuple[Places, Floats, NDArray[np.bool_]]:
    """Times, (motion, sound) and which times lie in a gap."""
    at_ms = np.arange(one.at_ms[0], one.at_ms[-1] + 1, step_ms)
    motion = np.log(one.motion + 0.001)
    read = (
        np.interp(at_ms, one.at_ms, values)
        for values in (motion, motion if one.audio_db is None else one.audio_db)
    )
    signals = [_scaled(values, keeps) for values, keeps in zip(read, search.keeps, strict=True)]
    behind = np.clip(np.searchsorted(one.at_ms, at_ms, side="right"), 1, len(one.at_ms) - 1)
    gaps = one.at_ms[behind] - one.at_ms[behind - 1] > search.longest_gap * step_ms
    return (
        at_ms,
        np.stack(signals).astype(np.float32),
        gaps | _still(np.interp(at_ms, one.at_ms, one.motion), search),
    )


def _still(motion: NDArray[np.float64], search: Search) -> NDArray[np.bool_]:
    """Where next to nothing moves for a while: still pictures are all alike, and others look for them."""
    total = np.concatenate([[0.0], np.cumsum(motion)])
    ends = np.minimum(np.arange(len(motion)) + search.still_length, len(motion))
    starts = np.maximum(ends - search.still_length, 0)
    still: NDArray[np.bool_] = total[ends] - total[starts] < search.least_motion * (ends - starts)
    return still


def _scaled(values: NDArray[np.float64], keeps: float) -> NDArray[np.float64]:
    """So that what is fast deviates by 1. A signal that stands still is zero."""
    fast = values[1:] - keeps * values[:-1]
    deviation = 1.4826 * float(np.median(np.abs(fast - np.median(fast)))) if len(fast) else 0.0
    return (values - np.median(values)) / deviation if deviation > 0 else np.zeros_like(values)


def _grid(sessions: Sequence[Recorded], search: Search) -> _Grid:
    step_ms = _step_ms(sessions, search)
    parts = [_even(one, step_ms, search) for one in sessions]
    broken = [np.concatenate([gaps[:-1], [True]]) for _, _, gaps in parts]
    breaks = np.concatenate([[0], np.cumsum(np.concatenate(broken))])
    span = search.length + 1 + 2 * search.margin
    whole = np.arange(len(breaks) - 1 - span)
    whole = whole[breaks[whole + span - 1] == breaks[whole]]
    at_ms = np.concatenate([times for times, _, _ in parts])
    return _Grid(
        step_ms, at_ms, np.concatenate([signals for _, signals, _ in parts], axis=1), whole + search.margin
    )


def _fast(signals: Floats, search: Search) -> Floats:
    """What of (…, signal, time) is not slow: one shorter. Jumps are cut off: a pause is like every other."""
    keeps = np.array(search.keeps, np.float32)[:, None]
    fast: Floats = np.clip(signals[..., 1:] - keeps * signals[..., :-1], -search.most, search.most)
    return fast


def _unit(stretches: Floats) -> Floats:
    """Of (…, signal, time): each signal about its mean, of length 1, so that products are correlations."""
    about: Floats = stretches - stretches.mean(axis=-1, keepdims=True)
    about /= np.maximum(np.linalg.norm(about, axis=-1, keepdims=True), 1e-6)
    return about


def _places(grid: _Grid, search: Search) -> Floats:
    """(place, signal, time) of all places where a stretch may begin."""
    view = np.lib.stride_tricks.sliding_window_view(_fast(grid.signals, search), search.length, axis=1)
    return _unit(view[:, grid.starts].transpose(1, 0, 2))


def _at_speeds(grid: _Grid, starts: Places, search: Search) -> Floats:
    """(speed, stretch, signal, time), read between the steps of the grid."""
    half = search.length / 2
    offsets = half + (np.arange(search.length + 1) - half) * np.array(search.speeds)[:, None]
    times = starts[None, :, None] + offsets[:, None, :]
    before = times.astype(np.int64)
    part = (times - before).astype(np.float32)
    read = grid.signals[:, before] * (1 - part) + grid.signals[:, before + 1] * part
    return _unit(_fast(read.transpose(1, 2, 0, 3), search))


def _chosen(grid: _Grid, search: Search) -> Places:
    """Stretches one behind the other; of a host with very many, as many as are enough, evenly."""
    chosen: list[int] = []
    for start in grid.starts.tolist():
        if not chosen or start >= chosen[-1] + search.length:
            chosen.append(start)
    if len(chosen) > search.most_stretches:
        chosen = [chosen[int(place)] for place in np.linspace(0, len(chosen) - 1, search.most_stretches)]
    return np.array(chosen, np.int64)


def matches(sessions: Sequence[Recorded], search: Search = SEARCH) -> list[Match]:
    """The best match of each stretch, good or not. Sessions need two heartbeats or more; hosts, three stretches."""
    if not sessions:
        return []
    grid = _grid(sessions, search)
    stretches = _chosen(grid, search)
    if len(stretches) < 3:
        return []
    return _best(grid, stretches, search)


def _best(grid: _Grid, stretches: Places, search: Search) -> list[Match]:
    places, queries = _places(grid, search), _at_speeds(grid, stretches, search)
    width = 2 * search.length
    alike = (queries.reshape(-1, width) @ places.reshape(-1, width).T).reshape(*queries.shape[:2], -1)
    times, apart_ms = grid.at_ms[grid.starts], (search.length + 2 * search.margin) * grid.step_ms
    found = []
    for number, start in enumerate(stretches):
        # What is sent twice at the same time is no repetition either.
        near = np.abs(times - grid.at_ms[start]) < apart_ms
        if near.all():
            continue
        alike[:, number, near] = -width
        speed, place = np.unravel_index(int(alike[:, number].argmax()), alike[:, number].shape)
        motion, audio = (queries[speed, number] * places[place]).sum(axis=-1).tolist()
        spans = int(grid.at_ms[start]), int(times[place])
        found.append(Match(*spans, search.length * grid.step_ms, motion, audio))
    return found
