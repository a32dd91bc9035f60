"""What the API says, as lines for the screen. Reads answers; asks and draws nothing."""

from __future__ import annotations

from collections import deque
from typing import Any

from leaderboard.demo.screen import Excluded, Row

COMPARED_WITH_MS = 5_000


class Movement:
    """Remembers where everybody stood a few seconds ago."""

    def __init__(self) -> None:
        self._past: deque[tuple[int, dict[str, int]]] = deque()

    def note(self, now_ms: int, ranks: dict[str, int]) -> dict[str, int]:
        """Places gained (lost: negative) by account; nothing for who was not on the board then."""
        self._past.append((now_ms, ranks))
        while len(self._past) > 1 and self._past[1][0] <= now_ms - COMPARED_WITH_MS:
            self._past.popleft()
        before = self._past[0][1]
        return {account: before[account] - rank for account, rank in ranks.items() if account in before}


def ranks_of(standings: dict[str, Any]) -> dict[str, int]:
    return {entry["account_id"]: entry["rank"] for entry in standings["entries"]}


def board_rows(standings: dict[str, Any], agencies: dict[str, str], moved: dict[str, int]) -> list[Row]:
    """The entries of the standings, as lines of the board."""
    entries = standings["entries"]
    best = max((entry["score"] for entry in entries), default=0) or 1
    above = [None, *(entry["score"] for entry in entries)]
    return [
        Row(
            rank=entry["rank"],
            moved=moved.get(entry["account_id"], 0),
            name=entry["name"] or entry["account_id"],
            agency=agencies.get(entry["agency_id"], str(entry["agency_id"])),
            score=entry["score"],
            gap=None if higher is None else higher - entry["score"],
            share=entry["score"] / best,
            award=_award(entry),
        )
        for entry, higher in zip(entries, above, strict=False)
    ]


def _award(entry: dict[str, Any]) -> str:
    """The money, or the first reason why there is none."""
    if award := entry.get("award"):
        return f"{award['amount']} {award['currency']}"
    return (
        ""
        if entry.get("eligible")
        else next((str(reason["code"]) for reason in entry.get("reasons") or []), "")
    )


def excluded_lines(answer: dict[str, Any]) -> list[Excluded]:
    """What did not count, by reason, most first."""
    lines = [Excluded(reason["code"], reason["count"], reason["detail"]) for reason in answer["reasons"]]
    return sorted(lines, key=lambda line: -line.count)
