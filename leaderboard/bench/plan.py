"""How much is measured: a quick look, the usual bench, or everything. Every mode ends by itself."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

STEADY_RATE: Final = 50_000.0
SHARE_OF_ACCEPTED: Final = 0.2  # of the rate at which the door takes events, which is more than workers count
FULL_LOAD_RATE: Final = 120_000.0  # only to decide how much is recorded for it


VIEWS_BESIDE_BEATS: Final = 30_000
BEATS: Final = 20_000
# What may be asked for alone. `traffic` is the first contest of all; `accounts` the same with more of them, and pages.
PARTS: Final = ("traffic", "accounts", "memory", "live", "archive", "audit", "closing")


class LivePlan(Struct, frozen=True):
    """`rate` in events a second, held for `steady_s`; `batches` of each part that is sent as fast as it is taken.

    All of it with each number of `accounts`: among more of them fewer heartbeats are counted together.
    `ordinary_accounts` for `ordinary_days` is what live times are weighed with.
    """

    steady_s: float
    batches: int
    ordinary_accounts: int
    ordinary_days: int = 14
    accounts: tuple[int, ...] = (1_000,)
    rate: float = VIEWS_BESIDE_BEATS + BEATS
    batch_events: int = 1_000
    warm_up_s: int = 60


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
    live: LivePlan
    archive_events: int
    audit_events: int
    accounts: int = 1_000
    closing_events: int = 1_000_000
    closing_accounts: int = 1_000
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
    live=LivePlan(steady_s=4, batches=120, ordinary_accounts=10),
    archive_events=200_000,
    audit_events=1_000_000,
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
    live=LivePlan(steady_s=10, batches=200, ordinary_accounts=60, accounts=(1_000, 10_000)),
    archive_events=600_000,
    audit_events=1_000_000,
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
    live=LivePlan(steady_s=20, batches=600, ordinary_accounts=100, accounts=(1_000, 10_000)),
    archive_events=2_000_000,
    audit_events=10_000_000,
    closing_events=10_000_000,
    closing_accounts=10_000,
)
PLANS: Final = {plan.name: plan for plan in (QUICK, USUAL, FULL)}
