"""Payouts in figures for Prometheus: how many awards are unpaid, and how long there is. Names no campaign.

`/metrics` is open to anyone, so the figures are of all campaigns together; the scheduler's log says which it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge

from leaderboard.domain.banking_days import local_day
from leaderboard.domain.reminders import Figures


def add_payout_metrics(registry: CollectorRegistry, figures: Iterable[Figures], now_ms: int) -> None:
    """`leaderboard_payout_banking_days_left` is there only while something is unpaid that has a deadline."""
    unpaid = [one for one in figures if one.unpaid]
    left = [one.deadline.days_left(local_day(now_ms, one.zone)) for one in unpaid if one.deadline is not None]
    awards = Gauge(
        "leaderboard_payout_unpaid_awards", "Certified awards that are not paid.", registry=registry
    )
    awards.set(sum(one.unpaid for one in unpaid))
    if left:
        days = Gauge(
            "leaderboard_payout_banking_days_left",
            "Banking days until the most urgent payouts have to be with the bank; negative when that is over.",
            registry=registry,
        )
        days.set(min(left))
