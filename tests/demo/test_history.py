"""The days before: exactly the time that the world says, in the past, in no order."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime

import msgspec
import pytest

from leaderboard.demo.campaign import apollo_now, enrolled
from leaderboard.demo.history import history
from leaderboard.demo.traffic import BATCH
from leaderboard.demo.world import GATE_S, make_world
from leaderboard.domain.events import Heartbeat
from leaderboard.domain.times import to_ms

NOW_MS = to_ms(datetime.fromisoformat("2026-11-05T00:10:00-08:00"))


@pytest.fixture(scope="module")
def beats() -> list[Heartbeat]:
    batches = list(history(make_world(1), apollo_now(NOW_MS)))
    assert max(map(len, batches)) <= BATCH
    return [msgspec.convert(beat, Heartbeat) for batch in batches for beat in batch]


def _ends_ms(beat: Heartbeat) -> int:
    assert isinstance(beat.at, datetime)
    return to_ms(beat.at)


def test_each_account_has_the_time_that_it_kept_and_no_moment_twice(beats: list[Heartbeat]) -> None:
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for beat in beats:
        spans[beat.account_id].append((_ends_ms(beat) - round(beat.covers * 1000), _ends_ms(beat)))

    for account in enrolled(make_world(1)):
        ordered = sorted(spans[account.id])
        assert sum(end - start for start, end in ordered) == account.kept_s * 1000
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(ordered))


def test_one_account_is_ten_seconds_short_of_fourteen_hours(beats: list[Heartbeat]) -> None:
    [nearly] = make_world(1).of_role("nearly")

    assert sum(beat.covers for beat in beats if beat.account_id == nearly.id) == GATE_S - 10


def test_all_of_it_is_over_also_in_the_first_minutes_of_a_day(beats: list[Heartbeat]) -> None:
    assert max(map(_ends_ms, beats)) < NOW_MS


def test_nobody_who_is_not_enrolled_has_a_history(beats: list[Heartbeat]) -> None:
    assert not {beat.account_id for beat in beats} & {
        account.id for account in make_world(1).of_role("not_enrolled")
    }


def test_it_comes_in_no_order_and_the_same_each_time(beats: list[Heartbeat]) -> None:
    again = [beat for batch in history(make_world(1), apollo_now(NOW_MS)) for beat in batch]

    assert [beat["id"] for beat in again] == [beat.id for beat in beats]
    assert list(map(_ends_ms, beats)) != sorted(map(_ends_ms, beats))
