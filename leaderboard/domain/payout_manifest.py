"""What is signed about an export: which file pays what, of which result, on whose approval. No bank details."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from leaderboard.domain.money import format_minor
from leaderboard.domain.payout_files import file_name
from leaderboard.domain.payouts import Batch, Line
from leaderboard.domain.times import rfc3339

FORMAT: Final = "live-leaderboard-export"
FORMAT_VERSION: Final = 1


def manifest(batch: Batch, lines: Iterable[Line]) -> dict[str, Any]:
    """The document; plain values that have canonical bytes."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "batch": batch.id,
        "campaign": batch.campaign,
        "result": {"version": batch.result_version, "sha256": batch.result_sha256},
        "file": {
            "name": file_name(batch),
            "format": batch.format,
            "bytes": batch.file_bytes,
            "sha256": batch.file_sha256,
        },
        "content_sha256": batch.content_sha256,
        "total": _money(batch.total_minor, batch.currency),
        "lines": [
            {
                "id": line.id,
                "award": line.award,
                "account_id": line.account,
                "place": line.place,
                "amount": _money(line.amount.minor, line.amount.currency),
                "attempt": line.attempt,
            }
            for line in sorted(lines, key=lambda line: line.id)
        ],
        "due_on": batch.due_on,
        "effective_on": batch.effective_on,
        "prepared": {"by": batch.prepared_by, "at": rfc3339(batch.prepared_ms)},
        "approved": {"by": batch.approved_by, "at": rfc3339(batch.approved_ms)},
        "exported": {"by": batch.exported_by, "at": rfc3339(batch.exported_ms)},
    }


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": format_minor(minor, currency), "currency": currency}
