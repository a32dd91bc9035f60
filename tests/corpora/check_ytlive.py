"""Holds effective live time to real live sessions, as shuffled heartbeats with repetitions; no part of the test suite.

`python -m tests.corpora.check_ytlive DIR [DAYS]`. DIR has `durations.csv.gz`: id, start, end of each session. The
window is the first DAYS days (7) of the observation; 0 takes everything, sessions of months included.
"""

from __future__ import annotations

import csv
import gzip
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from leaderboard.domain.kept_events import KeptHeartbeat
from leaderboard.domain.live_beats import Beat, LiveRules, beat_of
from leaderboard.domain.live_time import AccountTime

ACCOUNTS = 50
COVERS_S = 20
OBSERVED_FROM = datetime(2024, 5, 1, tzinfo=UTC)

Row = tuple[str, int, int]


def read(file: Path) -> list[Row]:
    """(session id, start, end) of each row, in whole seconds."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return [
            (row["videoId"], _seconds(row["actualStartTime"]), _seconds(row["actualEndTime"]))
            for row in csv.DictReader(lines)
        ]


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def by_account(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """The rows by an account that is made of the session's id."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[crc32(row[0].encode()) % ACCOUNTS].append(row)
    return found


def union_s(rows: Iterable[Row], window: tuple[int, int]) -> int:
    """Seconds of the window in which at least one session was live: sorted and swept, from the rows alone."""
    total, reached = 0, window[0]
    for start, end in sorted((start, end) for _, start, end in rows):
        until = min(end, window[1])
        total += max(until - max(start, reached), 0)
        reached = max(reached, until)
    return total


def heartbeats(
    rows: Sequence[Row], window: tuple[int, int], chance: random.Random
) -> Iterator[tuple[str, Beat]]:
    """(session id, heartbeat) of all that reach into the window, shuffled, one in a hundred twice."""
    order = [
        (number, at)
        for number, (_, start, end) in enumerate(rows)
        for at in range(_first(start, window[0]), min(end, window[1]), COVERS_S)
    ]
    order += chance.sample(order, len(order) // 100)
    chance.shuffle(order)
    for number, at in order:
        session, _, end = rows[number]
        yield session, _beat(session, at, min(COVERS_S, end - at))


def _first(start: int, opens: int) -> int:
    """Where the first span begins that reaches beyond the window's opening."""
    return start + max(opens - start, 0) // COVERS_S * COVERS_S


def _beat(session: str, start: int, covers: int) -> Beat:
    at_ms = (start + covers) * 1000
    return beat_of(
        KeptHeartbeat("", at_ms, "", "host", session, covers * 1000, "explaining", "in_app", "product")
    )


def effective_s(rows: Sequence[Row], window: tuple[int, int], chance: random.Random) -> tuple[float, int]:
    """(what adding the heartbeats in batches amounts to, seconds; how many they were)."""
    account = AccountTime(LiveRules(), (window[0] * 1000, window[1] * 1000), {})
    beats = [("host", session, beat) for session, beat in heartbeats(rows, window, chance)]
    # Most of them at once, the others in small batches that lie scattered over all that is there already.
    size = len(beats) // 100 + 1
    cuts = [0, *range(95 * size, len(beats), size), len(beats)]
    effective_ms = sum(account.add_all(beats[start:end])[0] for start, end in pairwise(cuts))
    loaded = AccountTime(account.rules, account.window, {})
    loaded.load("host", account.pack("host"))
    if loaded.total() != (effective_ms, 0):
        raise AssertionError(f"packed and loaded it is {loaded.total()[0]} ms, added up {effective_ms} ms")
    return effective_ms / 1000, len(beats)


def main(arguments: list[str]) -> int:
    """0 when every account comes out to the second, 1 when not, 2 on wrong usage."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python -m tests.corpora.check_ytlive DIR [DAYS]\n")
        return 2
    began, rows = time.monotonic(), read(Path(arguments[0]) / "durations.csv.gz")
    window = _window(rows, int(arguments[1]) if len(arguments) == 2 else 7)
    right, count = 0, 0
    for account, of_account in sorted(by_account(rows).items()):
        want = union_s(of_account, window)
        have, beats = effective_s(of_account, window, random.Random(account))
        right, count = right + (want == have), count + beats
        if want != have:
            sys.stdout.write(f"account {account}: {want} s expected, {have} s found\n")
    took_s = time.monotonic() - began
    sys.stdout.write(
        f"{right} of {ACCOUNTS} accounts, {count:,} heartbeats of {len(rows):,} sessions, {took_s:.0f} s\n"
    )
    return 0 if right == ACCOUNTS else 1


def _window(rows: Sequence[Row], days: int) -> tuple[int, int]:
    if not days:
        return min(start for _, start, _ in rows), max(end for _, _, end in rows)
    ends = OBSERVED_FROM + timedelta(days=days)
    return int(OBSERVED_FROM.timestamp()), int(ends.timestamp())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
