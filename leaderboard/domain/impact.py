"""What hangs on a flag: which paid places would change, by the standings as they are. Judges and pays nobody."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from leaderboard.domain.standings import Row, order_key


class Impact(Struct, frozen=True):
    """Of an account: its place among those who qualify, what it has of all awards in minor units, and how many places
    it stands below the last paid one; 0: it is paid, or would be without its discount. None for one without a place.

    `moves`: how many other accounts would get another paid place, or lose theirs, if it were taken out, or if its
    discount were lifted: the larger of the two.
    """

    award_rank: int | None
    award_minor: int
    places_from_paid: int | None
    moves: int


NOWHERE = Impact(None, 0, None, 0)


class Stakes:
    """The award ranking as it stands. `award_order`: accounts, the first place first. `paid`: how many places are;
    None: all. `awards_minor`: account → the sum of its awards."""

    def __init__(
        self,
        rows: Iterable[Row],
        award_order: Sequence[str],
        paid: int | None,
        awards_minor: Mapping[str, int],
    ) -> None:
        self._rows = {row.account_id: row for row in rows}
        known = [name for name in award_order if name in self._rows]
        self._ranks = {name: rank for rank, name in enumerate(known, start=1)}
        self._keys = [order_key(self._rows[name]) for name in known]
        self._paid = len(known) if paid is None else paid
        self._awards_minor = awards_minor

    def of(self, account: str) -> Impact:
        """What hangs on this account."""
        rank, minor = self._ranks.get(account), self._awards_minor.get(account, 0)
        if rank is None:
            return Impact(None, minor, None, 0)
        lifted = self._rank_without_discount(account, rank)
        return Impact(
            rank,
            minor,
            max(0, lifted - self._paid),
            max(self._moved_up(rank), self._moved_down(rank, lifted)),
        )

    def _rank_without_discount(self, account: str, rank: int) -> int:
        row = self._rows[account]
        if not row.discounted_uv:
            return rank
        score = row.score + row.discounted_uv
        return min(rank, bisect_left(self._keys, (-score, row.reached_ms, account)) + 1)

    def _moved_up(self, rank: int) -> int:
        """Those below it with a paid place, and the one who would get the last."""
        return max(0, min(len(self._keys), self._paid + 1) - rank)

    def _moved_down(self, rank: int, lifted: int) -> int:
        """Those with a paid place whom it would pass."""
        return max(0, min(rank - 1, self._paid) - lifted + 1)


def by_impact(impact: Impact) -> tuple[int, int, int, int]:
    """Ascending: first whose paid places it concerns, by what is at stake; whoever has no place, last."""
    away = impact.places_from_paid
    if away is None:
        return (2, 0, -impact.award_minor, 0)
    return (1 if away else 0, away, -impact.award_minor, -impact.moves)
