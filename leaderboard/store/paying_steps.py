"""What happens to a prepared batch: approved by another person, exported once, reconciled; or given up.

Every step looks again at what the batch was made of. Where anything of that has changed, the batch is void.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from leaderboard.domain import ledger
from leaderboard.domain.banking_days import banking_day_after
from leaderboard.domain.money import format_minor
from leaderboard.domain.payout_batches import award_of
from leaderboard.domain.payout_files import local_day, modifier, profile_sha256
from leaderboard.domain.payouts import (
    Batch,
    Line,
    PayoutRefused,
    Person,
    content_sha256,
    payee_hash,
)
from leaderboard.store.directory import Campaign
from leaderboard.store.paying import TRIES, Paying, busy
from leaderboard.store.payout_facts import check_reviewer
from leaderboard.store.payout_judging import Judged


class Read(NamedTuple):
    """A batch as it stands, with its lines and its campaign."""

    batch: Batch
    lines: dict[str, Line]
    campaign: Campaign


async def read(paying: Paying, batch_id: str) -> Read | None:
    """None where there is no such batch."""
    batch = await paying.store.payouts.batch(batch_id)
    if batch is None:
        return None
    lines = await paying.store.payouts.lines(batch_id)
    return Read(batch, lines, paying.store.directory.campaigns[batch.campaign])


async def approve(paying: Paying, batch_id: str, person: Person, seen: str = "") -> Batch:
    """Approves what was prepared, by another person. `seen`: the content hash of what they have looked at.

    One that is approved stays as it is. PayoutRefused says what speaks against it.
    """
    for _ in range(TRIES):
        batch, lines, campaign = await read_batch(paying, batch_id)
        _check_approver(batch, person, seen)
        await check_reviewer(paying.store, batch.campaign, person, [line.account for line in lines.values()])
        if batch.state in ("approved", "exported", "settled"):
            return batch
        now_ms = await paying.store.now_ms()
        today = local_day(now_ms, batch.format, paying.terms.profiles)
        number = await paying.store.payouts.files_of(today.isoformat())
        after = batch.moved(
            "approved",
            approved_by=person.id,
            approver=person.name,
            approved_ms=now_ms,
            effective_on=_effective_on(paying, batch, today).isoformat(),
            modifier=modifier(number),
        )
        await check_unchanged(paying, Read(batch, lines, campaign), person, now_ms)
        await _check_funded(paying, batch)
        if await paying.make(
            action="payout.approve",
            actor=person.id,
            before=batch,
            after=after,
            checks_result=True,
            day=today.isoformat(),
            number=number,
        ):
            return after
        await paying.store.directory.refresh()
    raise busy()


async def give_up(paying: Paying, batch_id: str, person: Person, why: str) -> Batch:
    """Voids a batch that has not gone to the bank; one that is void stays so."""
    for _ in range(TRIES):
        batch, lines, _ = await read_batch(paying, batch_id)
        if batch.state == "void":
            return batch
        if batch.state in ("exported", "settled"):
            text = f"Batch {batch.id} is {batch.state}: its file may be with the bank. Report what comes back instead."
            raise PayoutRefused("illegal_step", text)
        if await paying.void(batch, list(lines.values()), person, why):
            return (await read_batch(paying, batch_id)).batch
    raise busy()


async def read_batch(paying: Paying, batch_id: str) -> Read:
    found = await read(paying, batch_id)
    if found is None:
        raise KeyError(batch_id)
    return found


def _check_approver(batch: Batch, person: Person, seen: str) -> None:
    if batch.state == "void":
        raise PayoutRefused(
            "illegal_step", f"Batch {batch.id} is void: {batch.void_reason} Prepare another one."
        )
    if person.is_also(batch.prepared_by, batch.preparer):
        raise PayoutRefused(
            "same_person", f"{batch.preparer} prepared batch {batch.id}: another person approves it."
        )
    if seen and seen != batch.content_sha256:
        text = f"Batch {batch.id} has the content {batch.content_sha256}, not {seen}: look at it again."
        raise PayoutRefused("changed", text)


def _effective_on(paying: Paying, batch: Batch, today: date) -> date:
    """The day it is due, or the first on which a bank can still pay what it gets after today."""
    calendar = batch.calendar.split()[0]
    soonest = banking_day_after(today, max(1, paying.terms.send_before_banking_days), calendar)
    return max(soonest, date.fromisoformat(batch.due_on)) if batch.due_on else soonest


async def _check_funded(paying: Paying, batch: Batch) -> None:
    if not paying.terms.require_funding:
        return
    balances = await paying.store.ledger.balances(batch.campaign)
    left = balances.get((ledger.budget(batch.campaign), batch.currency), 0)
    if left < 0:
        short = f"{batch.currency} {format_minor(-left, batch.currency)}"
        raise PayoutRefused("unfunded", f"The budget of {batch.campaign} is short by {short}: fund it first.")


async def check_unchanged(paying: Paying, found: Read, person: Person, now_ms: int) -> None:
    """Voids the batch, and says so, where it would not be prepared today as it was."""
    changes = await _changes(paying, found, now_ms)
    if not changes:
        return
    more = f" And {len(changes) - 3} more." if len(changes) > 3 else ""
    why = " ".join(changes[:3]) + more
    await paying.void(found.batch, list(found.lines.values()), person, why)
    raise PayoutRefused("changed", f"Batch {found.batch.id} is void: {why} Prepare another one.")


async def _changes(paying: Paying, found: Read, now_ms: int) -> list[str]:
    batch, lines, campaign = found
    if batch.result_version != campaign.life.result:
        return [f"Result {batch.result_version} was corrected by result {campaign.life.result}."]
    if batch.profile_sha256 != profile_sha256(batch.format, paying.terms.profiles):
        return [f"The originator of {batch.format} files was changed."]
    if batch.content_sha256 != content_sha256(batch, lines.values()):
        return ["Its lines are not those that were prepared."]
    today = local_day(now_ms, batch.format, paying.terms.profiles).isoformat()
    if batch.effective_on and batch.effective_on < today:
        return [f"The day on which it was to be paid, {batch.effective_on}, is over."]
    awards = [award_of(line) for line in lines.values()]
    day = batch.effective_on or batch.due_on or today
    judged = await paying.judging.judge(campaign, batch.format, awards, day, now_ms, also={})
    return [text for line, one in zip(lines.values(), judged, strict=True) for text in _change(line, one)]


def _change(line: Line, judged: Judged) -> list[str]:
    if judged.payee is None or payee_hash(judged.payee) != line.payee_hash:
        return [f"The bank details of account {line.account} were changed."]
    return [f"Payout {line.id} of account {line.account} is on hold: {one.detail}" for one in judged.holds]
