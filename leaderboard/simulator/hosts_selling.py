"""What a host who really sells gives: voice with pauses, music, movement, products in turn, replies, breaks."""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from leaderboard.simulator.hosts import (
    AWAY,
    DISPLAYING,
    EXPLAINING,
    IDLE,
    NO_CHANNEL,
    NO_PRODUCT,
    Flags,
    Floats,
    Ints,
    Person,
    Shows,
    Take,
)
from leaderboard.simulator.hosts_noise import Chance, between, louder, moments, runs, switching, wander


def sell(chance: Chance, person: Person, shows: Shows) -> Take:
    """All sessions of an honest host, beat by beat."""
    count, phase = shows.count, shows.phase()
    talks = switching(chance, count, person.talk_share, person.talk_beats)
    take = Take(
        activity=np.where(talks, EXPLAINING, DISPLAYING),
        channel=np.full(count, person.channel),
        product=products(chance, person, phase),
        audio=_sound(chance, person, talks, phase),
        motion=_movement(chance, person, talks, phase),
        replies=chance.poisson(person.replies * np.exp(0.6 * wander(chance, count, 0.9))),
        sells=np.ones(count, dtype=bool),
    )
    _open_and_close(chance, take, shows)
    _close_the_shop(chance, take)
    _take_breaks(chance, person, take, phase)
    return take


def room(chance: Chance, person: Person, count: int) -> tuple[Floats, Floats]:
    """(loudness, movement) of a room where nobody is: a fridge, a street, a lamp that flickers, at times a door."""
    audio = person.floor_db + chance.uniform(0.2, 1.5) * wander(chance, count, 0.8)
    # A bare wall hardly moves; a street behind a window, or a screen that is left on, moves more.
    level = min(float(np.exp(chance.normal(log(0.007), 0.7))), 0.04)
    motion = level * np.exp(0.35 * wander(chance, count, 0.3))
    passing = moments(chance, count, chance.uniform(0.0, 0.008), 1.0)
    audio = np.where(passing, audio + chance.uniform(4, 22, count), audio)
    return audio, np.where(passing, motion + chance.uniform(0.01, 0.35, count), motion)


def music(chance: Chance, person: Person, phase: Ints) -> Floats:
    """A playlist that begins again when it is through: songs of some minutes, each with its own loudness."""
    length = person.playlist_beats
    song = runs(chance, length, 14, 0.2)
    levels = chance.normal(0, 2.2, int(song[-1]) + 1)[song]
    playlist = (person.music_db or -30.0) + levels + 1.6 * wander(chance, length, 0.3)
    return between(playlist, phase + chance.uniform(0, length)) + chance.normal(0, 0.2, len(phase))


def products(chance: Chance, person: Person, phase: Ints) -> Ints:
    """Which product is pinned: a round of all where the host keeps to one, else popular ones come back."""
    if person.round_beats:
        return phase // person.round_beats % person.products
    run = runs(chance, len(phase), person.pin_beats, person.pin_spread)
    weights = 1 / np.arange(1, person.products + 1) ** 0.7
    return chance.choice(person.products, int(run[-1]) + 1, p=weights / weights.sum())[run]


def _sound(chance: Chance, person: Person, talks: Flags, phase: Ints) -> Floats:
    count = len(talks)
    mood = 1.5 * wander(chance, count, 0.985)
    own = _with_script(chance, person, wander(chance, count, 0.3), phase, person.script_audio)
    voice = person.voice_db + mood + person.voice_sd * own
    quiet = person.floor_db + 1.2 * wander(chance, count, 0.7)
    quiet = np.where(moments(chance, count, 0.02, 1.0), quiet + chance.uniform(3, 15, count), quiet)
    heard = np.where(talks, louder(voice, quiet), quiet)
    return heard if person.music_db is None else louder(heard, music(chance, person, phase))


def _movement(chance: Chance, person: Person, talks: Flags, phase: Ints) -> Floats:
    count = len(talks)
    noise = wander(chance, count, person.motion_keep)
    own = _with_script(chance, person, noise, phase, person.script_motion)
    mood = 0.25 * wander(chance, count, 0.985)
    with_voice = chance.uniform(0.0, 0.5) * (talks - 0.5)
    return np.minimum(person.motion * np.exp(person.motion_sd * own + mood + with_voice), 1.0)


def _with_script(chance: Chance, person: Person, noise: Floats, phase: Ints, share: float) -> Floats:
    """A host who says and does much the same for a product each time: that part comes back with each round."""
    if not person.round_beats or not share:
        return noise
    round_of_all = wander(chance, person.round_beats * person.products, 0.5)
    again: Floats = round_of_all[phase % len(round_of_all)]
    return sqrt(1 - share) * noise + sqrt(share) * again


def _open_and_close(chance: Chance, take: Take, shows: Shows) -> None:
    """A welcome and a goodbye without a product."""
    phase = shows.phase()
    left = np.repeat(shows.beats, shows.beats) - phase
    opening, closing = chance.integers(0, 12), chance.integers(0, 8)
    without = (phase < opening) | (left <= closing)
    take.product = np.where(without, NO_PRODUCT, take.product)
    take.sells &= ~without


def _close_the_shop(chance: Chance, take: Take) -> None:
    """Few hosts have spells in which viewers cannot order."""
    if chance.random() < 0.05:
        closed = moments(chance, len(take.sells), 0.002, 40)
        take.channel = np.where(closed, NO_CHANNEL, take.channel)
        take.sells &= ~closed


def _take_breaks(chance: Chance, person: Person, take: Take, phase: Ints) -> None:
    """Some minutes away, mostly said so."""
    count = len(phase)
    breaks = moments(chance, count, person.breaks_an_hour / 240, person.break_beats) & (phase > 40)
    audio, motion = room(chance, person, count)
    said = breaks & (runs(chance, count, 40, 0.5) % 100 < 100 * person.says_breaks)
    take.idle_at(breaks, audio, motion)
    away = AWAY if chance.random() < 0.7 else IDLE
    take.activity = np.where(said, away, take.activity)
