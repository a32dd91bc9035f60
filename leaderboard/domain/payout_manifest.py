"""What is signed about an export: which file pays what, of which result, on whose approval. No bank details.

It says all that a batch and its lines need to be made again, since a store may be lost after its file went to the bank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from leaderboard.domain.money import Money, format_minor, parse_minor
from leaderboard.domain.payout_files import file_name
from leaderboard.domain.payouts import Batch, Line, content_sha256
from leaderboard.domain.times import rfc3339, to_ms

FORMAT: Final = "live-leaderboard-export"
FORMAT_VERSION: Final = 1


class Exported(NamedTuple):
    """A batch and its lines right after the export. `approved_on`: on which day of the originator.

    `came_back`: payout id → the bank's code with which the attempt before it came back, of lines that pay again.
    """

    batch: Batch
    lines: Sequence[Line]
    approved_on: str
    came_back: Mapping[str, str]


def manifest(exported: Exported) -> dict[str, Any]:
    """The document; plain values that have canonical bytes."""
    batch, lines, approved_on, came_back = exported
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "batch": batch.id,
        "batch_number": batch.number,
        "batch_version": batch.version,
        "campaign": batch.campaign,
        "result": {"version": batch.result_version, "sha256": batch.result_sha256},
        "file": {
            "name": file_name(batch),
            "format": batch.format,
            "bytes": batch.file_bytes,
            "sha256": batch.file_sha256,
            "modifier": batch.modifier,
            "profile_sha256": batch.profile_sha256,
        },
        "content_sha256": batch.content_sha256,
        "total": _money(batch.total_minor, batch.currency),
        "lines": [_line(line, came_back.get(line.id)) for line in sorted(lines, key=lambda line: line.id)],
        "due_on": batch.due_on,
        "send_by_on": batch.send_by_on,
        "calendar": batch.calendar,
        "effective_on": batch.effective_on,
        "prepared": {"by": batch.prepared_by, "name": batch.preparer, "at": rfc3339(batch.prepared_ms)},
        "approved": {
            "by": batch.approved_by,
            "name": batch.approver,
            "at": rfc3339(batch.approved_ms),
            "on": approved_on,
        },
        "exported": {"by": batch.exported_by, "at": rfc3339(batch.exported_ms)},
    }


def exported_of(document: Mapping[str, Any]) -> Exported:
    """The other way. ValueError for a document that is not such a manifest, or does not hold together."""
    if (document.get("format"), document.get("format_version")) != (FORMAT, FORMAT_VERSION):
        raise ValueError(f"it is not of format {FORMAT} {FORMAT_VERSION}")
    try:
        lines = [_line_of(said) for said in document["lines"]]
        batch = _batch_of(document, lines)
        came_back = {said["id"]: said["came_back"] for said in document["lines"] if "came_back" in said}
        exported = Exported(batch, lines, document["approved"]["on"], came_back)
    except (KeyError, TypeError) as error:
        raise ValueError(f"it lacks what a manifest has: {error}") from error
    if content_sha256(batch, lines) != batch.content_sha256:
        raise ValueError("its lines are not those that were approved")
    return exported


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": format_minor(minor, currency), "currency": currency}


def _line(line: Line, came_back: str | None) -> dict[str, Any]:
    said = {
        "id": line.id,
        "award": line.award,
        "account_id": line.account,
        "place": line.place,
        "amount": _money(line.amount.minor, line.amount.currency),
        "attempt": line.attempt,
        "payee": {"version": line.payee_version, "sha256": line.payee_hash, "last4": line.last4},
    }
    return said if came_back is None else said | {"came_back": came_back}


def _line_of(said: Mapping[str, Any]) -> Line:
    amount, payee = said["amount"], said["payee"]
    return Line(
        id=said["id"],
        award=said["award"],
        account=said["account_id"],
        place=said["place"],
        amount=Money(parse_minor(amount["amount"], amount["currency"]), amount["currency"]),
        attempt=said["attempt"],
        payee_version=payee["version"],
        payee_hash=payee["sha256"],
        last4=payee["last4"],
        state="exported",
    )


def _batch_of(said: Mapping[str, Any], lines: Sequence[Line]) -> Batch:
    file, result = said["file"], said["result"]
    prepared, approved, exported = said["prepared"], said["approved"], said["exported"]
    return Batch(
        id=said["batch"],
        campaign=said["campaign"],
        number=said["batch_number"],
        version=said["batch_version"],
        state="exported",
        format=file["format"],
        currency=said["total"]["currency"],
        lines=len(lines),
        total_minor=sum(line.amount.minor for line in lines),
        content_sha256=said["content_sha256"],
        result_version=result["version"],
        result_sha256=result["sha256"],
        profile_sha256=file["profile_sha256"],
        due_on=said["due_on"],
        send_by_on=said["send_by_on"],
        calendar=said["calendar"],
        prepared_by=prepared["by"],
        preparer=prepared["name"],
        prepared_ms=_ms(prepared["at"]),
        approved_by=approved["by"],
        approver=approved["name"],
        approved_ms=_ms(approved["at"]),
        effective_on=said["effective_on"],
        modifier=file["modifier"],
        exported_by=exported["by"],
        exported_ms=_ms(exported["at"]),
        file_sha256=file["sha256"],
        file_bytes=file["bytes"],
    )


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))
