"""Hand-made heartbeats: people who move and speak as people do, and the same put together into what cheats send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

Signals = tuple[NDArray[np.float64], NDArray[np.float64]]

STEP_MS = 15_000
HOUR = 240
DAY_MS = 86_400_000
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2


def wander(rng: np.random.Generator, beats: int, keeps: float) -> NDArray[np.float64]:
    """A signal that keeps so much of itself from beat to beat, with a deviation of 1."""
    values: NDArray[np.float64] = rng.standard_normal(beats) * np.sqrt(1 - keeps**2)
    for at in range(1, beats):
        values[at] += keeps * values[at - 1]
    return values


def person(rng: np.random.Generator, beats: int) -> Signals:
    """(motion, audio_db) of somebody who sells."""
    speaks = wander(rng, beats, 0.9) > -0.8
    audio_db = np.where(speaks, -22, -42) + 5 * wander(rng, beats, 0.5)
    return np.exp(-1.5 + 0.5 * wander(rng, beats, 0.8)), audio_db


def dice(rng: np.random.Generator, beats: int) -> Signals:
    """Figures that somebody's script draws."""
    return rng.uniform(0.1, 0.6, beats), rng.uniform(-40, -10, beats)


def add_session(
    connection: DuckDBPyConnection,
    signals: Signals,
    *,
    account: str = "a",
    host: str = "h",
    session: str = "s",
    start_ms: int = NOON_MS,
    **others: Any,
) -> None:
    """Heartbeats every 15 s. `others` are values of columns, the same for all or one for each; None leaves out."""
    beats = len(signals[0])
    row: Mapping[str, Any] = {
        "account": account,
        "host": host,
        "session": session,
        "covers_ms": STEP_MS,
        "activity": "explaining",
        "order_channel": "in_app",
        "product": "p",
        "replies": 0,
        "ingest_bytes": 500_000,
        "recorded": False,
        "motion": signals[0].tolist(),
        "audio_db": signals[1].tolist(),
    } | others
    columns = {name: value if isinstance(value, list) else [value] * beats for name, value in row.items()}
    columns["at_ms"] = [start_ms + STEP_MS * (number + 1) for number in range(beats)]
    insert(connection, columns)


def insert(connection: DuckDBPyConnection, columns: Mapping[str, Sequence[Any]]) -> None:
    names = ", ".join(columns)
    unnested = ", ".join(f"unnest(${name})" for name in columns)
    connection.execute(f"INSERT INTO beats ({names}) SELECT {unnested}", dict(columns))
