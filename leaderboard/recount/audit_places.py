"""The published order, held against the rows that it is the order of. Recounts nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from leaderboard.domain.audits import Difference
from leaderboard.domain.standings import Row, ranked


class Published(Struct, frozen=True):
    """Standings at one instant: all rows, and the accounts of both orders with their scores, first place first."""

    rows: list[Row]
    order: list[tuple[str, int]]
    award_order: list[tuple[str, int]]


def misplaced(published: Published) -> list[Difference]:
    """Accounts that stand elsewhere than their row says, or not at all, or with another score, in either order."""
    rows = ranked(published.rows)
    return [
        *_misplaced("place", rows, published.order),
        *_misplaced("award place", [row for row in rows if row.eligible], published.award_order),
    ]


def _misplaced(what: str, rows: Sequence[Row], order: Sequence[tuple[str, int]]) -> list[Difference]:
    shown = Counter(account for account, _ in order)
    wanted = {row.account_id: row for row in rows}
    found = [Difference(name, what, None, True) for name in wanted if name not in shown]
    found += [Difference(name, what, True, None) for name in shown if name not in wanted]
    found += [Difference(name, f"times in the {what}s", n, 1) for name, n in shown.items() if n > 1]
    found += _scores(what, wanted, order)
    # Whoever is missing or too many moves all others: places are compared among those who stand in both.
    both = [row.account_id for row in rows if row.account_id in shown]
    places = {name: place for place, name in enumerate(both, 1)}
    there = dict.fromkeys(name for name, _ in order if name in places)
    found += [
        Difference(name, what, place, places[name])
        for place, name in enumerate(there, 1)
        if places[name] != place
    ]
    return found


def _scores(what: str, wanted: Mapping[str, Row], order: Sequence[tuple[str, int]]) -> list[Difference]:
    return [
        Difference(name, f"score beside the {what}", score, wanted[name].score)
        for name, score in order
        if name in wanted and wanted[name].score != score
    ]
