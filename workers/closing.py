"""The close of a campaign: after its cut-off its inputs are frozen, once, and review opens. May run twice, or on two
machines at once: what it sets is absolute, and one move wins."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

import msgspec

from leaderboard.archive import documents
from leaderboard.archive.documents import Document
from leaderboard.domain.audits import Audit
from leaderboard.domain.lifecycle import due, frozen
from leaderboard.domain.snapshots import Snapshot, SnapshotRow, encoded, fingerprint
from leaderboard.domain.standings import Row
from leaderboard.recount.audit import Recounted
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.checkpointing import checkpoint
from workers.examining import Examined, examine
from workers.moments import How, caught_up
from workers.voiding import void_anew

log = logging.getLogger(__name__)

SCHEDULER: Final = "scheduler"
SNAPSHOT: Final = "snapshot"


class Stuck(RuntimeError):
    """A step that is due cannot be made yet; the text says what it waits for."""


async def freeze(store: Store, name: str, how: How) -> bool:
    """Freezes a campaign whose cut-off has passed; False where that is done, or not due.

    Stuck, or TooSlow, where something received before the cut-off is not applied or not archived. A recount that does
    not agree does not keep review from opening: it keeps the result from being certified.
    """
    await store.directory.refresh()
    campaign = store.directory.campaigns[name]
    if due(campaign.newest, campaign.life, await store.now_ms()) != "freeze":
        return False
    cutoff_ms = campaign.counted.window.cutoff_ms
    if any(one.number > campaign.version and one.from_ms <= cutoff_ms for one in campaign.versions):
        raise Stuck("a version of its definition comes into force first")
    # From here on nobody counts by what was true before the close, however long he was away.
    await store.lifecycles.fence(name, campaign.life.version)
    # Before and after: one that is put back meanwhile lies behind what is waited for.
    await refuse_buried(store)
    # Review opens with the flags of detectors, and with figures that are exact. That they cannot be had stops no close.
    await caught_up(store, how)
    await checkpoint(store, name, how, SCHEDULER)
    await void_anew(store, name, how)
    examined = await examine(store, name, how)
    await refuse_buried(store)
    settled = await _settle_reached(store, campaign, examined)
    await store.audits.note(name, _without(settled, examined.audit))
    content = encoded(await _snapshot(store, campaign, examined))
    after = frozen(campaign.life, fingerprint(content), await store.now_ms())
    made = await store.lifecycles.move(
        name,
        campaign.life,
        after,
        action="campaign.freeze",
        actor=SCHEDULER,
        documents={SNAPSHOT: content},
    )
    await store.directory.refresh()
    if made:
        await keep_documents(store, name, how)
        log.info("%s: frozen, %d accounts; in review", name, len(examined.accounts))
    return made


async def refuse_buried(store: Store) -> None:
    """Stuck where a batch was set aside: what is in it, and whose it is, is not known."""
    if buried := await store.audits.buried_entries():
        batches = "1 batch" if buried == 1 else f"{buried} batches"
        raise Stuck(f"{batches} could not be applied: `leaderboard buried` says why, and puts them back")


async def keep_documents(store: Store, name: str, how: How) -> None:
    """Keeps what the store has of a campaign's documents beside the archive."""
    life = store.directory.campaigns[name].life
    names = [SNAPSHOT] if life.snapshot_sha256 else []
    names += [f"result|{version}" for version in range(1, life.result + 1)]
    for one in names:
        content = await store.lifecycles.document(name, one)
        if content is not None:
            documents.keep(how.archive, Document(name, one, content))


async def _settle_reached(store: Store, campaign: Campaign, examined: Examined) -> Collection[str]:
    """While live it may be late by a batch, where workers raced; from the freeze on it is exact. Whose it was."""
    name = campaign.definition.id
    reached_ms = {
        row.account_id: examined.accounts[row.account_id].counted_reached_ms
        for row in examined.published.rows
        if _is_settled_otherwise(row.as_counted, examined.accounts.get(row.account_id))
    }
    rows = await store.tallies.settle_reached(name, campaign.definition.currency, reached_ms)
    await store.judge.publish(name, rows.values(), await store.now_ms())
    return reached_ms.keys()


def _without(settled: Collection[str], audit: Audit) -> Audit:
    """The audit, without what has just been set to what the archive says."""
    left = tuple(
        one
        for one in audit.differences
        if one.account not in settled or one.field not in ("reached_ms", "rank")
    )
    notes = tuple(one for one in audit.notes if one.account not in settled)
    accounts = len({one.account for one in left})
    return msgspec.structs.replace(
        audit, differences=left, differences_count=len(left), differing_accounts=accounts, notes=notes
    )


def _is_settled_otherwise(row: Row, account: Recounted | None) -> bool:
    if account is None or account.counted_uv != row.score:
        return False
    return account.counted_reached_ms != row.reached_ms


async def _snapshot(store: Store, campaign: Campaign, examined: Examined) -> Snapshot:
    return Snapshot(
        campaign=campaign.definition.id,
        cutoff_ms=campaign.counted.window.cutoff_ms,
        taken_ms=await store.now_ms(),
        definition_hash=campaign.hash,
        events=examined.audit.events,
        positions={str(part): entry for part, entry in sorted(examined.positions.items())},
        accounts=snapshot_rows(examined),
    )


def snapshot_rows(examined: Examined) -> tuple[SnapshotRow, ...]:
    """The figures that a snapshot pins, as the archive has them: what was counted, whatever is taken out of it."""
    return tuple(
        SnapshotRow(
            account=name,
            score=one.counted_uv,
            reached_ms=one.counted_reached_ms,
            effective_ms=one.counted_effective_ms,
            kept_ms=one.counted_kept_ms,
            promised_ms=one.promised_ms,
            orders=one.orders,
            sales=dict(sorted(one.sales.items())),
        )
        for name, one in sorted(examined.accounts.items())
    )
