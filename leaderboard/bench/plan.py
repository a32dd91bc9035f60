"""How much is measured: a quick look, the usual bench, or everything. Every mode ends by itself."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

STEADY_RATE: Final = 50_000.0
SHARE_OF_CAPACITY: Final = 0.2
FULL_LOAD_RATE: Final = 120_000.0  # only to decide how much is recorded for it


class Plan(Struct, frozen=True):
    """Batches are of `batch_events`. `growth_accounts` come after `accounts`, which the rounds measure."""

    name: str
    rounds: int
    round_batches: int
    freshness_s: float
    growth_batches: int
    growth_accounts: tuple[int, ...]
    growth_visitors: tuple[int, ...]
    pages_s: float
    memory_visitors: tuple[int, ...]
    memory_accounts: tuple[int, ...]
    set_visitors: int
    accounts: int = 1_000
    page_accounts: int = 100_000
    batch_events: int = 1_000
    warm_up_s: int = 60  # of the recorded traffic
    steady_rate: float = STEADY_RATE

    def batches(self, rate: float, seconds: float) -> int:
        """How many it takes to send `rate` events a second for a while."""
        return max(1, round(rate * seconds / self.batch_events))


QUICK: Final = Plan(
    name="quick",
    rounds=3,
    round_batches=60,
    freshness_s=3,
    growth_batches=30,
    growth_accounts=(100_000,),
    growth_visitors=(),
    pages_s=2,
    memory_visitors=(1_000_000,),
    memory_accounts=(1_000,),
    set_visitors=300_000,
)
USUAL: Final = Plan(
    name="usual",
    rounds=5,
    round_batches=150,
    freshness_s=6,
    growth_batches=150,
    growth_accounts=(10_000, 100_000),
    growth_visitors=(100_000, 1_000_000),
    pages_s=6,
    memory_visitors=(1_000_000,),
    memory_accounts=(1, 1_000),
    set_visitors=1_000_000,
)
FULL: Final = Plan(
    name="full",
    rounds=7,
    round_batches=250,
    freshness_s=15,
    growth_batches=250,
    growth_accounts=(10_000, 100_000),
    growth_visitors=(100_000, 1_000_000, 10_000_000),
    pages_s=12,
    memory_visitors=(1_000_000, 10_000_000),
    memory_accounts=(1, 1_000),
    set_visitors=1_000_000,
)
PLANS: Final = {plan.name: plan for plan in (QUICK, USUAL, FULL)}
