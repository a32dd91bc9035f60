"""The file of an approved batch: made once, kept sealed, and the same bytes at every download, each of them audited."""

from __future__ import annotations

from hashlib import sha256

from leaderboard.domain import ledger
from leaderboard.domain.payout_batches import with_state
from leaderboard.domain.payout_files import local_day
from leaderboard.domain.payout_manifest import Exported, manifest
from leaderboard.domain.payouts import Batch, PayoutRefused, Person, payee_hash, payout_id
from leaderboard.domain.signing import sealed
from leaderboard.store.paying import TRIES, Paying, busy
from leaderboard.store.paying_steps import Read, check_unchanged, read_batch


async def export(paying: Paying, batch_id: str, person: Person) -> tuple[Batch, bytes]:
    """The file for the bank: made by the first who asks, and the same bytes ever after. Each time is audited."""
    for _ in range(TRIES):
        since, found = await paying.store.payouts.place(), await read_batch(paying, batch_id)
        if found.batch.state in ("exported", "settled"):
            return found.batch, await _kept(paying, found.batch, person)
        if found.batch.state != "approved":
            text = f"Batch {batch_id} is {found.batch.state}: only an approved one has a file for the bank."
            raise PayoutRefused("illegal_step", text)
        now_ms = await paying.store.now_ms()
        await check_unchanged(paying, found, person, now_ms, found.batch.effective_on)
        content = await _written(paying, found)
        if after := await _exported(paying, found, content, person, now_ms, since):
            return after, content
    raise busy()


async def _written(paying: Paying, found: Read) -> bytes:
    lines = list(found.lines.values())
    payees = await paying.store.payees.many([line.account for line in lines])
    current = {name: payee.current for name, payee in payees.items() if payee.current}
    if any(
        line.account not in current or payee_hash(current[line.account]) != line.payee_hash for line in lines
    ):
        # Changed since we looked, a moment ago.
        raise busy()
    return await paying.judging.written(found.campaign, found.batch, lines, current)


async def _exported(
    paying: Paying, found: Read, content: bytes, person: Person, now_ms: int, since: str
) -> Batch | None:
    batch, lines = found.batch, list(found.lines.values())
    after = batch.moved(
        "exported",
        exported_by=person.id,
        exported_ms=now_ms,
        file_sha256=sha256(content).hexdigest(),
        file_bytes=len(content),
    )
    proof = await signed_manifest(paying, found, after)
    made = await paying.make(
        action="payout.export",
        actor=person.id,
        before=batch,
        after=after,
        lines=with_state(lines, "exported"),
        entries=[ledger.exported(after, lines)],
        export={batch.id: paying.vault.seal_bytes(batch.id, content), f"{batch.id}|manifest": proof},
        checks_result=True,
        since=since,
        accounts=[line.account for line in lines],
    )
    return after if made else None


async def signed_manifest(paying: Paying, found: Read, after: Batch) -> str:
    """What is signed about a batch that is exported from `after` on. One never approved here was so when it left."""
    await paying.store.signing_keys.register(paying.signing_key, after.exported_by, after.exported_ms)
    approved_ms = after.approved_ms or after.exported_ms
    approved_on = local_day(approved_ms, after.format, paying.terms.profiles).isoformat()
    exported = Exported(after, list(found.lines.values()), approved_on, await _came_back(paying, found))
    return sealed(manifest(exported), paying.signing_key).decode()


async def _came_back(paying: Paying, found: Read) -> dict[str, str]:
    """Payout id → the code with which the attempt before it came back."""
    campaign = found.batch.campaign
    before = {
        payout_id(campaign, line.award, line.account, line.attempt - 1): line.id
        for line in found.lines.values()
        if line.attempt > 1
    }
    batches = await paying.store.payouts.batches(campaign) if before else []
    every = [line for batch in batches for line in (await paying.store.payouts.lines(batch.id)).values()]
    return {before[line.id]: line.code for line in every if line.id in before and line.state == "returned"}


async def _kept(paying: Paying, batch: Batch, person: Person) -> bytes:
    kept = await paying.store.payouts.export(batch.id)
    if kept is None:
        raise PayoutRefused("illegal_step", _missing(batch))
    content: bytes = paying.vault.open_bytes(batch.id, kept)
    if sha256(content).hexdigest() != batch.file_sha256:
        raise RuntimeError(f"{batch.id}: its file is not the one that was exported")
    said = {"format": batch.format, "file_sha256": batch.file_sha256}
    await paying.store.payouts.note(batch.id, person.id, "payout.download", said)
    return content


def _missing(batch: Batch) -> str:
    """After a restore: the batch is known by its manifest, and what was sealed is gone."""
    return (
        f"The file of batch {batch.id} was lost with an earlier store and cannot be made again here: "
        f"use the copy that was downloaded. Its SHA-256 is {batch.file_sha256}."
    )
