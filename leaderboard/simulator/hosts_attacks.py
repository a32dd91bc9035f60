"""Cheats who gather live hours without the work: nobody there, a recording, hours twice, plans and beats made up.

Each is a function from chance, a person and the campaign's window to what the hosts of the account do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from leaderboard.simulator.hosts import (
    DAY_MS,
    DISPLAYING,
    HOUR_MS,
    Flags,
    Ints,
    Part,
    Person,
    Shows,
    Slots,
    Window,
)
from leaderboard.simulator.hosts_days import promised, shows_of
from leaderboard.simulator.hosts_forged import forged, forged_smooth
from leaderboard.simulator.hosts_noise import Chance, louder, runs, wander
from leaderboard.simulator.hosts_recordings import daily_replay, loop, loop_noise, loop_partial
from leaderboard.simulator.hosts_selling import music, room, sell
from leaderboard.simulator.hosts_twice import overlap


def _idle(
    chance: Chance,
    person: Person,
    window: Window,
    *,
    plays: bool = False,
    pins: bool = False,
    moves: bool = False,
) -> list[Part]:
    """The stream hangs there. `plays` a playlist, `pins` products by a timer, `moves` a fan before the camera."""
    person = replace(person, music_db=float(chance.uniform(-34, -18)) if plays else person.music_db)
    shows = shows_of(chance, person, window)
    take = sell(chance, replace(person, music_db=person.music_db if plays else None), shows)
    gone = _gone(chance, shows)
    audio, motion = room(chance, person, shows.count)
    if plays:
        audio = louder(audio, music(chance, person, shows.phase()))
    if moves:
        motion = chance.uniform(0.05, 0.25) * np.exp(0.15 * wander(chance, shows.count, 0.4))
    take.idle_at(gone, audio, motion)
    take.activity = np.where(gone, DISPLAYING, take.activity)
    take.product = np.where(gone, _by_timer(chance, person, shows) if pins else 0, take.product)
    return [Part(person, shows, take, promised(chance, person, shows, window))]


def _gone(chance: Chance, shows: Shows) -> Flags:
    """Where nobody is: after an opening, or in whole sessions, or in long stretches between."""
    share = float(chance.uniform(0.35, 0.97))
    way = chance.integers(0, 3)
    if way == 0:
        present = np.maximum(shows.beats * (1 - share) * chance.uniform(0.7, 1.3, len(shows.beats)), 2)
        return shows.phase() >= np.repeat(present, shows.beats)
    if way == 1:
        empty = chance.permutation(len(shows.beats)) < max(1, round(share * len(shows.beats)))
        return np.repeat(empty, shows.beats) & (shows.phase() >= 2)
    return (chance.random(shows.count + 1) < share)[runs(chance, shows.count, 60, 0.6)] & (shows.phase() >= 2)


def _by_timer(chance: Chance, person: Person, shows: Shows) -> Ints:
    """Products that a script pins in turn, on the second or with some chance."""
    count = max(person.products, 3)
    every = float(chance.integers(4, 19))
    spread = 0.0 if chance.random() < 0.5 else 0.4
    return runs(chance, shows.count, every, spread) % count


def _schedule_stuffing(chance: Chance, person: Person, window: Window) -> list[Part]:
    """Sells a little, and promises more than anybody can keep, so that whatever is sold is in the plan."""
    person = replace(person, hours=float(chance.uniform(5, 20)))
    shows = shows_of(chance, person, window)
    return [Part(person, shows, sell(chance, person, shows), _stuffed(chance, window))]


def _stuffed(chance: Chance, window: Window) -> Slots:
    first = int(chance.integers(0, 10)) * HOUR_MS
    last = min(first + int(chance.integers(10, 25)) * HOUR_MS, DAY_MS)
    piece = int(chance.choice([1, 2, 4, 24])) * HOUR_MS
    rest_ms = 0 if chance.random() < 0.5 else HOUR_MS // 2
    days = range(window[0], window[1], DAY_MS)
    begins = [(day + at, day + last) for day in days for at in range(first, last, piece + rest_ms)]
    return [(start, min(start + piece, end, window[1])) for start, end in begins]


Attack = Callable[[Chance, Person, Window], list[Part]]
ATTACKS: Final[Mapping[str, Attack]] = {
    "idle_static": _idle,
    "idle_music": partial(_idle, plays=True),
    "idle_auto_pin": partial(_idle, pins=True),
    "idle_moving": partial(_idle, moves=True),
    "loop": loop,
    "loop_noise": loop_noise,
    "loop_partial": loop_partial,
    "daily_replay": daily_replay,
    "overlap": overlap,
    "schedule_stuffing": _schedule_stuffing,
    "forged_beats": forged,
    "forged_smooth": forged_smooth,
}
# Those that nobody is expected to find in every case: too little of it, or too well made.
HARD_ATTACKS: Final = frozenset({"idle_moving", "loop_partial", "forged_smooth"})
