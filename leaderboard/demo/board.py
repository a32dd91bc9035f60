"""Looks at the service and remembers what it saw: one missed answer does not empty the screen."""

from __future__ import annotations

from typing import Any

from leaderboard.demo.answers import (
    Movement,
    award_in_words,
    board_rows,
    excluded_lines,
    hours,
    most_lost,
    ranks_of,
    taken_for_bots,
)
from leaderboard.demo.client import Client, DemoError, get_account, get_entry, get_excluded, get_standings
from leaderboard.demo.feeder import Counts
from leaderboard.demo.screen import Excluded, Row, Snapshot
from leaderboard.demo.world import Account, World

EXCLUDED_EVERY_MS = 2_000
MOST_MISSED = 20  # answers in a row, before the board is not worth watching


class Board:
    """The latest known standings of the demo's campaign."""

    def __init__(self, client: Client, world: World, url: str, counts: Counts) -> None:
        self._client, self._seed, self._url, self._counts = client, world.seed, url, counts
        self._movement = Movement()
        self._rows: list[Row] = []
        self._lag_ms: int | None = None
        self._excluded: list[Excluded] = []
        self._excluded_due_ms = 0
        self._missed = 0

    async def look(self, now_ms: int, clock: str, *, everything: bool = False) -> Snapshot:
        """Asks for the standings, and now and then for what did not count."""
        try:
            self._note(await get_standings(self._client), now_ms)
            if everything or now_ms >= self._excluded_due_ms:
                self._excluded = excluded_lines(await get_excluded(self._client))
                self._excluded_due_ms = now_ms + EXCLUDED_EVERY_MS
            self._missed = 0
        except DemoError:
            self._missed += 1
            if self._missed > MOST_MISSED:
                raise
        return self._snapshot(clock)

    async def verdict(self, account: Account) -> str:
        """What the service says of one account at the end."""
        if not account.enrolled:
            return "nothing of it counts"
        try:
            entry = await get_entry(self._client, account.id)
            lost = "" if entry["effective_s"] else most_lost(await get_account(self._client, account.id))
        except DemoError:
            return "the service did not say"
        said = [
            f"rank {entry['rank']}",
            f"{hours(entry['effective_s'] or 0)} live",
            lost,
            taken_for_bots(entry),
            award_in_words(entry),
        ]
        return "; ".join(part for part in said if part)

    def _note(self, standings: dict[str, Any], now_ms: int) -> None:
        moved = self._movement.note(now_ms, ranks_of(standings))
        self._rows = board_rows(standings, moved)
        self._lag_ms = standings.get("lag_ms")

    def _snapshot(self, clock: str) -> Snapshot:
        return Snapshot(self._seed, self._url, clock, self._counts, self._lag_ms, self._rows, self._excluded)
