"""Bought views, made up: few networks, few devices, clockwork, one look each, never a cart."""

from __future__ import annotations

from random import Random

from leaderboard.demo.audience import RawEvent, mix
from leaderboard.demo.world import Account

FARM_SHARE = 0.005  # of the traffic's rate
# Documentation ranges: nobody's addresses.
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
PHONES = tuple(
    f"Mozilla/5.0 (Linux; Android 10; {model}) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/103.0.0.0 Mobile Safari/537.36"
    for model in ("K10a", "K10a Plus", "S7 Lite")
)


class ClickFarm:
    """Sends its share of the traffic to one account, at even gaps."""

    def __init__(self, account: Account, rng: Random, prefix: str, start_ms: int, rate: float) -> None:
        self._account, self._rng, self._prefix = account, rng, prefix
        self._gap_ms = 1000 / (rate * FARM_SHARE)
        self._next_ms = start_ms + self._gap_ms
        self._number = 0

    def due(self, until_ms: int) -> list[RawEvent]:
        """The bought views before `until_ms`."""
        views = []
        while self._next_ms < until_ms:
            views.append(self._view(int(self._next_ms)))
            self._next_ms += self._gap_ms
        return views

    def _view(self, at_ms: int) -> RawEvent:
        self._number += 1
        return {
            "type": "product_view",
            "account_id": self._account.id,
            "visitor_id": f"demo-f{mix(self._number):016x}",
            "source": "link",
            "ip": f"{self._rng.choice(NETWORKS)}.{self._rng.randrange(1, 255)}",
            "user_agent": self._rng.choice(PHONES),
            "id": f"{self._prefix}-c{self._number:x}",
            "at": at_ms,
            "product_id": f"{self._account.id}-p00{self._rng.randrange(1, 4)}",
            "dwell_s": round(self._rng.uniform(2.8, 3.2), 1),
        }
