"""From what happens to the heartbeats that arrive: what the platform counts, what the line loses and delays."""

from __future__ import annotations

import numpy as np

from leaderboard.simulator.hosts import BEAT_MS, HOUR_MS, Beats, Flags, Floats, Ints, Person, Shows, Take
from leaderboard.simulator.hosts_noise import Chance, moments, wander


def sent(chance: Chance, person: Person, shows: Shows, take: Take, times: tuple[Ints, Ints]) -> Beats:
    """A heartbeat for each beat, with what the phone and the platform measure."""
    begins, ends = times
    nothing = np.full(shows.count, np.nan)
    seen = viewers(chance, person, shows.phase()) if take.viewers is None else take.viewers
    got = ingest(chance, person, take.motion) if take.ingest is None else take.ingest
    return Beats(
        session=shows.session(),
        at_ms=ends,
        received_ms=_received(chance, person, ends),
        covers_ms=ends - begins if person.measures_covers else np.full(shows.count, BEAT_MS),
        activity=take.activity,
        channel=take.channel,
        product=take.product,
        viewers=seen,
        audio=take.audio.round(1) if person.hears else nothing,
        motion=take.motion.clip(0, 1).round(3) if person.sees else nothing,
        replies=take.replies if person.counts_replies else np.full(shows.count, -1),
        ingest=got if person.counts_bytes else np.full(shows.count, -1),
        seq=shows.phase() + 1,
        copies=1 + (chance.random(shows.count) < person.repeated),
    )


def viewers(chance: Chance, person: Person, phase: Ints) -> Ints:
    """A crowd that comes in the first minutes, and goes up and down after."""
    level = (
        np.log(person.crowd)
        + 0.45 * wander(chance, len(phase), 0.98)
        + 0.1 * chance.standard_normal(len(phase))
    )
    coming = 1 - np.exp(-(phase + 1) / chance.uniform(5, 40))
    seen: Ints = chance.poisson(np.exp(level) * coming).astype(np.int64)
    return seen


def ingest(chance: Chance, person: Person, motion: Floats) -> Ints:
    """Bytes of the picture and the sound: movement takes more, as far as the encoder lets it."""
    usual = person.bitrate_kbps * 125 * BEAT_MS / 1000
    lively = (motion / 0.15) ** 0.5 - 1
    by_motion = np.maximum(1 + person.bitrate_by_motion * lively, 0.12)
    noise = np.exp(chance.uniform(0.01, 0.08) * chance.standard_normal(len(motion)))
    got: Ints = (usual * by_motion * noise).astype(np.int64)
    return got


def _received(chance: Chance, person: Person, ends: Ints) -> Ints:
    count = len(ends)
    lag_ms = 40 + chance.exponential(250, count)
    held = moments(chance, count, person.late_share / 4, 4)
    # A phone without a line keeps what it has, and sends it together when the line is back.
    lag_ms = np.where(held, lag_ms + chance.exponential(90_000, count), lag_ms)
    return ends + lag_ms.astype(np.int64)


def streaming(chance: Chance, person: Person, shows: Shows) -> Flags:
    """Where the stream itself was up: an outage takes it down for some minutes, and nobody sees anything."""
    return ~moments(chance, shows.count, person.outages_an_hour * BEAT_MS / HOUR_MS, 14)


def kept(chance: Chance, person: Person, count: int) -> Flags:
    """Which heartbeats get through while the stream is up: some are lost one by one, some in a row."""
    single = chance.random(count) < person.lost / 2
    return ~(single | moments(chance, count, person.lost / 10, 5))
