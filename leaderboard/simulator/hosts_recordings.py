"""Cheats with recordings: played again and again, with noise and at other speeds, in a few sessions, each day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.simulator.hosts import BEAT_MS, DAY_MS, HOUR_MS, Part, Person, Shows, Take, Window
from leaderboard.simulator.hosts_days import fitted, promised, shows_of
from leaderboard.simulator.hosts_noise import Chance, between
from leaderboard.simulator.hosts_selling import products, sell

Places = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Player:
    """How a recording is played: noise of the second camera in dB and as a share of movement, speeds, who answers."""

    noise_db: float
    motion_noise: float
    speed_off: float
    speed_each_round: bool
    pins: str
    replies: float

    @classmethod
    def drawn(cls, chance: Chance, *, rough: bool) -> Player:
        """A player; a `rough` one adds noise and changes its speed by up to 5 %."""
        return cls(
            noise_db=float(chance.uniform(0.6, 2.5) if rough else chance.uniform(0.0, 0.4)),
            motion_noise=float(chance.uniform(0.05, 0.3) if rough else chance.uniform(0.0, 0.06)),
            speed_off=0.05 if rough else 0.0,
            speed_each_round=bool(rough and chance.random() < 0.3),
            pins=str(chance.choice(["recorded", "one", "fresh"])),
            replies=float(chance.choice([0.0, 0.0, 0.05, 0.4])),
        )


def loop(
    chance: Chance, person: Person, window: Window, *, rough: bool = False, share: float | None = None
) -> list[Part]:
    """A recording of 10 to 60 minutes fills all sessions, or a share of them, however long they are."""
    shows = shows_of(chance, person, window)
    take = sell(chance, person, shows)
    player = Player.drawn(chance, rough=rough)
    recording = _recorded(chance, person, int(chance.integers(40, 241)))
    count = len(shows.beats)
    share = chance.uniform(0.7, 1.0) if share is None else share
    for session in chance.permutation(count)[: max(1, round(share * count))].tolist():
        where = _of_session(shows, session)
        places = _places(chance, player, len(recording.audio), where.stop - where.start)
        _play(chance, person, player, (take, where), (recording, places))
    return [Part(person, shows, take, promised(chance, person, shows, window))]


def loop_noise(chance: Chance, person: Person, window: Window) -> list[Part]:
    """A loop that is filmed from a screen, and not always at the same speed."""
    return loop(chance, person, window, rough=True)


def loop_partial(chance: Chance, person: Person, window: Window) -> list[Part]:
    """Sells honestly, but for about every seventh session."""
    return loop(chance, person, window, rough=bool(chance.random() < 0.5), share=0.15)


def daily_replay(chance: Chance, person: Person, window: Window) -> list[Part]:
    """Sells for a day, and shows it again on the days after; at times a fresh day is put in."""
    person = replace(person, hours=0.0)
    days = (window[1] - window[0]) // DAY_MS
    beats = int(chance.uniform(1.05, 1.5) * HOUR_MS / BEAT_MS)
    at_ms = window[0] + ((person.at_hour % 21) * HOUR_MS + chance.normal(0, 240_000, days)).clip(0).astype(
        np.int64
    )
    shows = fitted(at_ms + np.arange(days) * DAY_MS, np.full(days, beats), window)
    take = sell(chance, replace(person, breaks_an_hour=0.1), shows)
    player = Player.drawn(chance, rough=False)
    fresh_each = int(chance.choice([2, 3, 5, 7, 14]))
    for day in range(1, len(shows.beats)):
        if day % fresh_each:
            source, where = _of_session(shows, day - day % fresh_each), _of_session(shows, day)
            places = np.arange(where.stop - where.start) + chance.uniform(0, 6)
            _play(chance, person, player, (take, where), (take.only(source), places))
    return [Part(person, shows, take, promised(chance, person, shows, window))]


def _recorded(chance: Chance, person: Person, beats: int) -> Take:
    """A show without breaks, to be played."""
    shows = Shows(np.zeros(1, dtype=np.int64), np.array([beats + 40]))
    take = sell(chance, replace(person, breaks_an_hour=0.0), shows)
    return take.only(slice(20, 20 + beats))


def _of_session(shows: Shows, session: int) -> slice:
    last = int(shows.beats[: session + 1].sum())
    return slice(last - int(shows.beats[session]), last)


def _places(chance: Chance, player: Player, length: int, count: int) -> Places:
    """Where in the recording each beat is; sessions begin anywhere in it."""
    if not player.speed_each_round:
        speed = chance.uniform(1 - player.speed_off, 1 + player.speed_off)
        return chance.uniform(0, length) + speed * np.arange(count)
    rounds = count // length + 2
    speeds = np.repeat(chance.uniform(1 - player.speed_off, 1 + player.speed_off, rounds), length)[:count]
    return chance.uniform(0, length) + np.cumsum(speeds)


def _play(
    chance: Chance, person: Person, player: Player, at: tuple[Take, slice], played: tuple[Take, Places]
) -> None:
    """Puts what is played into a part of a take; pins and answers are of the moment, the rest is of then."""
    (take, where), (recording, places) = at, played
    count = len(places)
    then = np.floor(places).astype(np.int64) % len(recording.audio)
    noise = np.exp(player.motion_noise * chance.standard_normal(count))
    take.audio[where] = between(recording.audio, places) + player.noise_db * chance.standard_normal(count)
    take.motion[where] = between(recording.motion, places) * noise
    take.activity[where] = recording.activity[then]
    take.channel[where] = person.channel
    take.replies[where] = chance.poisson(player.replies, count)
    take.sells[where] = False
    pins = {"recorded": recording.product[then], "one": np.zeros(count, dtype=np.int64)}
    fresh = products(chance, person, np.arange(count))
    take.product[where] = np.maximum(pins.get(player.pins, fresh), 0)
