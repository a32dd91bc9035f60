"""The report of the last checkpoint: from all visitors to those that count, and what each detector takes off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from leaderboard.web.pages.review_queue import api_of, path_of
from leaderboard.web.pages.visit import Visit

_PER_READ: Final = 1_000
_MOST_ROWS: Final = 200

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sums:
    """Visitors of all accounts; `invalid` by what the door found."""

    gross: int
    invalid: dict[str, int]
    counted: int
    discounted: int
    net: int


async def show_integrity(visit: Visit) -> web.Response:
    """The report, or that there is none yet."""
    campaign = await visit.ask(api_of(visit.campaign))
    report, accounts = await _read(visit)
    touched = [one for one in accounts if one["flags"] or one["invalid_uv"] or one["discounted_uv"]]
    return visit.page(
        "review_integrity.html",
        campaign=campaign,
        report=report,
        sums=sums(accounts),
        by_detector=by_detector(await _flags(visit), report["flags"]) if report else [],
        rows=touched[:_MOST_ROWS],
        hidden=max(0, len(touched) - _MOST_ROWS),
        path_of=lambda *steps: path_of(visit.campaign, *steps),
    )


async def _read(visit: Visit) -> tuple[Document | None, list[Document]]:
    """The head of the report and all of its accounts; None before the first checkpoint."""
    path, accounts = api_of(visit.campaign, "integrity"), list[Document]()
    report = page = await visit.find(path, limit=_PER_READ)
    while page:
        accounts += page["items"]
        page = await visit.find(path, limit=_PER_READ, cursor=page["cursor"]) if page["cursor"] else None
    return report, accounts


async def _flags(visit: Visit) -> list[Document]:
    path, found = api_of(visit.campaign, "flags"), list[Document]()
    cursor: str | None = ""
    while cursor is not None:
        page = await visit.ask(path, limit=_PER_READ, cursor=cursor or None)
        found += page["items"]
        cursor = page["cursor"]
    return found


def sums(accounts: Sequence[Document]) -> Sums:
    """Of all accounts together."""
    invalid = Counter[str]()
    for one in accounts:
        invalid.update(one["invalid_uv"])
    return Sums(
        gross=_sum(accounts, "gross_uv"),
        invalid=dict(invalid.most_common()),
        counted=_sum(accounts, "counted_uv"),
        discounted=_sum(accounts, "discounted_uv"),
        net=_sum(accounts, "net_uv"),
    )


def _sum(accounts: Sequence[Document], figure: str) -> int:
    return sum(one[figure] for one in accounts)


def by_detector(flags: Sequence[Document], found: dict[str, int]) -> list[tuple[str, int, int]]:
    """Detector, accounts that it found, and visitors that its flags doubt; those that doubt most come first."""
    doubted = Counter[str]()
    for flag in flags:
        if flag.get("detector") and flag["status"] != "dismissed":
            doubted[flag["detector"]] += flag["excess_uv"]
    every = [(name, accounts, doubted[name]) for name, accounts in found.items()]
    return sorted(every, key=lambda row: (-row[2], -row[1], row[0]))
