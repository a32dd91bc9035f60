"""How much is measured: a quick look, the usual bench, or everything."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

ACCOUNTS: Final = 1_000
MOST_ACCOUNTS: Final = 100_000
STEADY_RATE: Final = 50_000.0
SHARE_OF_CAPACITY: Final = 0.2


class Plan(Struct, frozen=True):
    """Batches are of 1,000 events. `growth_accounts` come after the first, which the rounds measure."""

    name: str
    rounds: int
    round_batches: int
    freshness_s: float
    growth_batches: int
    growth_accounts: tuple[int, ...]
    growth_visitors: tuple[int, ...]
    page_accounts: int
    pages_s: float
    memory_visitors: tuple[int, ...]
    set_visitors: int
    accounts: int = ACCOUNTS
    batch_events: int = 1_000
    steady_rate: float = STEADY_RATE


QUICK: Final = Plan(
    name="quick",
    rounds=2,
    round_batches=60,
    freshness_s=3,
    growth_batches=30,
    growth_accounts=(100_000,),
    growth_visitors=(1_000_000,),
    page_accounts=MOST_ACCOUNTS,
    pages_s=3,
    memory_visitors=(1_000_000,),
    set_visitors=200_000,
)
USUAL: Final = Plan(
    name="usual",
    rounds=5,
    round_batches=100,
    freshness_s=6,
    growth_batches=100,
    growth_accounts=(10_000, 100_000),
    growth_visitors=(100_000, 1_000_000),
    page_accounts=MOST_ACCOUNTS,
    pages_s=8,
    memory_visitors=(1_000_000,),
    set_visitors=1_000_000,
)
FULL: Final = Plan(
    name="full",
    rounds=7,
    round_batches=200,
    freshness_s=15,
    growth_batches=200,
    growth_accounts=(10_000, 100_000),
    growth_visitors=(100_000, 1_000_000, 10_000_000),
    page_accounts=MOST_ACCOUNTS,
    pages_s=15,
    memory_visitors=(1_000_000, 10_000_000),
    set_visitors=1_000_000,
)
