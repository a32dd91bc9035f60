"""Loops: recordings are found, also faster, with noise, and part of the time; people who repeat themselves not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from leaderboard.integrity.live_loop import LIMITS, loop_findings
from leaderboard.integrity.live_repeats import Recorded, matches
from leaderboard.integrity.tables import create
from tests.integrity.live_hosts import DAY_MS, HOUR, NOON_MS, STEP_MS, Signals, add_session, person


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def tables() -> Iterator[DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create(connection)
        yield connection


def day(
    connection: DuckDBPyConnection, number: int, signals: Signals, late_ms: int = 0, **others: Any
) -> None:
    start_ms = NOON_MS + number * DAY_MS + late_ms
    add_session(connection, signals, session=f"s{number}", start_ms=start_ms, **others)


def played(recording: Signals, rng: np.random.Generator, speed: float = 1.0) -> Signals:
    """A recording at another speed, with the noise of being filmed from a screen."""
    beats = len(recording[0])
    at = np.arange(int((beats - 1) / speed)) * speed
    motion, audio_db = (np.interp(at, np.arange(beats), signal) for signal in recording)
    return motion * np.exp(rng.normal(0, 0.1, len(at))), audio_db + rng.normal(0, 1.5, len(at))


def test_people_are_not_loops(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    for number in range(6):
        day(tables, number, person(rng, 3 * HOUR))

    assert loop_findings(tables) == []


def test_a_recording_that_is_played_each_day_is_held(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    recording = person(rng, 2 * HOUR)
    for number in range(4):
        day(tables, number, recording, late_ms=number * 120_000)

    (loop,) = loop_findings(tables)

    assert (loop.detector, loop.asks, loop.host, loop.links_partner) == ("loop", "hold", "h", True)
    assert "host h's motion and sound repeat each other (1.00 of 1)" in loop.sentence
    assert "(100%) come again at another time" in loop.sentence
    assert loop.span is not None
    assert loop.span[1] - loop.span[0] == 80 * STEP_MS


@pytest.mark.parametrize("speed", [0.95, 0.98, 1.0, 1.04])
def test_another_speed_and_noise_do_not_hide_it(
    tables: DuckDBPyConnection, rng: np.random.Generator, speed: float
) -> None:
    recording = person(rng, 2 * HOUR)
    for number in range(4):
        day(tables, number, played(recording, rng, speed if number % 2 else 1.0))

    assert [loop.host for loop in loop_findings(tables)] == ["h"]


def test_a_loop_within_one_session_is_found(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    motion, audio_db = person(rng, HOUR)
    day(tables, 0, (np.tile(motion, 4), np.tile(audio_db, 4)))

    assert [loop.host for loop in loop_findings(tables)] == ["h"]


def test_some_looped_days_among_honest_ones_are_enough(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    recording = person(rng, 2 * HOUR)
    for number in range(8):
        day(tables, number, recording if number in (2, 6) else person(rng, 2 * HOUR))

    assert [loop.host for loop in loop_findings(tables)] == ["h"]


def test_one_short_stretch_twice_is_not_enough(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    motion, audio_db = person(rng, 80)
    for number in range(6):
        more, louder = person(rng, 3 * HOUR)
        if number < 2:
            more[200:280], louder[200:280] = motion, audio_db
        day(tables, number, (more, louder))

    assert loop_findings(tables) == []


def test_music_that_comes_again_is_no_loop(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    _, music_db = person(rng, 2 * HOUR)
    for number in range(4):
        motion, _ = person(rng, 2 * HOUR)
        day(tables, number, (motion, music_db))

    assert loop_findings(tables) == []


def test_products_that_are_always_shown_alike_are_no_loop(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    place = np.arange(2 * HOUR) % 40
    for number in range(4):
        motion, audio_db = person(rng, 2 * HOUR)
        day(tables, number, (motion * np.exp(0.4 * np.sin(place * np.pi / 20)), audio_db + 4 * (place < 12)))

    assert loop_findings(tables) == []


@pytest.mark.parametrize("missing", ["motion", "audio_db"])
def test_a_signal_that_is_left_out_is_no_evidence(
    tables: DuckDBPyConnection, rng: np.random.Generator, missing: str
) -> None:
    for number in range(4):
        left_out: dict[str, Any] = {missing: None}
        day(tables, number, person(rng, 2 * HOUR), **left_out)

    assert loop_findings(tables) == []


def test_without_sound_motion_tells_a_recording(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    recording = person(rng, 2 * HOUR)
    for number in range(4):
        day(tables, number, recording, audio_db=None)

    (loop,) = loop_findings(tables)

    assert "motion (it tells no sound) repeats each other (1.00 of 1)" in loop.sentence


def test_one_stream_that_is_sent_twice_at_once_is_no_repetition(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    for number in range(4):
        signals = person(rng, 2 * HOUR)
        for phone in ("one", "two"):
            add_session(tables, signals, session=f"{phone}{number}", start_ms=NOON_MS + number * DAY_MS)

    assert loop_findings(tables) == []


def test_still_pictures_are_left_to_others(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    for number in range(4):
        day(tables, number, (np.full(2 * HOUR, 0.004), np.full(2 * HOUR, -60.0)))

    assert loop_findings(tables) == []


def test_where_a_stretch_comes_again_is_told_in_time(rng: np.random.Generator) -> None:
    motion, audio_db = person(rng, 2 * HOUR)
    at_ms = NOON_MS + STEP_MS * np.arange(2 * HOUR)
    again = Recorded(at_ms + DAY_MS, motion, audio_db)

    found = matches([Recorded(at_ms, motion, audio_db), again])

    assert {abs(one.again_ms - one.start_ms) for one in found} == {DAY_MS}
    assert min(one.score for one in found) > 0.99


def test_heartbeats_twice_as_far_apart_are_searched_too(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    recording = person(rng, 4 * HOUR)
    for number in range(6):
        day(tables, number, recording)
    tables.execute("DELETE FROM beats WHERE (at_ms // 15000) % 2 = 0")

    assert [loop.host for loop in loop_findings(tables)] == ["h"]


def test_a_host_with_little_time_is_not_judged(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    recording = person(rng, HOUR // 2)
    for number in range(3):
        day(tables, number, recording)

    assert loop_findings(tables) == []
    assert LIMITS.least_stretches * 20 > 3 * 30
