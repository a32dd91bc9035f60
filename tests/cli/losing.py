"""A store that is lost and filled again from a backup and what was kept of exports, for tests of payouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leaderboard.cli.restored_payouts import followed
from leaderboard.domain.audit_log import verify
from leaderboard.store import keys, settings_backup
from tests.web.paying import CAMPAIGN, Paid
from workers.exports import ExportKeeping


async def backed_up(paid: Paid) -> dict[str, Any]:
    """All settings, as the archiver has them."""
    return await settings_backup.dump(paid.store.client)


async def lost(paid: Paid, backup: dict[str, Any], archive: Path, *, kept: bool = True) -> list[str]:
    """Loses the store and fills it from a backup and what was kept; the batches that are newer than the backup."""
    if kept:
        await ExportKeeping(paid.store, archive).step()
    life = await paid.store.lifecycles.life(CAMPAIGN)
    results = {name: await paid.store.lifecycles.document(CAMPAIGN, name) for name in names(life.result)}
    found = followed(backup, archive, await paid.store.now_ms())
    await paid.store.client.do("FLUSHALL")
    await settings_backup.put_back(paid.store.client, found.settings)
    for name, content in results.items():
        assert content is not None
        await paid.store.lifecycles.put_document(CAMPAIGN, name, content)
    await paid.store.inbox.create()
    await paid.store.directory.open()
    return found.newer


def names(results: int) -> list[str]:
    return [f"result|{number}" for number in range(1, results + 1)]


async def books(paid: Paid) -> dict[str, Any]:
    """All that payouts leave in the store, but when."""
    store, batches = paid.store, await paid.store.payouts.batches(CAMPAIGN)
    page = await store.ledger.page(CAMPAIGN, 1_000)
    return {
        "batches": batches,
        "lines": {batch.id: await store.payouts.lines(batch.id) for batch in batches},
        "claims": await store.payouts.claims(CAMPAIGN),
        "ledger": sorted(page.entries, key=lambda entry: entry.ref),
        "balances": page.balances,
        "manifests": {batch.id: await store.payouts.export(f"{batch.id}|manifest") for batch in batches},
        "file numbers": await store.client.do("HGETALL", keys.FILE_NUMBERS),
    }


async def check_books(paid: Paid) -> None:
    """The ledger adds up, no award has two live lines, and the audit log is whole."""
    assert await paid.store.ledger.check() == []
    every = [
        line for batch in await paid.store.payouts.batches(CAMPAIGN) for line in await paid.lines(batch.id)
    ]
    live = {f"{line.award}|{line.account}": line.id for line in every if line.is_live}
    assert len(live) == sum(line.is_live for line in every)
    assert await paid.store.payouts.claims(CAMPAIGN) == live
    entries = (await paid.store.audit_log.page(1_000, newest_first=False)).entries
    assert verify(entries) is None
