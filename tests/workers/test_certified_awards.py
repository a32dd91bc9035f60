"""The awards of a certified result: ties by figures from the archive, and shared prizes, end to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.domain.signing import check
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, close, how, send
from tests.workers.test_certifying import ask_to_certify, certified, order
from workers.closing import freeze

ORDER_DAYS = """
[metric.order_days]
source = "order"
value = "count"
steps = [{ by = ["day"], agg = "any" }, { agg = "sum" }]

[metric.net_gmv]
"""


@pytest.mark.parametrize(
    ("ties", "winners"),
    [
        ('["reached"]', [("a1", 1, "4000.00"), ("a2", 2, "2500.00")]),
        ('["order_days"]', [("a2", 1, "4000.00"), ("a1", 2, "2500.00")]),
        ('["order_days", "split"]', [("a2", 1, "4000.00"), ("a1", 2, "2500.00")]),
        ('["split"]', [("a1", 1, "3250.00"), ("a2", 1, "3250.00")]),
    ],
)
async def test_level_scores_are_paid_by_the_rule_of_the_campaign(
    service: Service,
    apollo: Callable[..., str],
    tmp_path: Path,
    ties: str,
    winners: list[tuple[str, int, str]],
) -> None:
    text = apollo().replace("effective_live >= 14h", "effective_live >= 0h")
    text = text.replace("\n[metric.net_gmv]\n", ORDER_DAYS).replace('ties = ["reached"]', f"ties = {ties}")
    await campaign_of_two(service, text)
    # a1 gets there first, and a2 has a day with an order, which only the archive tells.
    await send(service, tmp_path, [view(1)])
    await send(service, tmp_path, [view(2, account="a2"), order(1, account="a2")])
    await close(service)
    assert await freeze(service.store, CAMPAIGN, how(tmp_path))
    await ask_to_certify(service)

    result = check(await certified(service, tmp_path)).document

    paid = [
        (one["account_id"], one["place"], one["amount"]["amount"])
        for one in result["awards"]
        if one["award"] == "top_five"
    ]
    assert paid == winners
