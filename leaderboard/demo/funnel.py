"""What follows a view: carts, checkouts, orders, refunds, each in its own time."""

from __future__ import annotations

import heapq
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.catalogue import MASK_BITS, PRICES_CENTS, usd
from leaderboard.demo.world import Account
from leaderboard.domain.times import rfc3339

CART_SHARE = 0.075  # of views
CHECKOUT_SHARE = 0.45  # of carts
ORDER_SHARE = 0.5  # of checkouts, so that about 1.7 % of views end in an order
PARTIAL_SHARE = 0.3  # of refunds
REASONS = ("buyer",) * 6 + ("seller_fault",) * 3 + ("other",)


class Funnel:
    """Events that are still to come, soonest first."""

    def __init__(self, rng: Random, prefix: str) -> None:
        self._rng = rng
        self._prefix = prefix
        self._number = 0
        self._pending: list[tuple[int, int, RawEvent]] = []

    def due(self, until_ms: int) -> list[RawEvent]:
        """What comes before `until_ms`."""
        events = []
        while self._pending and self._pending[0][0] < until_ms:
            events.append(heapq.heappop(self._pending)[2])
        return events

    def follow(self, view: RawEvent, account: Account, at_ms: int) -> None:
        """A product went into the cart; the rest is decided now and happens later."""
        at_ms += self._rng.randrange(2_000, 15_000)
        self._step("AddToCart", view, at_ms)
        if self._rng.random() < CHECKOUT_SHARE:
            at_ms += self._rng.randrange(1_000, 12_000)
            self._step("InitiateCheckout", view, at_ms)
            if self._rng.random() < ORDER_SHARE:
                self._order(view, account, at_ms + self._rng.randrange(1_000, 8_000))

    def _later(self, at_ms: int, event: RawEvent) -> None:
        heapq.heappush(self._pending, (at_ms, self._number, event))

    def _next_id(self, kind: str) -> str:
        self._number += 1
        return f"{self._prefix}-{kind}{self._number:x}"

    def _step(self, step: str, view: RawEvent, at_ms: int) -> None:
        event = {
            "type": "funnel_step",
            "id": self._next_id("f"),
            "at": at_ms,
            "account_id": view["account_id"],
        }
        event |= {
            "step": step,
            "product_id": view["product_id"],
            "visitor_id": view["visitor_id"],
            "ip": view["ip"],
        }
        if "user_agent" in view:
            event["user_agent"] = view["user_agent"]
        self._later(at_ms, event)

    def _order(self, view: RawEvent, account: Account, at_ms: int) -> None:
        cents = PRICES_CENTS[account.price_level][self._rng.getrandbits(MASK_BITS)]
        order = {
            "type": "order",
            "id": self._next_id("o"),
            "at": rfc3339(at_ms),
            "account_id": account.id,
            "value": usd(cents),
            "product_ids": [view["product_id"]],
            "visitor_id": view["visitor_id"],
            "channel": "in_app",
        }
        if "live_session_id" in view:
            order["live_session_id"] = view["live_session_id"]
        self._later(at_ms, order)
        if self._rng.random() < account.refund_share:
            self._refund(order["id"], account, cents, at_ms + int(1000 * 2 ** self._rng.uniform(1, 7)))

    def _refund(self, order_id: str, account: Account, cents: int, at_ms: int) -> None:
        back = cents // 2 if self._rng.random() < PARTIAL_SHARE else cents
        refund = {
            "type": "refund",
            "id": self._next_id("r"),
            "at": rfc3339(at_ms),
            "account_id": account.id,
            "order_id": order_id,
            "value": usd(back),
            "reason": self._rng.choice(REASONS),
        }
        self._later(at_ms, refund)
