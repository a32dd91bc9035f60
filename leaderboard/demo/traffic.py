"""What happens when: a seeded stream of events, its rate shaped like a day. No network in between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from leaderboard.demo.audience import Audience, RawEvent
from leaderboard.demo.catalogue import DWELL_S, MASK_BITS, PRODUCT_SUFFIXES
from leaderboard.demo.crowds import Crowd, Crowds
from leaderboard.demo.farm import ClickFarm
from leaderboard.demo.funnel import CART_SHARE, Funnel
from leaderboard.demo.stage import Stage
from leaderboard.demo.world import World, make_world
from leaderboard.domain.times import from_ms

TICK_MS = 100
BATCH = 1000  # what the door takes at most
ZONE = "America/Los_Angeles"
DAY_MS = 60_000  # one minute shows the shape of a day

# Visits by hour of the day, midnight first; the evening is the time of live shopping.
HOURS = (9, 6, 4, 3, 3, 4, 6, 9, 12, 14, 15, 16, 18, 17, 16, 16, 17, 19, 23, 27, 29, 27, 22, 15)
_MEAN = sum(HOURS) / len(HOURS)

OPEN_BITS = 11
OPEN_VISITS = 1 << OPEN_BITS  # that may go on to another product
STAYS_SHARE = 0.64  # of views belong to a visit that is already open
LIVE_SHARE = 0.45  # of new visits come through a live session
SOURCES = ("video",) * 8 + ("profile",) * 3 + ("link",) * 4 + ("store",) * 5


def audience_of(rate: float) -> int:
    """How many people there are who may come, at so many events a second."""
    return max(20_000, int(rate * 100))


class Traffic:
    """One world in motion. `tick` moves it on by 100 ms."""

    def __init__(
        self, world: World, start_ms: int, rate: float, visitors: int | None = None, *, day_ms: int = DAY_MS
    ) -> None:
        prefix = f"demo-{world.seed:x}-{start_ms:x}"
        self._rng = Random(f"traffic/{world.seed}")
        self._world, self._rate, self._day_ms = world, rate, day_ms
        self._start_ms = self.now_ms = start_ms
        self._opens_at = _hour_of_day(start_ms) / 24
        self._audience = Audience(world, visitors or audience_of(rate))
        self._stage = Stage(world, Random(f"stage/{world.seed}"), start_ms, max(1, int(rate)))
        self._funnel = Funnel(Random(f"funnel/{world.seed}"), prefix)
        self._farms = [
            ClickFarm(account, Random(f"farm/{world.seed}"), prefix, start_ms, rate)
            for account in world.of_role("farm")
        ]
        self._crowds, self._crowded = Crowds(world, start_ms), list[Crowd]()
        self._weights = list(accumulate(account.popularity for account in world.accounts))
        self._places = range(len(world.accounts))
        self._visits: list[tuple[int, RawEvent] | None] = [None] * OPEN_VISITS
        self._view_prefix, self._views, self._newest, self._carry = f"{prefix}-v", 0, 0, 0.0

    def tick(self) -> list[RawEvent]:
        """Everything of the next 100 ms."""
        until_ms = self.now_ms + TICK_MS
        if (self.now_ms - self._start_ms) % 1000 == 0:
            self._gather()
        events = self._stage.advance(until_ms) + self._funnel.due(until_ms)
        for farm in self._farms:
            events += farm.due(until_ms)
        self._look(events, max(0, self._budget() - len(events)))
        self.now_ms = until_ms
        return events

    def _gather(self) -> None:
        """Once a second: where the viewers are."""
        crowds = self._crowds.at(self.now_ms)
        factors = {crowd.place: crowd.factor for crowd in crowds}
        self._stage.refresh(self.now_ms, factors)
        if crowds != self._crowded:
            self._crowded = crowds
            self._audience.gather(crowds)
            pulls = (one.popularity * factors.get(place, 1) for place, one in enumerate(self._world.accounts))
            self._weights = list(accumulate(pulls))

    def ticks(self, duration_s: float | None = None) -> Iterator[tuple[int, list[RawEvent]]]:
        """(when it is over, its events), tick by tick, for a while or for ever."""
        while duration_s is None or self.now_ms < self._start_ms + duration_s * 1000:
            events = self.tick()
            yield self.now_ms, events

    def _budget(self) -> int:
        wanted = self._rate * TICK_MS / 1000 * self._shape() + self._carry
        self._carry = wanted % 1
        return int(wanted)

    def _shape(self) -> float:
        hour = (self._opens_at + (self.now_ms - self._start_ms) / self._day_ms) % 1 * 24
        before, part = int(hour), hour % 1
        return (HOURS[before] * (1 - part) + HOURS[(before + 1) % 24] * part) / _MEAN

    def _look(self, events: list[RawEvent], wanted: int) -> None:
        """Adds `wanted` views. The hot loop: what can be looked up is not computed."""
        random, bits, views = self._rng.random, self._rng.getrandbits, self._views
        accounts = self._world.accounts
        for number in range(wanted):
            open_visit = self._visits[bits(OPEN_BITS)] if random() < STAYS_SHARE else None
            place, visit = open_visit or self._arrive()
            account = accounts[place]
            at_ms = self.now_ms + number * TICK_MS // wanted
            views += 1
            view = {
                **visit,
                "id": f"{self._view_prefix}{views:x}",
                "at": at_ms,
                "product_id": account.id + PRODUCT_SUFFIXES[account.catalogue][bits(MASK_BITS)],
                "dwell_s": DWELL_S[bits(MASK_BITS)],
            }
            events.append(view)
            if random() < CART_SHARE:
                self._funnel.follow(view, account, at_ms)
        self._views = views

    def _arrive(self) -> tuple[int, RawEvent]:
        """A new visit takes the place of the oldest open one."""
        rng = self._rng
        if rng.random() < LIVE_SHARE:
            session = rng.choices(self._stage.live, cum_weights=self._stage.weights)[0]
            place, source, session_id = session.place, "live", session.id
        else:
            place = rng.choices(self._places, cum_weights=self._weights)[0]
            source, session_id = SOURCES[int(rng.random() * len(SOURCES))], None
        visit = place, self._audience.visit(rng, place, source, session_id)
        self._newest = (self._newest + 1) % OPEN_VISITS
        self._visits[self._newest] = visit
        return visit


def _hour_of_day(at_ms: int) -> float:
    local = from_ms(at_ms).astimezone(ZoneInfo(ZONE))
    return local.hour + local.minute / 60


def generate(
    seed: int,
    start_ms: int,
    *,
    count: int | None = None,
    duration_s: float | None = None,
    rate: float = 2000,
    accounts: int = 40,
    visitors: int | None = None,
    day_ms: int = DAY_MS,
) -> Iterator[list[RawEvent]]:
    """Batches of at most 1,000 events for `POST /v1/events`: `count` in all, or for `duration_s`, or endless.

    `rate` is events a second of the made-up clock, on the average of a day; the batches come as fast as
    they are taken. At high rates a batch is full; at low rates it holds what happens in 100 ms.
    """
    traffic = Traffic(make_world(seed, accounts), start_ms, rate, visitors, day_ms=day_ms)
    left = count
    for _, events in traffic.ticks(duration_s):
        for begin in range(0, len(events), BATCH):
            batch = events[begin : begin + BATCH][:left]
            yield batch
            if left is not None and (left := left - len(batch)) <= 0:
                return
