"""A restored batch whose file the bank has, as somebody has found out there: exported from then on. Makes no file."""

from __future__ import annotations

from msgspec import structs

from leaderboard.domain import ledger
from leaderboard.domain.payout_batches import with_state
from leaderboard.domain.payouts import Batch, PayoutRefused, Person
from leaderboard.store.exporting import signed_manifest
from leaderboard.store.paying import TRIES, Paying, busy
from leaderboard.store.paying_steps import Read, read_batch
from leaderboard.store.payout_facts import check_reviewer


async def mark_sent(paying: Paying, batch_id: str, person: Person, file_sha256: str, reference: str) -> Batch:
    """Notes that the bank has the file with this SHA-256; `reference`: how the bank confirmed it.

    Whatever has changed since does not matter: the file is on its way. A batch with this file stays as it is.
    """
    for _ in range(TRIES):
        since, found = await paying.store.payouts.place(), await read_batch(paying, batch_id)
        await _check_person(paying, found, person)
        if found.batch.state in ("exported", "settled"):
            _check_same(found.batch, file_sha256)
            return found.batch
        _check_restored(found.batch)
        if after := await _sent(paying, found, person, file_sha256, reference, since):
            return after
    raise busy()


async def _check_person(paying: Paying, found: Read, person: Person) -> None:
    batch = found.batch
    if person.is_also(batch.prepared_by, batch.preparer):
        text = f"{batch.preparer} prepared batch {batch.id}: another person says that it was sent."
        raise PayoutRefused("same_person", text)
    await check_reviewer(paying.store, batch.campaign, person, [one.account for one in found.lines.values()])


def _check_same(batch: Batch, file_sha256: str) -> None:
    if batch.file_sha256 != file_sha256:
        text = f"Batch {batch.id} went out as the file {batch.file_sha256}, not {file_sha256}"
        raise PayoutRefused("changed", f"{text}: find out which of them the bank has.")


def _check_restored(batch: Batch) -> None:
    if batch.state == "void":
        text = (
            f"Batch {batch.id} is void, and its awards may be paid by another: settle with the bank by hand."
        )
        raise PayoutRefused("illegal_step", text)
    if not batch.restored:
        text = f"Batch {batch.id} is {batch.state}, and no store was restored since: its file is made by an export."
        raise PayoutRefused("illegal_step", text)


async def _sent(
    paying: Paying, found: Read, person: Person, file_sha256: str, reference: str, since: str
) -> Batch | None:
    batch, lines, now_ms = found.batch, list(found.lines.values()), await paying.store.now_ms()
    # An approval may be lost with the store, so this follows on `prepared` too, which no other step may.
    after = structs.replace(
        batch,
        state="exported",
        version=batch.version + 1,
        exported_by=person.id,
        exported_ms=now_ms,
        file_sha256=file_sha256,
        # How many it has, nobody here has seen.
        file_bytes=0,
    )
    made = await paying.make(
        action="payout.sent",
        actor=person.id,
        before=batch,
        after=after,
        lines=with_state(lines, "exported"),
        entries=[ledger.exported(after, lines)],
        export={f"{batch.id}|manifest": await signed_manifest(paying, found, after)},
        since=since,
        accounts=[line.account for line in lines],
        why=reference,
    )
    return after if made else None
