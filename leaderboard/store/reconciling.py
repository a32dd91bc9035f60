"""What the bank says of an exported batch, taken in: all of a report or nothing of it, and once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from leaderboard.domain import ledger
from leaderboard.domain.payouts import Batch, Line, PayoutRefused, Person, state_after
from leaderboard.domain.reconciling import Finding, Report, reconciled
from leaderboard.store.paying import TRIES, Paying, busy
from leaderboard.store.paying_steps import read_batch

# So many lines are written in one step of a reconciliation; the audit log hashes each step in the store.
LINES_PER_STEP: Final = 200


class Outcome(NamedTuple):
    """A batch after its reconciliation, how many lines are other than before, and what somebody should look at."""

    batch: Batch
    changed: int
    warnings: list[str]


async def reconcile(paying: Paying, batch_id: str, reports: Sequence[Report], person: Person) -> Outcome:
    """Takes in what the bank says of lines, all of it or nothing. The same again changes nothing."""
    changed, warnings = 0, list[str]()
    for _ in range(TRIES):
        batch, lines, _ = await read_batch(paying, batch_id)
        if batch.state not in ("exported", "settled"):
            text = f"Batch {batch.id} is {batch.state}: nothing of it has gone to the bank."
            raise PayoutRefused("illegal_step", text)
        found = reconciled(lines, reports, await paying.store.now_ms())
        if found.problems:
            index, first = found.problems[0]
            more = f", and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
            text = f"lines[{index}]: {first}{more}. Nothing of the report was taken in."
            errors = [{"path": f"lines[{index}]", "detail": detail} for index, detail in found.problems[:100]]
            raise PayoutRefused("not_reported", text, errors=errors)
        warnings += [text for text in found.warnings if text not in warnings]
        made = await _taken_in(paying, batch, lines, found.findings, person)
        changed += made
        if made == len(found.findings):
            return Outcome((await read_batch(paying, batch_id)).batch, changed, warnings)
    raise busy()


async def _taken_in(
    paying: Paying, batch: Batch, lines: Mapping[str, Line], findings: Sequence[Finding], person: Person
) -> int:
    """How many findings were written, part by part; what was not is found again."""
    standing = dict(lines)
    for start in range(0, len(findings), LINES_PER_STEP):
        part = findings[start : start + LINES_PER_STEP]
        standing |= {one.after.id: one.after for one in part}
        after = _counted(batch, list(standing.values()))
        if not await paying.make(
            action="payout.reconcile",
            actor=person.id,
            before=batch,
            after=after,
            lines=[one.after for one in part],
            drop=[one.before for one in part if one.before.is_live and not one.after.is_live],
            entries=[entry for one in part for entry in _posted(after, one, person)],
            more={"changed": {one.after.id: f"{one.after.state} {one.after.code}".strip() for one in part}},
        ):
            return start
        batch = after
    return len(findings)


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
