"""Batches, lines and held awards as they are shown: masked, money as texts. Reads and decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from leaderboard.domain.accounts import Account
from leaderboard.domain.payout_batches import Held
from leaderboard.domain.payout_differences import Difference, SettledByHand
from leaderboard.domain.payout_files import file_name
from leaderboard.domain.payouts import Batch, BatchState, Format, Line, LineState
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, money
from leaderboard.web.payouts_payable import PayableShown
from leaderboard.web.problems import AwardHeld, HoldShown

Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Amount = dict[str, str]


class ResultPaid(Struct):
    """The certified result that a batch pays."""

    version: int
    sha256: str


class FileShown(Struct):
    """The file that was made for the bank, the same at every download."""

    name: str
    sha256: str
    bytes: int


class BatchShown(Struct, kw_only=True):
    """A batch. An approval is bound to `content_sha256`; `effective_on` is when the bank is to pay."""

    id: str
    campaign: str
    number: int
    state: BatchState
    format: Format
    lines: int
    total: Amount
    content_sha256: str
    result: ResultPaid
    due_on: Day | None
    send_by_on: Day | None
    calendar: str
    prepared_by: str
    preparer: str
    prepared_at: Time
    approved_by: str | None
    approver: str | None
    approved_at: Time | None
    effective_on: Day | None
    exported_by: str | None
    exported_at: Time | None
    file: FileShown | None
    paid_lines: int
    returned_lines: int
    void_reason: str | None


class LineShown(Struct, kw_only=True):
    """A payout: one award to one account. `last4` of the bank account; `code` is the bank's."""

    id: str
    award: str
    place: int | None
    account_id: str
    name: str
    amount: Amount
    attempt: int
    last4: str
    state: LineState
    code: str | None
    reference: str | None
    settled_at: Time | None


class BatchPage(BatchShown, kw_only=True):
    """A batch with some of its lines, by payout id."""

    items: list[LineShown]
    cursor: str | None


class PreparedShown(Struct):
    """The batch, new or the one there is, and every award that is not in one."""

    batch: BatchShown
    held: list[AwardHeld]


class ReconciledShown(Struct):
    """The batch afterwards. `changed` lines are other than before; `warnings` are for somebody to look at."""

    batch: BatchShown
    changed: int
    warnings: list[str]


class SettledShown(Struct):
    """A payout that differs from the newest result, and the note that people have settled that. `by` is a token."""

    award: str
    account_id: str
    payout: str
    paid: Amount
    owed: Amount
    reason: str
    reference: str | None
    by: str
    at: Time


class PayoutsShown(Struct, kw_only=True):
    """How a campaign's payouts stand. `payable`: how many awards another batch of this format would pay, `to_pay`
    which."""

    campaign: str
    state: str
    correcting: bool
    result: ResultPaid
    format: Format
    due_on: Day | None
    send_by_on: Day | None
    calendar: str
    awards: int
    payable: int
    payable_total: Amount
    to_pay: list[PayableShown]
    held: list[AwardHeld]
    settled_by_hand: list[SettledShown]
    batches: list[BatchShown]
    budget: Amount


def batch_shown(batch: Batch) -> BatchShown:
    """A batch without its lines."""
    file = FileShown(file_name(batch), batch.file_sha256, batch.file_bytes) if batch.file_sha256 else None
    return BatchShown(**_fields(batch), file=file)


def batch_page(
    batch: Batch, lines: Iterable[Line], accounts: Mapping[str, Account | None], cursor: str | None
) -> BatchPage:
    """A batch with these lines."""
    file = FileShown(file_name(batch), batch.file_sha256, batch.file_bytes) if batch.file_sha256 else None
    items = [_line_shown(line, accounts.get(line.account)) for line in lines]
    return BatchPage(**_fields(batch), file=file, items=items, cursor=cursor)


def held_shown(held: Iterable[Held]) -> list[AwardHeld]:
    """Awards that are not paid, with the reasons."""
    return [
        AwardHeld(
            award=one.award,
            account_id=one.account,
            place=one.place,
            amount=money(one.amount.minor, one.amount.currency),
            reasons=[HoldShown(reason.code, reason.detail) for reason in one.reasons],
        )
        for one in held
    ]


def settled_shown(difference: Difference, note: SettledByHand) -> SettledShown:
    """A note with what it is of."""
    return SettledShown(
        award=difference.line.award,
        account_id=difference.line.account,
        payout=note.payout,
        paid=money(note.paid.minor, note.paid.currency),
        owed=money(note.owed.minor, note.owed.currency),
        reason=note.reason,
        reference=note.reference or None,
        by=note.by,
        at=rfc3339(note.at_ms),
    )


def _fields(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "campaign": batch.campaign,
        "number": batch.number,
        "state": batch.state,
        "format": batch.format,
        "lines": batch.lines,
        "total": money(batch.total_minor, batch.currency),
        "content_sha256": batch.content_sha256,
        "result": ResultPaid(batch.result_version, batch.result_sha256),
        "due_on": batch.due_on or None,
        "send_by_on": batch.send_by_on or None,
        "calendar": batch.calendar,
        "prepared_by": batch.prepared_by,
        "preparer": batch.preparer,
        "prepared_at": rfc3339(batch.prepared_ms),
        "approved_by": batch.approved_by or None,
        "approver": batch.approver or None,
        "approved_at": _time(batch.approved_ms),
        "effective_on": batch.effective_on or None,
        "exported_by": batch.exported_by or None,
        "exported_at": _time(batch.exported_ms),
        "paid_lines": batch.paid_lines,
        "returned_lines": batch.returned_lines,
        "void_reason": batch.void_reason or None,
    }


def _line_shown(line: Line, account: Account | None) -> LineShown:
    return LineShown(
        id=line.id,
        award=line.award,
        place=line.place,
        account_id=line.account,
        name=account.name if account else "",
        amount=money(line.amount.minor, line.amount.currency),
        attempt=line.attempt,
        last4=line.last4,
        state=line.state,
        code=line.code or None,
        reference=line.reference or None,
        settled_at=_time(line.settled_ms),
    )


def _time(at_ms: int) -> str | None:
    return rfc3339(at_ms) if at_ms else None
