"""Ranks over time: when an order is noted, what is kept of it and for how long, and who was where. Stores nothing.

A *snapshot* is an order of the standings at a moment. The newest are kept whole, so that every account has a rank an
hour ago; of the older ones the first hundred places, the farther back the fewer. What was never noted, since the events
are older than the service or were replayed, is worked out hour by hour from visitors by the time of their events.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.lifecycle import Life, end_ms, state_now

SLOT_MS: Final = 300_000
DAY_MS: Final = 24 * HOUR_MS
PLACES_KEPT: Final = 100
# As long as somebody may ask what was an hour ago, were one or two snapshots missed.
WHOLE_MS: Final = HOUR_MS + 3 * SLOT_MS
# Up to which age one snapshot is kept in each step of time. Every step is a multiple of the one before, so that what is
# first in a long step was first in its short one.
STEPS: Final = (
    (WHOLE_MS, SLOT_MS),
    (DAY_MS, 2 * SLOT_MS),
    (14 * DAY_MS, HOUR_MS),
)
OLDEST_STEP_MS: Final = DAY_MS

# (account, score), the first place first.
Order = Sequence[tuple[str, int]]


class Placed(NamedTuple):
    """Where an account was, and with what score."""

    rank: int
    score: int


class Moment(NamedTuple):
    """The first places at a time. `by_hour`: worked out by the hours of events, not noted at that time."""

    at_ms: int
    order: Order
    by_hour: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """The places of all accounts at a time: `ranks` belong to `accounts`, which ascend; `scores` are by rank."""

    at_ms: int
    accounts: Sequence[str]
    ranks: Sequence[int]
    scores: Sequence[int]

    def place_of(self, account: str) -> Placed | None:
        """None for an account that had no place."""
        at = bisect_left(self.accounts, account)
        if at == len(self.accounts) or self.accounts[at] != account:
            return None
        return Placed(self.ranks[at], self.scores[self.ranks[at] - 1])


def is_moving(definition: Definition, life: Life, now_ms: int) -> bool:
    """Whether there is something to note: from the start of a campaign until it is frozen."""
    return state_now(definition, life, now_ms) in ("live", "closing")


def window_ends_ms(definition: Definition, life: Life, now_ms: int) -> int:
    """Up to when a history tells: its end, once that is past."""
    ended_ms = end_ms(definition, life)
    return now_ms if ended_ms is None else min(ended_ms, now_ms)


def whole_of(at_ms: int, order: Order) -> Whole:
    """The places of an order."""
    placed = sorted((account, rank) for rank, (account, _) in enumerate(order, 1))
    accounts, ranks = [account for account, _ in placed], [rank for _, rank in placed]
    return Whole(at_ms, accounts, ranks, [score for _, score in order])


def slot_of(now_ms: int) -> int:
    """The begin of the slot of a time. One snapshot is taken in each, by whoever comes first."""
    return now_ms - now_ms % SLOT_MS


def slots_an_hour_ago(now_ms: int) -> list[int]:
    """In which slots to look for the snapshot of an hour ago, the nearest first."""
    nearest = slot_of(now_ms - HOUR_MS)
    return [nearest - missed * SLOT_MS for missed in range(3)]


def step_at(age_ms: int) -> int:
    """In what step of time one snapshot of this age is kept."""
    return next((step_ms for up_to_ms, step_ms in STEPS if age_ms < up_to_ms), OLDEST_STEP_MS)


def thinned(times_ms: Iterable[int], now_ms: int) -> list[int]:
    """Those to keep: the first of each step. What is left out has one before it, less than a step away."""
    kept: dict[tuple[int, int], int] = {}
    for at_ms in sorted(times_ms):
        step_ms = step_at(now_ms - at_ms)
        kept.setdefault((step_ms, at_ms // step_ms), at_ms)
    return sorted(kept.values())


def missing_hours(starts_ms: int, until_ms: int, taken_ms: Iterable[int]) -> list[int]:
    """The full hours of a window up to a time, thinned like snapshots, in whose step nothing was noted."""

    def step_of(hour_ms: int) -> tuple[int, int]:
        step_ms = max(HOUR_MS, step_at(until_ms - hour_ms))
        return step_ms, hour_ms // step_ms

    noted = {step_of(_full_hour(at_ms)) for at_ms in taken_ms}
    hours = range(starts_ms // HOUR_MS + 1, until_ms // HOUR_MS + 1)
    kept = thinned((hour * HOUR_MS for hour in hours), until_ms)
    return [hour_ms for hour_ms in kept if step_of(hour_ms) not in noted]


def _full_hour(at_ms: int) -> int:
    """The full hour at which, or before which, a slot was."""
    return -(-slot_of(at_ms) // HOUR_MS) * HOUR_MS


def from_hours(visitors: Mapping[str, Mapping[int, int]], at_ms: Sequence[int]) -> list[Moment]:
    """The order at full hours, by account → hour since 1970 → visitors first counted in it.

    An approximation: by the time that events claim, with ties by account id, and before anything was taken out of a
    score. Hours before the first visitor are left out.
    """
    gained: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for account, by_hour in visitors.items():
        for hour, count in by_hour.items():
            gained[hour].append((account, count))
    waiting, scores, moments = deque(sorted(gained)), dict.fromkeys(visitors, 0), list[Moment]()
    for full_ms in sorted(at_ms):
        while waiting and waiting[0] < full_ms // HOUR_MS:
            for account, count in gained[waiting.popleft()]:
                scores[account] += count
        if len(waiting) < len(gained):
            order = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
            moments.append(Moment(full_ms, order[:PLACES_KEPT], by_hour=True))
    return moments


def told(taken: Iterable[Moment], by_hours: Iterable[Moment], until_ms: int) -> list[Moment]:
    """One history before `until_ms`: what was noted, and by hours where nothing was."""
    noted = [moment for moment in taken if moment.at_ms < until_ms]
    hours = {_full_hour(moment.at_ms) for moment in noted}
    filled = [one for one in by_hours if one.at_ms < until_ms and one.at_ms not in hours]
    return sorted((*noted, *filled), key=lambda moment: moment.at_ms)


def places_in(order: Order, accounts: Iterable[str]) -> dict[str, Placed]:
    """Where those of the accounts are that are in an order."""
    wanted = set(accounts)
    return {
        account: Placed(rank, score) for rank, (account, score) in enumerate(order, 1) if account in wanted
    }
