"""Idle, forged, in two places at once, promised too much: who is found, and who is left alone for missing signals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from leaderboard.integrity.live import live_findings
from leaderboard.integrity.live_idle import spans_of
from leaderboard.integrity.live_plans import LIMITS, longest_plan_ms
from leaderboard.integrity.live_words import span_in_words
from leaderboard.integrity.tables import create
from tests.integrity.live_hosts import DAY_MS, HOUR, NOON_MS, Signals, add_session, dice, person

HOUR_MS = 3_600_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def tables() -> Iterator[DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create(connection)
        yield connection


def found(connection: DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return [(one.detector, one.host, one.asks) for one in live_findings(connection)]


def still(rng: np.random.Generator, beats: int) -> Signals:
    return rng.uniform(0.001, 0.009, beats), rng.normal(-60, 0.5, beats)


def test_somebody_who_sells_is_left_alone(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, person(rng, 4 * HOUR))

    assert found(tables) == []


def test_no_heartbeats_are_no_findings(tables: DuckDBPyConnection) -> None:
    assert found(tables) == []


@pytest.mark.parametrize("signals", [{"motion": None}, {"motion": None, "audio_db": None, "replies": None}])
def test_signals_that_are_left_out_are_no_evidence(
    tables: DuckDBPyConnection, rng: np.random.Generator, signals: dict[str, Any]
) -> None:
    for day in range(4):
        session, start_ms = f"s{day}", NOON_MS + day * DAY_MS
        add_session(
            tables, still(rng, 2 * HOUR), session=session, start_ms=start_ms, **signals, ingest_bytes=None
        )

    assert found(tables) == []


def test_a_still_picture_is_idle(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, person(rng, 2 * HOUR))
    add_session(tables, still(rng, HOUR), session="s2", start_ms=NOON_MS + 4 * HOUR_MS)

    (idle,) = live_findings(tables)

    assert (idle.detector, idle.asks, idle.host) == ("idle", "warn", "h")
    assert idle.span == (NOON_MS + 4 * HOUR_MS, NOON_MS + 5 * HOUR_MS)
    assert "16:00 to 17:00 on 4 Oct" in idle.sentence


def test_music_over_a_still_picture_is_idle(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    motion, _ = still(rng, 2 * HOUR)
    _, music_db = person(rng, 2 * HOUR)
    add_session(tables, (motion, music_db))

    assert ("idle", "h", "warn") in found(tables)


def test_speech_over_a_still_picture_is_not_idle_where_replies_are_left_out(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    motion, _ = still(rng, HOUR)
    _, audio_db = person(rng, HOUR)
    add_session(tables, (motion, audio_db + 10), replies=None)

    assert "idle" not in [detector for detector, _, _ in found(tables)]


def test_who_signs_in_silence_is_not_idle(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    motion, _ = person(rng, 4 * HOUR)
    replies = [1 if number % 40 == 0 else 0 for number in range(4 * HOUR)]
    add_session(tables, (motion, rng.normal(-60, 0.5, 4 * HOUR)), replies=replies)

    assert found(tables) == []


def test_a_pause_that_is_said_is_not_idle(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, still(rng, 4 * HOUR), activity="away")

    assert found(tables) == []


def test_dice_are_forged(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, dice(rng, 4 * HOUR))

    (forged,) = live_findings(tables)

    assert (forged.detector, forged.asks, forged.links_partner) == ("forged", "warn", True)
    assert "no camera seems to have made" in forged.sentence


def test_nothing_at_the_ingest_is_forged(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, person(rng, 4 * HOUR), ingest_bytes=0)

    (forged,) = live_findings(tables)

    assert forged.detector == "forged"
    assert "100% of them had no video reach the ingest" in forged.sentence


def test_dice_of_which_nothing_came_to_the_ingest_are_held(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    add_session(tables, dice(rng, 4 * HOUR), ingest_bytes=0)

    (forged,) = live_findings(tables)

    assert (forged.asks, forged.families) == ("hold", ("motion", "ingest"))


def test_heartbeats_a_minute_apart_are_not_judged_by_their_jumps(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    add_session(tables, dice(rng, 4 * HOUR))
    tables.execute("DELETE FROM beats WHERE (at_ms // 15000) % 4 <> 0")

    assert found(tables) == []


def test_two_sessions_at_once_overlap(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, person(rng, 2 * HOUR))
    add_session(tables, person(rng, HOUR), session="s2", start_ms=NOON_MS + HOUR_MS)

    (overlap,) = live_findings(tables)

    assert (overlap.detector, overlap.asks) == ("overlap", "warn")
    assert "for 1.0 h of 2.0 h (50%)" in overlap.sentence
    assert "sessions s and s2" in overlap.sentence


def test_handing_over_takes_minutes_and_is_no_overlap(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    add_session(tables, person(rng, 2 * HOUR))
    add_session(tables, person(rng, 2 * HOUR), session="s2", start_ms=NOON_MS + 2 * HOUR_MS - 600_000)

    assert found(tables) == []


def test_two_hosts_with_one_stream_are_twins(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    motion, audio_db = person(rng, 2 * HOUR)
    add_session(tables, (motion, audio_db))
    copy = (motion * rng.uniform(0.9, 1.1, 2 * HOUR), audio_db + rng.normal(0, 1, 2 * HOUR))
    add_session(tables, copy, host="g", session="s2", start_ms=NOON_MS + 5_000)

    assert found(tables) == [("overlap", "g", "warn"), ("overlap", "h", "warn")]


def test_two_people_live_at_once_are_no_twins(tables: DuckDBPyConnection, rng: np.random.Generator) -> None:
    add_session(tables, person(rng, 4 * HOUR))
    add_session(tables, person(rng, 4 * HOUR), host="g", session="s2")

    assert found(tables) == []


def promise(connection: DuckDBPyConnection, hours_a_day: int, days: int = 14) -> None:
    connection.execute(
        "INSERT INTO slots SELECT 'a', 'h', $noon + i * $day, $noon + i * $day + $length FROM range($days) t(i)",
        {"noon": NOON_MS, "day": DAY_MS, "length": hours_a_day * HOUR_MS, "days": days},
    )


def test_a_plan_that_nobody_keeps_is_warned_of_with_what_was_kept(
    tables: DuckDBPyConnection, rng: np.random.Generator
) -> None:
    promise(tables, 11)
    add_session(tables, person(rng, 4 * HOUR))

    (schedule,) = live_findings(tables)

    assert (schedule.detector, schedule.asks) == ("schedule", "warn")
    assert "promised 154.0 h in 13 days" in schedule.sentence
    assert "was live in 4.0 h of them (3%)" in schedule.sentence


def test_slots_that_overlap_are_promised_once(tables: DuckDBPyConnection) -> None:
    for _ in range(3):
        promise(tables, 4)

    assert found(tables) == []


def test_a_short_campaign_may_be_planned_for_a_day() -> None:
    assert longest_plan_ms(DAY_MS, LIMITS) == DAY_MS
    assert longest_plan_ms(14 * DAY_MS, LIMITS) == 84 * HOUR_MS


def test_windows_next_to_each_other_are_one_span() -> None:
    assert spans_of([3, 4, 5, 9], 10) == [(30, 60), (90, 100)]


def test_a_span_over_midnight_names_both_days() -> None:
    assert span_in_words((NOON_MS, NOON_MS + HOUR_MS)) == "12:00 to 13:00 on 4 Oct"
    assert span_in_words((NOON_MS, NOON_MS + 13 * HOUR_MS)) == "12:00 on 4 Oct to 01:00 on 5 Oct"
