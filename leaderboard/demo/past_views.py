"""Who looked in the days before the demo began: honest visitors, more of them in the evenings and on better days.

Their audience is the one that goes on to come, so an account's score grows slower the more of its people it has seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from leaderboard.demo.audience import Audience, RawEvent
from leaderboard.demo.campaign import DemoCampaign
from leaderboard.demo.catalogue import DWELL_S, MASK_BITS, PRODUCT_SUFFIXES
from leaderboard.demo.traffic import BATCH, HOURS, SOURCES
from leaderboard.demo.world import PAST_DAYS, Account, World

VIEWS: Final = 150_000  # of all accounts and days; what an account gets of them follows from its popularity
HOUR_MS: Final = 3_600_000
# How good a day is: by so much an account's days differ from each other.
WORST_DAY, BEST_DAY = 0.4, 1.8


def past_views(
    world: World, campaign: DemoCampaign, visitors: int, views: int = VIEWS
) -> Iterator[list[RawEvent]]:
    """Batches as for the door, hour by hour."""
    past = _PastViews(world, campaign, visitors, views)
    waiting: list[RawEvent] = []
    for day in range(PAST_DAYS):
        for hour in range(len(HOURS)):
            waiting += past.of_hour(day, hour)
            while len(waiting) >= BATCH:
                yield waiting[:BATCH]
                waiting = waiting[BATCH:]
    if waiting:
        yield waiting


class _PastViews:
    def __init__(self, world: World, campaign: DemoCampaign, visitors: int, views: int) -> None:
        self._rng = Random(f"past-views/{world.seed}")
        self._world, self._campaign, self._views = world, campaign, views
        self._audience = Audience(world, visitors)
        self._prefix, self._number = f"demo-{world.seed:x}-past-v", 0
        self._days = [
            [self._rng.uniform(WORST_DAY, BEST_DAY) for _ in range(PAST_DAYS)] for _ in world.accounts
        ]

    def of_hour(self, day: int, hour: int) -> Iterator[RawEvent]:
        start_ms = self._campaign.local_ms(day, hour)
        share_of_day = HOURS[hour] / sum(HOURS)
        for place, account in enumerate(self._world.accounts):
            if account.enrolled:
                expected = (
                    self._views / PAST_DAYS * share_of_day * account.popularity * self._days[place][day]
                )
                for _ in range(int(expected + self._rng.random())):
                    yield self._view(place, account, start_ms + self._rng.randrange(HOUR_MS))

    def _view(self, place: int, account: Account, at_ms: int) -> RawEvent:
        rng = self._rng
        self._number += 1
        return {
            **self._audience.visit(rng, place, SOURCES[int(rng.random() * len(SOURCES))], None),
            "id": f"{self._prefix}{self._number:x}",
            "at": at_ms,
            "product_id": account.id + PRODUCT_SUFFIXES[account.catalogue][rng.getrandbits(MASK_BITS)],
            "dwell_s": DWELL_S[rng.getrandbits(MASK_BITS)],
        }
