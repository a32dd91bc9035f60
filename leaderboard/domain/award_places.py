"""Who wins an award, in which order, and who stands level there. Pays nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby, takewhile

from msgspec import Struct

from leaderboard.domain.award_values import ByAccount, figure
from leaderboard.domain.campaigns import Award

Key = tuple[int | Fraction, ...]


class Contender(Struct, frozen=True):
    """An account that qualifies for an award. `score` and `reached_ms` are those of the campaign's ranking."""

    account: str
    score: int
    reached_ms: int


class Level(Struct, frozen=True):
    """Winners who stand level, at most often one. They take the places from `place` on; `places` of those are paid,
    which are fewer than the accounts where the limit runs through them."""

    place: int
    places: int
    accounts: tuple[str, ...]


def levels(award: Award, contenders: Iterable[Contender], by_account: ByAccount) -> list[Level]:
    """The winners, best first. Where nothing is ranked, everybody wins, in the order of the standings."""
    ranked = sorted(contenders, key=_in_standings)
    if not award.rank_by:
        return [Level(place, 1, (one.account,)) for place, one in enumerate(ranked, start=1)]
    # Nobody wins a place who has not begun.
    scored = [(_key(award, one, by_account), one.account) for one in ranked if one.score > 0]
    # Sorting keeps the order of the standings among those whom the rules leave level.
    scored.sort(key=lambda pair: pair[0])
    return _within(award.limit, _grouped(scored, is_sharing=award.sharing is not None))


def _in_standings(one: Contender) -> tuple[int, int, str]:
    return -one.score, one.reached_ms, one.account


def _key(award: Award, one: Contender, by_account: ByAccount) -> Key:
    """Ascending: the best has the lowest."""
    rules = takewhile(lambda rule: rule != "split", award.ties)
    return -one.score, *(part for rule in rules for part in _by_rule(rule, one, by_account))


def _by_rule(rule: str, one: Contender, by_account: ByAccount) -> Key:
    if rule == "reached":
        return (one.reached_ms,)
    found = figure(by_account, one.account, rule)
    # Whoever has no value stands behind all who have one.
    return (1, 0) if found is None else (0, -found)


def _grouped(scored: Sequence[tuple[Key, str]], *, is_sharing: bool) -> list[tuple[str, ...]]:
    if not is_sharing:
        return [(account,) for _, account in scored]
    groups = groupby(scored, key=lambda pair: pair[0])
    return [tuple(account for _, account in group) for _, group in groups]


def _within(limit: int | None, groups: Iterable[tuple[str, ...]]) -> list[Level]:
    found: list[Level] = []
    place = 1
    for accounts in groups:
        if limit is not None and place > limit:
            break
        last = place + len(accounts) - 1
        paid = last if limit is None else min(last, limit)
        found.append(Level(place, paid - place + 1, accounts))
        place = last + 1
    return found
