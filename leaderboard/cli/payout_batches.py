"""A batch of payouts as the service has it, with one page of its lines or all of them."""

from __future__ import annotations

from typing import Any

from leaderboard.cli.client import PAGE_LIMIT, Client, at


async def get_batch(client: Client, name: str) -> dict[str, Any]:
    """Without its lines, but for one."""
    batch: dict[str, Any] = await client.get(at("payouts", name), limit=1)
    return batch


async def whole_batch(client: Client, name: str) -> dict[str, Any]:
    """With every line, however many pages they fill: by award, place and account."""
    batch: dict[str, Any] = await client.get(at("payouts", name), limit=PAGE_LIMIT)
    while batch["cursor"] is not None:
        page = await client.get(at("payouts", name), limit=PAGE_LIMIT, cursor=batch["cursor"])
        batch["items"] += page["items"]
        batch["cursor"] = page["cursor"]
    batch["items"].sort(key=lambda one: (one["award"], one["place"] or 0, one["account_id"]))
    return batch
