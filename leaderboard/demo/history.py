"""The days before the demo began: heartbeats of the promised hours that were kept, orders and refunds. No views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.campaign import DemoCampaign, promised
from leaderboard.demo.catalogue import MASK_BITS, PRODUCT_SUFFIXES
from leaderboard.demo.hosts import LONGEST_BEAT_MS, LiveSession
from leaderboard.demo.links import Links
from leaderboard.demo.sales import Sales
from leaderboard.demo.traffic import BATCH
from leaderboard.demo.world import PAST_DAYS, Account, World

LEFT_ON_MINUTES = 20, 60
HAND_OVER_S = 60
SHORTEST_HANDED_OVER_S = 600
# Orders of the days before: so many, and more by popularity. Fashion has enough of them to be judged by its refunds.
ORDERS, MOST_ORDERS, FASHION_ORDERS = 20, 1_500, 160
LIVE_SHARE = 0.7  # of them are made in a live session
LATENCY_MS = 300_000, 6 * 86_400_000  # of refunds: from five minutes to six days


def history(world: World, campaign: DemoCampaign) -> Iterator[list[RawEvent]]:
    """Batches as for the door, in no order: late news need not come in order."""
    past = Past(world, campaign)
    events = [
        event
        for place, account in enumerate(world.accounts)
        if account.enrolled
        for event in past.events(place, account)
    ]
    Random(f"shuffle/{world.seed}").shuffle(events)
    for begin in range(0, len(events), BATCH):
        yield events[begin : begin + BATCH]


class Past:
    """The days that are over, which end at the midnight before the first moment that is watched."""

    def __init__(self, world: World, campaign: DemoCampaign) -> None:
        self._rng = Random(f"history/{world.seed}")
        self._campaign = campaign
        self._ends_ms = campaign.local_ms(PAST_DAYS, 0)
        self._sales = Sales(Random(f"sales/{world.seed}"), f"demo-{world.seed:x}-past", LATENCY_MS)

    def events(self, place: int, account: Account) -> list[RawEvent]:
        """All that one account did."""
        sessions = list(self.sessions(place, account))
        return [*self._beats(sessions), *self._sold(account, sessions)]

    def sessions(self, place: int, account: Account) -> Iterator[LiveSession]:
        """In the promised slots, one after the other, until the account's time on air is used up."""
        left_s, hosts = account.kept_s, {host.id: host for host in account.hosts}
        for host_id, start_ms, end_ms in promised(account, self._campaign)[:PAST_DAYS]:
            kept_s = min(left_s, (min(end_ms, self._ends_ms) - start_ms) // 1000)
            left_s -= kept_s
            parts = self._phones(kept_s) if hosts[host_id].habit == "hands_over" else [(0, kept_s)]
            for phone, (from_s, until_s) in enumerate(parts if kept_s else (), 1):
                yield LiveSession(
                    place=place,
                    account=account,
                    host=hosts[host_id],
                    begun_ms=start_ms + from_s * 1000,
                    ends_ms=start_ms + until_s * 1000,
                    id=f"{host_id}-live-{start_ms:x}{f'-{phone}' if phone > 1 else ''}",
                    left_on_ms=self._rng.randint(*LEFT_ON_MINUTES) * 60_000,
                )

    def _phones(self, kept_s: int) -> list[tuple[int, int]]:
        """The parts of a show on two phones, which overlap."""
        if kept_s < SHORTEST_HANDED_OVER_S:
            return [(0, kept_s)]
        second_s = self._rng.randrange(kept_s // 3, kept_s * 2 // 3)
        return [(0, second_s + HAND_OVER_S), (second_s, kept_s)]

    def _beats(self, sessions: list[LiveSession]) -> list[RawEvent]:
        links = Links(Random(self._rng.random()))
        for session in sessions:
            until_ms = min(session.silent_ms, self._ends_ms)
            while session.beaten_ms < until_ms:
                at_ms = min(session.beaten_ms + LONGEST_BEAT_MS, until_ms)
                if session.beaten_ms < session.ends_ms:
                    at_ms = min(at_ms, session.ends_ms)
                links.send(session, session.beat(self._rng, at_ms), at_ms)
        return links.due()

    def _sold(self, account: Account, sessions: list[LiveSession]) -> Iterator[RawEvent]:
        """Orders, of which just the account's share has come back."""
        owed: dict[float, float] = defaultdict(float)
        fewest = FASHION_ORDERS if account.role == "fashion" else ORDERS
        for _ in range(fewest + int(MOST_ORDERS * account.popularity)):
            at_ms, session = self._moment(sessions)
            product_id = account.id + PRODUCT_SUFFIXES[account.catalogue][self._rng.getrandbits(MASK_BITS)]
            order = self._sales.order(account, product_id, at_ms)
            order["visitor_id"] = f"demo-past-{self._rng.getrandbits(40):x}"
            if session:
                order["live_session_id"] = session.id
            yield order
            share = self._sales.refund_share(order, account)
            owed[share] += share
            if owed[share] >= 1:
                owed[share] -= 1
                yield from (refund for _, refund in self._sales.refunds(order, account, at_ms, self._ends_ms))

    def _moment(self, sessions: list[LiveSession]) -> tuple[int, LiveSession | None]:
        rng = self._rng
        if sessions and rng.random() < LIVE_SHARE:
            session = rng.choice(sessions)
            return rng.randrange(session.begun_ms, session.ends_ms), session
        return rng.randrange(self._campaign.starts_at_ms, self._ends_ms), None
