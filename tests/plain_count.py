"""What counts of a short campaign, worked out the slow and obvious way from what the archive says came when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaderboard.archive.lines import Archived
from leaderboard.domain.kept_events import KeptHeartbeat, KeptOrder, KeptRefund, KeptView
from leaderboard.domain.times import rfc3339
from tests.short_campaign import ShortCampaign, usd


@dataclass
class Counted:
    """What counts of one account."""

    visitors: dict[int, int] = field(default_factory=dict)
    live_ms: set[int] = field(default_factory=set)
    orders: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """As a result says them."""
        return {
            "score": len(self.visitors),
            "reached_at": rfc3339(max(self.visitors.values())) if self.visitors else None,
            "effective_ms": len(self.live_ms),
            "orders": len(self.orders),
            "refunded_orders": len(self.refunds),
            "sales": [usd(sum(self.orders.values()))] if self.orders else [],
            "refunds": [usd(sum(self.refunds.values()))] if self.refunds else [],
        }


def counted(campaign: ShortCampaign, archived: Iterable[Archived], refunds_until_ms: int) -> dict[str, Any]:
    """Account → its figures: each event once, as it was first received, if it is of the window and in time."""
    found = {account: Counted() for account in campaign.accounts}
    firsts: dict[tuple[type, str], Archived] = {}
    for line in archived:
        firsts.setdefault((type(line.event), line.event.id), line)
    for line in firsts.values():
        if is_in_window(campaign, line) and line.received_ms <= campaign.cutoff_ms:
            _count(campaign, found[line.event.account_id], line)
    for line in firsts.values():
        event, account = line.event, found[line.event.account_id]
        if (
            isinstance(event, KeptRefund)
            and event.order_id in account.orders
            and line.received_ms <= refunds_until_ms
        ):
            account.refunds[event.order_id] = account.refunds.get(event.order_id, 0) + event.value_minor
    return {name: one.figures() for name, one in found.items()}


def _count(campaign: ShortCampaign, account: Counted, line: Archived) -> None:
    event = line.event
    if isinstance(event, KeptView):
        account.visitors.setdefault(event.visitor, line.received_ms)
    elif isinstance(event, KeptHeartbeat):
        begin_ms = max(campaign.starts_ms, event.at_ms - event.covers_ms)
        account.live_ms.update(range(begin_ms, min(campaign.ends_ms, event.at_ms)))
    elif isinstance(event, KeptOrder):
        account.orders[event.id] = event.value_minor


def is_in_window(campaign: ShortCampaign, line: Archived) -> bool:
    """A heartbeat is of the window if any of its span is."""
    at_ms = line.event.at_ms
    if isinstance(line.event, KeptHeartbeat):
        return campaign.starts_ms < at_ms and at_ms - line.event.covers_ms < campaign.ends_ms
    return campaign.starts_ms <= at_ms < campaign.ends_ms


def late(campaign: ShortCampaign, archived: Sequence[Archived], refunds_until_ms: int) -> int:
    """How many were received too late and are of the window, or refund an order that counts; each as often as it was
    received."""
    orders = {
        (line.event.account_id, line.event.id)
        for line in archived
        if isinstance(line.event, KeptOrder)
        and is_in_window(campaign, line)
        and line.received_ms <= campaign.cutoff_ms
    }
    return sum(_is_late(campaign, line, refunds_until_ms, orders) for line in archived)


def _is_late(
    campaign: ShortCampaign, line: Archived, refunds_until_ms: int, orders: Collection[tuple[str, str]]
) -> bool:
    is_of_its_time = is_in_window(campaign, line) and line.event.at_ms < campaign.ends_ms
    if isinstance(line.event, KeptRefund):
        is_of_its_order = (line.event.account_id, line.event.order_id) in orders
        return line.received_ms > refunds_until_ms and (is_of_its_time or is_of_its_order)
    return line.received_ms > campaign.cutoff_ms and is_of_its_time
