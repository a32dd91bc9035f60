"""What the API says, as lines for the screen. Reads answers; asks and draws nothing."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime
from typing import Any

from leaderboard.demo.screen import Excluded, Row
from leaderboard.domain.campaigns import span

COMPARED_WITH_MS = 5_000
SHORTLY_S = 600  # who is so near is told the seconds
# The rules of the demo's campaign, for a narrow column.
_WORDS = {
    "official-partner": "single merchant",
    "refunds": "held: refunds",
    "schedule": "warned: schedule",
}


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


def board_rows(standings: dict[str, Any], moved: dict[str, int]) -> list[Row]:
    """The entries of the standings, as lines of the board."""
    entries = standings["entries"]
    best = max((entry["score"] for entry in entries), default=0) or 1
    above = [None, *(entry["score"] for entry in entries)]
    return [
        Row(
            rank=entry["rank"],
            moved=moved.get(entry["account_id"], 0),
            name=entry["name"] or entry["account_id"],
            score=entry["score"],
            gap=None if higher is None else higher - entry["score"],
            share=entry["score"] / best,
            live="" if entry["effective_s"] is None else hours(entry["effective_s"]),
            award=award_in_words(entry),
        )
        for entry, higher in zip(entries, above, strict=False)
    ]


def hours(span_s: int) -> str:
    """`13 h 59 min`: what is not full does not count as a minute."""
    return f"{span_s // 3600} h {span_s // 60 % 60:02d} min"


def award_in_words(entry: dict[str, Any], most: int = 1) -> str:
    """The place among the eligible, with the money where it is known, and in few words what speaks against it.

    Not more than `most` reasons, as many as there is room for.
    """
    reasons = [_in_few_words(reason) for reason in (entry.get("reasons") or [])[:most]]
    if not entry.get("eligible"):
        return ", ".join(reasons)
    award = entry.get("award")
    money = [f"{award['amount']} {award['currency']}"] if award else []
    place = entry["award_rank"]
    return ", ".join(["eligible" if place is None else _ordinal(place), *money, *reasons])


def taken_for_bots(entry: dict[str, Any]) -> str:
    """How many visitors the door and the detectors took for no people; nothing where it is nobody."""
    found = {"invalid at the door": "invalid_uv", "discounted by detectors": "discounted_uv"}
    return ", ".join(f"{entry[name]:,} {words}" for words, name in found.items() if entry.get(name))


def _in_few_words(reason: dict[str, Any]) -> str:
    rule, have, need = (reason.get(key) for key in ("rule", "have", "need"))
    if rule == "effective_live" and isinstance(have, int) and isinstance(need, int):
        missing_s = need - have
        # Rounded up, as what is there is rounded down: both make the whole.
        return f"{span(missing_s) if missing_s < SHORTLY_S else hours(missing_s + 59)} short"
    return _WORDS.get(str(rule)) or str(rule or reason["code"]).replace("_", " ")


def _ordinal(rank: int) -> str:
    """`1st`, `2nd`, `11th`."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{rank}{'th' if 10 < rank % 100 < 14 else endings.get(rank % 10, 'th')}"


def most_lost(account: dict[str, Any]) -> str:
    """Why most of an account's live time that does not count does not; empty where all of it counts."""
    lost_s: Counter[str] = Counter()
    for host in account["hosts"]:
        for part in host["spans"]:
            if not part["counts"]:
                length = datetime.fromisoformat(part["end"]) - datetime.fromisoformat(part["start"])
                lost_s[part["detail"]] += int(length.total_seconds())
    return next((detail for detail, _ in lost_s.most_common(1)), "")


def excluded_lines(answer: dict[str, Any]) -> list[Excluded]:
    """What did not count, by reason, most first."""
    lines = [Excluded(reason["code"], reason["count"], reason["detail"]) for reason in answer["reasons"]]
    return sorted(lines, key=lambda line: -line.count)
