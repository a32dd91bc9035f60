"""Cheats who let the same hours count twice: a second phone on the same show, as another session or another host."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leaderboard.simulator.hosts import BEAT_MS, Flags, Floats, Part, Person, Shows, Take, Window
from leaderboard.simulator.hosts_days import promised, shows_of
from leaderboard.simulator.hosts_noise import Chance, between, wander
from leaderboard.simulator.hosts_selling import sell


def overlap(chance: Chance, person: Person, window: Window) -> list[Part]:
    """One show, claimed by two or three phones for a good part of the hours."""
    person = replace(person, hours=float(chance.uniform(6, 15)))
    shows = shows_of(chance, person, window)
    take = sell(chance, person, shows)
    slots = promised(chance, person, shows, window)
    phones = [_second(chance, shows, take) for _ in range(int(chance.integers(1, 3)))]
    if chance.random() < 0.5:
        others = [Part(_other_phone(chance, person), *phone, slots) for phone in phones]
        return [Part(person, shows, take, slots), *others]
    for other_shows, other_take in phones:
        shows, take = _together(shows, other_shows), take.then(other_take)
    return [Part(person, shows, take, slots)]


def _second(chance: Chance, shows: Shows, take: Take) -> tuple[Shows, Take]:
    """The same room, heard by another microphone and seen from another side, for a part of each of most sessions."""
    often = chance.uniform(0.7, 1.0)
    used = chance.random(len(shows.beats)) < often
    used[0] = True
    parts = chance.uniform(0.5, 1.0, len(shows.beats))
    last = np.maximum((shows.beats * parts).astype(np.int64), 12)
    where = np.repeat(used, shows.beats) & (shows.phase() < np.repeat(last, shows.beats))
    late_ms = chance.integers(500, BEAT_MS, len(shows.beats))
    second = Shows((shows.starts_ms + late_ms)[used], np.minimum(last, shows.beats)[used])
    return second, _heard_again(chance, take, where, np.repeat(late_ms / BEAT_MS, shows.beats))


def _heard_again(chance: Chance, take: Take, where: Flags, late: Floats) -> Take:
    """What another microphone and another camera have of it, in beats that begin a part of a beat later."""
    count, places = int(where.sum()), (np.arange(len(late)) + late)[where]
    farther_db, closer = chance.normal(-2, 4), np.exp(chance.normal(0, 0.4))
    other_side = np.exp(chance.uniform(0.1, 0.5) * wander(chance, count, 0.7))
    return Take(
        activity=take.activity[where],
        channel=take.channel[where],
        product=take.product[where],
        audio=between(take.audio, places)
        + farther_db
        + chance.uniform(0.2, 1.5) * chance.standard_normal(count),
        motion=between(take.motion, places) * closer * other_side,
        replies=chance.poisson(0.05, count),
        sells=np.zeros(count, dtype=bool),
    )


def _other_phone(chance: Chance, person: Person) -> Person:
    return replace(
        person,
        bitrate_kbps=person.bitrate_kbps * float(chance.uniform(0.5, 1.5)),
        crowd=person.crowd * float(chance.uniform(0.05, 1.0)),
    )


def _together(one: Shows, other: Shows) -> Shows:
    return Shows(np.concatenate((one.starts_ms, other.starts_ms)), np.concatenate((one.beats, other.beats)))
