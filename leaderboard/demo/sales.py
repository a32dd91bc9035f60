"""Orders, and the refunds that come of them: late, in parts, twice, sometimes before their order is heard of."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.catalogue import MASK_BITS, PRICES_CENTS, money
from leaderboard.demo.world import Account
from leaderboard.domain.times import rfc3339

FOREIGN_SHARE = 0.006  # of orders are paid in another currency
FOREIGN = ("CAD", "MXN", "EUR")
DEFECTIVE_PRODUCT = "-p002"
DEFECTIVE_SHARE = 0.6  # of its orders come back
# Log-uniform. In the made-up clock, where a minute is a day: from 48 minutes to five days.
LATENCY_MS = 2_000, 300_000

# Of refunds: half of the money first; of those, the rest later; sent once more; before the order.
PARTIAL_SHARE = 0.3
REST_SHARE = 0.5
AGAIN_SHARE = 0.03
EARLY_SHARE = 0.03
REASONS = ("buyer",) * 6 + ("seller_fault",) * 3 + ("other",)

Due = tuple[int, RawEvent]


class Sales:
    """The shops of all accounts: one chance, one series of ids."""

    def __init__(self, rng: Random, prefix: str, latency_ms: tuple[int, int] = LATENCY_MS) -> None:
        self._rng, self._prefix, self._number = rng, prefix, 0
        self._latency_ms = latency_ms

    def order(self, account: Account, product_id: str, at_ms: int) -> RawEvent:
        """Somebody buys one product."""
        rng = self._rng
        cents = PRICES_CENTS[account.price_level][rng.getrandbits(MASK_BITS)]
        currency = rng.choice(FOREIGN) if rng.random() < FOREIGN_SHARE else "USD"
        return {
            "type": "order",
            "id": self._next_id("o"),
            "at": rfc3339(at_ms),
            "account_id": account.id,
            "value": money(cents, currency),
            "product_ids": [product_id],
            "channel": "in_app",
        }

    def with_refunds(self, order: RawEvent, account: Account, at_ms: int) -> Iterator[Due]:
        """(when it is sent, event): the order, and what comes back of it."""
        refunds: list[Due] = []
        if self._rng.random() < self.refund_share(order, account):
            refunds = list(self.refunds(order, account, at_ms))
        is_early = bool(refunds) and self._rng.random() < EARLY_SHARE
        # The shop's feed was slow: its refund is there before it.
        yield (refunds[0][0] + self._rng.randrange(1_000, 20_000) if is_early else at_ms), order
        yield from refunds

    def refund_share(self, order: RawEvent, account: Account) -> float:
        """How likely this order comes back."""
        return DEFECTIVE_SHARE if self._is_defective(order, account) else account.refund_share

    def refunds(
        self, order: RawEvent, account: Account, at_ms: int, latest_ms: int | None = None
    ) -> Iterator[Due]:
        """All refunds of an order that does come back, not after `latest_ms`."""
        rng = self._rng
        left = round(float(order["value"]["amount"]) * 100)
        at_ms = self._after(at_ms, latest_ms)
        is_partial = rng.random() < PARTIAL_SHARE
        first = self._refund(order, account, left // 2 if is_partial else left, at_ms)
        yield at_ms, first
        if rng.random() < AGAIN_SHARE:
            yield self._after(at_ms, latest_ms), first
        if is_partial and rng.random() < REST_SHARE:
            at_ms = self._after(at_ms, latest_ms)
            yield at_ms, self._refund(order, account, left - left // 2, at_ms)

    def _refund(self, order: RawEvent, account: Account, cents: int, at_ms: int) -> RawEvent:
        is_defective = self._is_defective(order, account)
        return {
            "type": "refund",
            "id": self._next_id("r"),
            "at": rfc3339(at_ms),
            "account_id": order["account_id"],
            "order_id": order["id"],
            "value": money(cents, order["value"]["currency"]),
            "reason": "seller_fault" if is_defective else self._rng.choice(REASONS),
        }

    def _after(self, at_ms: int, latest_ms: int | None) -> int:
        fastest_ms, slowest_ms = self._latency_ms
        latency_ms = int(fastest_ms * (slowest_ms / fastest_ms) ** self._rng.random())
        if latest_ms is not None and at_ms + latency_ms > latest_ms:
            return at_ms + int((latest_ms - at_ms) * self._rng.random())
        return at_ms + latency_ms

    def _is_defective(self, order: RawEvent, account: Account) -> bool:
        products = order["product_ids"]
        return "defective" in account.circumstances and products[0].endswith(DEFECTIVE_PRODUCT)

    def _next_id(self, kind: str) -> str:
        self._number += 1
        return f"{self._prefix}-{kind}{self._number:x}"
