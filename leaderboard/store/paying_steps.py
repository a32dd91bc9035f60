"""What happens to a prepared batch: approved by another person, exported once, reconciled; or given up.

Every step looks again at what the batch was made of. Where anything of that has changed, the batch is void.
"""

from __future__ import annotations

from typing import NamedTuple

from leaderboard.domain import ledger
from leaderboard.domain.money import format_minor
from leaderboard.domain.pay_days import LEAST_LEAD_DAYS, soonest_day
from leaderboard.domain.payout_batches import award_of
from leaderboard.domain.payout_files import local_day, modifier, profile_sha256
from leaderboard.domain.payouts import (
    Batch,
    Line,
    PayoutRefused,
    Person,
    content_sha256,
    maybe_sent,
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


async def approve(paying: Paying, batch_id: str, person: Person, seen: str = "") -> Batch:
    """Approves what was prepared, by another person. `seen`: the content hash of what they have looked at.

    One that is approved stays as it is. PayoutRefused says what speaks against it.
    """
    for _ in range(TRIES):
        since = await paying.store.payouts.place()
        batch, lines, campaign = await read_batch(paying, batch_id)
        _check_approver(batch, person, seen)
        await check_reviewer(paying.store, batch.campaign, person, [line.account for line in lines.values()])
        if batch.state in ("approved", "exported", "settled"):
            return batch
        if batch.restored:
            raise maybe_sent(batch)
        now_ms = await paying.store.now_ms()
        # Only a NACHA file is told apart by a number of its day.
        today = local_day(now_ms, batch.format, paying.terms.profiles).isoformat()
        day = today if batch.format == "nacha" else ""
        number = await paying.store.payouts.files_of(day) if day else 0
        after = batch.moved(
            "approved",
            approved_by=person.id,
            approver=person.name,
            approved_ms=now_ms,
            effective_on=paying.pay_day(batch.due_on, batch.calendar, batch.format, now_ms),
            modifier=modifier(number) if day else "",
        )
        await check_unchanged(paying, Read(batch, lines, campaign), person, now_ms, after.effective_on)
        await _check_funded(paying, batch)
        if await paying.make(
            action="payout.approve",
            actor=person.id,
            before=batch,
            after=after,
            checks_result=True,
            since=since,
            accounts=[line.account for line in lines.values()],
            day=day,
            number=number,
        ):
            return after
    raise busy()


async def give_up(
    paying: Paying, batch_id: str, person: Person, why: str, *, is_unsent: bool = False
) -> Batch:
    """Voids a batch that has not gone to the bank; one that is void stays so.

    `is_unsent`: somebody else than who prepared it has asked the bank, of one that is restored from a backup.
    """
    for _ in range(TRIES):
        batch, lines, _ = await read_batch(paying, batch_id)
        if batch.state == "void":
            return batch
        if batch.state in ("exported", "settled"):
            text = f"Batch {batch.id} is {batch.state}: its file may be with the bank. Report what comes back instead."
            raise PayoutRefused("illegal_step", text)
        if batch.restored:
            _check_unsent(batch, person, is_unsent=is_unsent)
            why = f"Not sent, as the bank says: {why}"
        if await paying.void(batch, list(lines.values()), person, why):
            return (await read_batch(paying, batch_id)).batch
    raise busy()


async def read_batch(paying: Paying, batch_id: str) -> Read:
    """As it stands at this moment; KeyError where there is none."""
    batch = await paying.store.payouts.batch(batch_id)
    if batch is None:
        raise KeyError(batch_id)
    lines = await paying.store.payouts.lines(batch_id)
    return Read(batch, lines, await paying.fresh(batch.campaign))


def _check_unsent(batch: Batch, person: Person, *, is_unsent: bool) -> None:
    """Whoever could pay themselves a second time does not say that nothing was sent."""
    if not is_unsent:
        raise maybe_sent(batch)
    if person.is_also(batch.prepared_by, batch.preparer):
        text = f"{batch.preparer} prepared batch {batch.id}: another person says that it was not sent."
        raise PayoutRefused("same_person", text)


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


async def _check_funded(paying: Paying, batch: Batch) -> None:
    if not paying.terms.require_funding:
        return
    balances = await paying.store.ledger.balances(batch.campaign)
    left = balances.get((ledger.budget(batch.campaign), batch.currency), 0)
    if left < 0:
        short = f"{batch.currency} {format_minor(-left, batch.currency)}"
        text = f"The budget of {batch.campaign} is short by {short}, all its batches together: an admin notes"
        command = f'`leaderboard payouts fund {batch.campaign} "{short}" --reference …`'
        raise PayoutRefused("unfunded", f"{text} money that was set aside with {command}.")


async def check_unchanged(
    paying: Paying, found: Read, person: Person, now_ms: int, effective_on: str
) -> None:
    """Voids the batch, and says so, where it would not be prepared today as it was, to be paid on that day."""
    await paying.results.to_act_on(found.campaign)
    changes = await _changes(paying, found, now_ms, effective_on)
    if not changes:
        return
    if found.batch.restored:
        raise maybe_sent(found.batch, " ".join(changes[:3]))
    more = f" And {len(changes) - 3} more." if len(changes) > 3 else ""
    why = " ".join(changes[:3]) + more
    await paying.void(found.batch, list(found.lines.values()), person, why)
    raise PayoutRefused("changed", f"Batch {found.batch.id} is void: {why} Prepare another one.")


async def _changes(paying: Paying, found: Read, now_ms: int, effective_on: str) -> list[str]:
    batch, lines, campaign = found
    if batch.result_version < campaign.life.result:
        return [f"Result {batch.result_version} was corrected by result {campaign.life.result}."]
    if batch.profile_sha256 != profile_sha256(batch.format, paying.terms.profiles):
        return [f"The originator of {batch.format} files was changed."]
    if batch.content_sha256 != content_sha256(batch, lines.values()):
        return ["Its lines are not those that were prepared."]
    if effective_on < _least_day(paying, batch, now_ms):
        return [f"The day on which it was to be paid, {effective_on}, is too near for a bank, or over."]
    awards = [award_of(line) for line in lines.values()]
    judged = await paying.judging.judge(campaign, batch.format, awards, effective_on, now_ms, also={})
    return [text for line, one in zip(lines.values(), judged, strict=True) for text in _change(line, one)]


def _least_day(paying: Paying, batch: Batch, now_ms: int) -> str:
    today = local_day(now_ms, batch.format, paying.terms.profiles)
    calendars = paying.calendars(batch.calendar, batch.format)
    return soonest_day(today, LEAST_LEAD_DAYS, calendars).isoformat()


def _change(line: Line, judged: Judged) -> list[str]:
    if judged.payee is None or payee_hash(judged.payee) != line.payee_hash:
        return [f"The bank details of account {line.account} were changed."]
    return [f"Payout {line.id} of account {line.account} is on hold: {one.detail}" for one in judged.holds]
