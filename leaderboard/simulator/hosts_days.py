"""When a host is live: the sessions of a campaign, the beats in each, and what was promised before."""

from __future__ import annotations

from typing import Final

import numpy as np

from leaderboard.simulator.hosts import BEAT_MS, DAY_MS, HOUR_MS, Ints, Person, Shows, Slots, Window
from leaderboard.simulator.hosts_noise import Chance

_BETWEEN_MS: Final = 600_000
_HALF_HOUR_MS: Final = HOUR_MS // 2
# A host who promises honestly stays below what the programme lets anybody promise.
_MOST_PROMISED_A_DAY_MS: Final = 5.8 * HOUR_MS


def shows_of(chance: Chance, person: Person, window: Window) -> Shows:
    """Sessions at about the same hour of a day, on days by chance, until the hours are full."""
    lengths = _lengths(chance, person, window)
    days = (window[1] - window[0]) // DAY_MS
    on = np.sort(_days(chance, len(lengths), days))
    hours = person.at_hour + chance.normal(0, 0.6, len(lengths)) + 3.0 * _repeats(on)
    starts = window[0] + on * DAY_MS + (hours * HOUR_MS).astype(np.int64)
    return fitted(np.sort(starts), lengths, window)


def _lengths(chance: Chance, person: Person, window: Window) -> Ints:
    """Lengths of sessions in beats, which come to the hours of the person in a campaign of this length."""
    hours = person.hours * (window[1] - window[0]) / (14 * DAY_MS)
    count = max(1, round(hours / person.show_hours))
    parts = np.exp(0.35 * chance.standard_normal(count))
    beats: Ints = (hours * HOUR_MS / BEAT_MS * parts / parts.sum()).astype(np.int64)
    return np.maximum(beats, 20)


def _days(chance: Chance, count: int, days: int) -> Ints:
    """As few days twice as there can be."""
    rounds = [chance.permutation(days) for _ in range(-(-count // days))]
    return np.concatenate(rounds)[:count]


def _repeats(days: Ints) -> Ints:
    """Of sorted days, how often each was there before."""
    return np.arange(len(days)) - np.searchsorted(days, days)


def fitted(starts_ms: Ints, beats: Ints, window: Window) -> Shows:
    """The sessions one after the other, those that do not fit into the window cut or left out."""
    starts: list[int] = []
    kept: list[int] = []
    free_ms = window[0]
    for start, count in zip(starts_ms.tolist(), beats.tolist(), strict=True):
        begin = max(start, free_ms)
        fitting = min(count, (window[1] - begin) // BEAT_MS - 1)
        if fitting >= 8:
            starts.append(begin)
            kept.append(fitting)
            free_ms = begin + fitting * BEAT_MS + _BETWEEN_MS
    return Shows(np.array(starts, dtype=np.int64), np.array(kept, dtype=np.int64))


def handed_over(chance: Chance, shows: Shows, share: float) -> Shows:
    """Some sessions go on on another phone: two sessions that have up to a few minutes in common."""
    starts: list[int] = []
    beats: list[int] = []
    for start, count in zip(shows.starts_ms.tolist(), shows.beats.tolist(), strict=True):
        common = int(chance.integers(2, 16))
        if count < 160 or chance.random() > share:
            starts.append(start)
            beats.append(count)
            continue
        first = int(count * chance.uniform(0.3, 0.7))
        starts += [start, start + (first - common) * BEAT_MS + int(chance.integers(0, BEAT_MS))]
        beats += [first, count - first + common]
    return Shows(np.array(starts, dtype=np.int64), np.array(beats, dtype=np.int64))


def clock(chance: Chance, shows: Shows) -> tuple[Ints, Ints]:
    """Of each beat, when it begins and ends; phones are some hundredths of a second off."""
    phase, start = shows.phase(), np.repeat(shows.starts_ms, shows.beats)
    off = chance.normal(0, chance.uniform(5, 120), shows.count).clip(-3_000, 3_000).astype(np.int64)
    ends = start + (phase + 1) * BEAT_MS + off
    begins = np.where(phase == 0, start, np.concatenate((start[:1], ends[:-1])))
    return begins, ends


def promised(chance: Chance, person: Person, shows: Shows, window: Window) -> Slots:
    """A plan as people make it: on the half hour, some of it not kept, some sessions not in it."""
    slots = [
        (_on_half_hour(start), _on_half_hour(end) + _HALF_HOUR_MS)
        for start, end in zip(shows.starts_ms.tolist(), shows.ends_ms().tolist(), strict=True)
        if chance.random() > 0.08
    ]
    for _ in range(int(chance.poisson(max(person.promises - 1, 0) * len(slots)))):
        start = _on_half_hour(int(chance.integers(window[0], window[1] - 2 * HOUR_MS)))
        slots.append((start, start + int(person.show_hours * 2 + 1) * _HALF_HOUR_MS))
    most_ms = _MOST_PROMISED_A_DAY_MS * (window[1] - window[0]) / DAY_MS
    return _within(_joined(slots), window, int(most_ms))


def _on_half_hour(at_ms: int) -> int:
    return at_ms // _HALF_HOUR_MS * _HALF_HOUR_MS


def _joined(slots: Slots) -> Slots:
    joined: Slots = []
    for start, end in sorted(slots):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _within(slots: Slots, window: Window, most_ms: int) -> Slots:
    kept: Slots = []
    left_ms = most_ms
    for start, end in slots:
        cut = min(end, window[1], start + left_ms)
        if start < cut:
            kept.append((start, cut))
            left_ms -= cut - start
    return kept
