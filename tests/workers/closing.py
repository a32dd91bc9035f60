"""A small campaign to be closed: Apollo with two accounts, its events, its archive, and steps of its life."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from leaderboard.domain.lifecycle import PIN_AHEAD_MS, closed_by_hand, opened
from tests.conftest import Service
from workers.archive import ArchiveWorker
from workers.archive_pace import ArchivePace
from workers.moments import How

CAMPAIGN = "apollo-test"
AT_ONCE = ArchivePace(flush_interval_ms=0, chores_interval_ms=0, settings_interval_ms=0)


def how(directory: Path) -> How:
    return How(directory, id_memory_h=48, wait_s=0.5)


async def campaign_of_two(service: Service, toml: str, accounts: Sequence[str] = ("a1", "a2")) -> None:
    """Saves a campaign with accounts of an agency, each with a host."""
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    headers = {"Content-Type": "application/toml"}
    answer = await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}", data=toml.encode(), headers=headers)
    assert answer.status in (200, 201), answer.body
    for account in accounts:
        setting = {"agency_id": "north", "name": account, "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/{account}", setting)
        await service.ask("PUT", f"/v1/accounts/{account}/hosts/h1", {"name": "Host"})
        path = f"/v1/campaigns/{CAMPAIGN}/enrollments/{account}"
        assert (await service.ask("PUT", path, {"hosts": [{"host_id": "h1"}]})).status == 201
    await asyncio.sleep(0.002)


async def archive(service: Service, directory: Path) -> None:
    """Brings all that has come in to the archive."""
    worker = ArchiveWorker(service.store, directory, AT_ONCE)
    while await worker.step():
        pass
    await worker.flush()
    stopping = asyncio.Event()
    stopping.set()
    await worker.run(stopping)


async def send(service: Service, directory: Path, events: Sequence[dict[str, Any]]) -> None:
    """Sends events, has them counted and archived."""
    answer = await service.ask("POST", "/v1/events", {"events": list(events)})
    assert answer.json["rejected"] == [], answer.json
    await service.count()
    await archive(service, directory)


async def move(service: Service, change: Callable[..., Any], *given: object) -> None:
    """One move of the campaign's life, by a test."""
    store = service.store
    before, now_ms = await store.lifecycles.life(CAMPAIGN), await store.now_ms()
    assert await store.lifecycles.move(
        CAMPAIGN, before, change(before, *given, now_ms), action="campaign.test", actor="test"
    )
    await store.directory.refresh()


async def pinned() -> None:
    """What was pinned a moment ago has come."""
    await asyncio.sleep(PIN_AHEAD_MS / 1000 + 0.003)


async def close(service: Service, *, is_live: bool = False) -> None:
    """Live, then closed by hand; its cut-off has passed when this returns."""
    if not is_live:
        await move(service, opened)
    await move(service, closed_by_hand)
    await pinned()
