"""What follows a view: carts, checkouts, orders, each in its own time. What orders and refunds are: `sales.py`."""

from __future__ import annotations

import heapq
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.sales import Sales
from leaderboard.demo.world import Account

CART_SHARE = 0.075  # of views
CHECKOUT_SHARE = 0.45  # of carts
ORDER_SHARE = 0.5  # of checkouts, so that about 1.7 % of views end in an order


class Funnel:
    """Events that are still to come, soonest first."""

    def __init__(self, rng: Random, prefix: str) -> None:
        self._rng = rng
        self._prefix = prefix
        self.sales = Sales(Random(rng.random()), prefix)
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
        order = self.sales.order(account, view["product_id"], at_ms)
        order["visitor_id"] = view["visitor_id"]
        if "live_session_id" in view:
            order["live_session_id"] = view["live_session_id"]
        for due_ms, event in self.sales.with_refunds(order, account, at_ms):
            self._later(due_ms, event)
