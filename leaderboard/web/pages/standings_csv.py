"""All standings as a file for a spreadsheet: what its reader may see of each account, and nothing that runs there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, Final

from aiohttp import web

from leaderboard.domain.payout_csv import guarded
from leaderboard.web.pages.standings_board import Entry, all_entries
from leaderboard.web.pages.standings_rows import Level, details_of, level_of
from leaderboard.web.pages.visit import Visit

_PUBLIC: Final = ("rank", "account_id", "name", "score")
_DETAILS: Final = (
    "rank_an_hour_ago", "agency_id", "eligible", "award_rank", "award", "currency", "effective_s", "orders", "refunds",
    "net_gmv", "missing",
)  # fmt: skip


async def download(visit: Visit) -> web.Response:
    """Everybody's line. The columns' names are those of the API, the same in every language."""
    level = level_of(visit)
    entries = [entry async for entry in all_entries(visit)]
    body = written(columns_of(level), (_cells(visit, entry) for entry in entries))
    headers = {
        "Content-Disposition": f'attachment; filename="{visit.campaign}-standings.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    response = web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)
    response.enable_compression()
    return response


def columns_of(level: Level) -> tuple[str, ...]:
    """Who is not signed in gets rank, name and score."""
    return _PUBLIC if level == "public" else _PUBLIC + _DETAILS


def _cells(visit: Visit, entry: Entry) -> dict[str, Any]:
    award, gmv = entry["award"] or {}, entry["net_gmv"] or {}
    return {
        **entry,
        "award": award.get("amount"),
        "currency": award.get("currency") or gmv.get("currency"),
        "net_gmv": gmv.get("amount"),
        "missing": " ".join(details_of(entry, visit.words)),
    }


def written(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    """With a byte order mark, without which Excel reads 李 as three letters."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return guarded(value)
        case _:
            return str(value)
