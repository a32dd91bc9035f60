"""What a simulated host is and what a live session gives: traits, beats, signals. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Slots = list[tuple[int, int]]
Window = tuple[int, int]

ACTIVITIES: Final = ("explaining", "displaying", "idle", "away")
EXPLAINING, DISPLAYING, IDLE, AWAY = range(4)
CHANNELS: Final = ("in_app", "authorized", "none")
IN_APP, AUTHORIZED, NO_CHANNEL = range(3)
NO_PRODUCT: Final = -1
BEAT_MS: Final = 15_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True)
class Person:
    """Traits of a host, the room, the phone and the line. Loudness is dB below full scale, `keep` is 0 to 1: how much
    of a signal stays from one beat to the next. `script_*`: how much of it comes back with each round of products.
    """

    voice_db: float = -24.0
    voice_sd: float = 3.0
    floor_db: float = -52.0
    talk_share: float = 0.75
    talk_beats: float = 6.0
    music_db: float | None = None
    playlist_beats: int = 160
    motion: float = 0.15
    motion_sd: float = 0.6
    motion_keep: float = 0.75
    pin_beats: float = 24.0
    pin_spread: float = 0.7
    products: int = 12
    round_beats: int | None = None
    script_audio: float = 0.0
    script_motion: float = 0.0
    replies: float = 0.5
    crowd: float = 40.0
    bitrate_kbps: float = 2_000.0
    bitrate_by_motion: float = 0.3
    breaks_an_hour: float = 0.5
    break_beats: float = 12.0
    says_breaks: float = 0.85
    channel: int = IN_APP
    hears: bool = True
    sees: bool = True
    counts_bytes: bool = True
    counts_replies: bool = True
    measures_covers: bool = True
    lost: float = 0.001
    outages_an_hour: float = 0.01
    late_share: float = 0.002
    repeated: float = 0.001
    hand_overs: float = 0.0
    hours: float = 14.0
    show_hours: float = 1.6
    at_hour: float = 19.0
    promises: float = 1.1


@dataclass(frozen=True)
class Shows:
    """Live sessions of a host, in order: when each begins, and how many beats it has."""

    starts_ms: Ints
    beats: Ints

    @property
    def count(self) -> int:
        return int(self.beats.sum())

    def session(self) -> Ints:
        """Of each beat, the number of its session."""
        return np.repeat(np.arange(len(self.beats)), self.beats)

    def phase(self) -> Ints:
        """Of each beat, its number in its session."""
        return np.arange(self.count) - np.repeat(np.cumsum(self.beats) - self.beats, self.beats)

    def ends_ms(self) -> Ints:
        """About when each session ends."""
        return self.starts_ms + self.beats * BEAT_MS


@dataclass
class Take:
    """What is to be seen and heard in each beat, what is claimed of it, and whether the host really sells.

    `viewers` and `ingest` are None where they are what comes of the rest.
    """

    activity: Ints
    channel: Ints
    product: Ints
    audio: Floats
    motion: Floats
    replies: Ints
    sells: Flags
    viewers: Ints | None = None
    ingest: Ints | None = None

    def only(self, where: slice) -> Take:
        """A part of it."""
        parts: list[Any] = [None if values is None else values[where] for values in self._fields()]
        return Take(*parts)

    def then(self, other: Take) -> Take:
        """One take behind the other; what is made up in only one of them cannot be joined."""
        pairs = zip(self._fields(), other._fields(), strict=True)
        parts: list[Any] = [
            None if one is None or two is None else np.concatenate((one, two)) for one, two in pairs
        ]
        return Take(*parts)

    def _fields(self) -> Sequence[Any]:
        return list(vars(self).values())

    def idle_at(self, where: Flags, audio: Floats, motion: Floats) -> None:
        """Nobody is there: what the room gives instead, and the claim stays as it is."""
        self.audio = np.where(where, audio, self.audio)
        self.motion = np.where(where, motion, self.motion)
        self.replies = np.where(where, 0, self.replies)
        self.sells = self.sells & ~where


@dataclass
class Part:
    """What one host of an account does in a campaign, before the line has its say."""

    person: Person
    shows: Shows
    take: Take
    slots: Slots


@dataclass
class Beats:
    """Heartbeats of one host as they arrive, in order of their time; -1 and NaN stand for what is not said."""

    session: Ints
    at_ms: Ints
    received_ms: Ints
    covers_ms: Ints
    activity: Ints
    channel: Ints
    product: Ints
    viewers: Ints
    audio: Floats
    motion: Floats
    replies: Ints
    ingest: Ints
    seq: Ints
    copies: Ints

    def only(self, where: Flags) -> Beats:
        """The heartbeats at these places."""
        return Beats(**{name: values[where] for name, values in vars(self).items()})


def time_of(starts_ms: Ints, ends_ms: Ints) -> int:
    """How long spans are together, each moment once."""
    if not len(starts_ms):
        return 0
    order = np.argsort(starts_ms, kind="stable")
    starts, ends = starts_ms[order], ends_ms[order]
    reached = np.concatenate(([starts[0]], np.maximum.accumulate(ends)[:-1]))
    return int(np.maximum(ends - np.maximum(starts, reached), 0).sum())
