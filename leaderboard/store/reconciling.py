"""What the bank says of an exported batch, taken in: all of a report or nothing of it, and once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from leaderboard.domain import ledger
from leaderboard.domain.payout_files import local_day
from leaderboard.domain.payouts import Batch, Line, PayoutRefused, Person, state_after
from leaderboard.domain.reconciling import Finding, Reconciled, Report, reconciled
from leaderboard.store.paying import TRIES, Paying, busy
from leaderboard.store.paying_steps import read_batch

# The audit log hashes what it is told inside the store: of very many lines it gets the first, and a hash of all.
LINES_LOGGED: Final = 50
# Others who report on the same batch through another process are let past.
_PAUSE_S: Final = 0.02


class Outcome(NamedTuple):
    """A batch after its reconciliation, how many lines are other than before, and what somebody should look at."""

    batch: Batch
    changed: int
    warnings: list[str]


async def reconcile(paying: Paying, batch_id: str, reports: Sequence[Report], person: Person) -> Outcome:
    """Takes in what the bank says of lines, all of it or nothing. The same again changes nothing."""
    async with paying.reconciling:
        for attempt in range(TRIES):
            batch, lines, _ = await read_batch(paying, batch_id)
            if batch.state not in ("exported", "settled"):
                text = f"Batch {batch.id} is {batch.state}: nothing of it has gone to the bank."
                raise PayoutRefused("illegal_step", text)
            now_ms = await paying.store.now_ms()
            found = reconciled(lines, reports, now_ms)
            _check(found)
            warnings = [*_too_early(paying, batch, found, now_ms), *found.warnings]
            if not found.findings:
                return Outcome(batch, 0, warnings)
            if after := await _taken_in(paying, batch, lines, found.findings, person):
                return Outcome(after, len(found.findings), warnings)
            await asyncio.sleep(attempt * _PAUSE_S)
    raise busy()


def _check(found: Reconciled) -> None:
    if not found.problems:
        return
    index, first = found.problems[0]
    more = f", and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
    text = f"lines[{index}]: {first}{more}. Nothing of the report was taken in."
    errors = [{"path": f"lines[{index}]", "detail": detail} for index, detail in found.problems[:100]]
    raise PayoutRefused("not_reported", text, errors=errors)


def _too_early(paying: Paying, batch: Batch, found: Reconciled, now_ms: int) -> list[str]:
    """Whoever reports a payment before its day may have read a plan for a report."""
    arrived = sum(one.after.state == "paid" != one.before.state for one in found.findings)
    today = local_day(now_ms, batch.format, paying.terms.profiles).isoformat()
    if not arrived or today >= batch.effective_on:
        return []
    payouts = "1 payout" if arrived == 1 else f"{arrived:,} payouts"
    return [f"{payouts} noted as paid, and the bank was to pay on {batch.effective_on}: are you sure?"]


async def _taken_in(
    paying: Paying, batch: Batch, lines: Mapping[str, Line], findings: Sequence[Finding], person: Person
) -> Batch | None:
    """The batch afterwards; None where somebody else was first."""
    standing = {**lines, **{one.after.id: one.after for one in findings}}
    after = _counted(batch, list(standing.values()))
    made = await paying.make(
        action="payout.reconcile",
        actor=person.id,
        before=batch,
        after=after,
        lines=[one.after for one in findings],
        drop=[one.before for one in findings if one.before.is_live and not one.after.is_live],
        entries=[entry for one in findings for entry in _posted(after, one, person)],
        more=_logged(findings),
    )
    return after if made else None


def _logged(findings: Sequence[Finding]) -> dict[str, object]:
    said = sorted(f"{one.after.id} {one.after.state} {one.after.code}".strip() for one in findings)
    logged = {"changed_lines": len(said), "changed": said[:LINES_LOGGED]}
    if len(said) == len(said[:LINES_LOGGED]):
        return logged
    return logged | {"changed_sha256": sha256("\n".join(said).encode()).hexdigest()}


def _counted(batch: Batch, lines: Sequence[Line]) -> Batch:
    return batch.moved(
        state_after(batch, lines),
        paid_lines=sum(line.state == "paid" for line in lines),
        returned_lines=sum(line.state == "returned" for line in lines),
    )


def _posted(batch: Batch, finding: Finding, person: Person) -> list[ledger.Entry]:
    before, after = finding
    who, when_ms = person.id, after.settled_ms
    if after.state == "returned":
        return [ledger.returned(batch, before, after.code, actor=who, at_ms=when_ms)]
    return [ledger.paid(batch, after, actor=who, at_ms=when_ms)] if before.state != "paid" else []
