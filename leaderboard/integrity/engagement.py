"""Engagement: what visitors should have done, by their sources and their own account, and whether they did far less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from leaderboard.domain.findings import Family
from leaderboard.integrity.chances import binomial_at_most
from leaderboard.integrity.peers import BySource, Engaged, Peers, together
from leaderboard.integrity.thresholds import Thresholds

_FAMILIES: Final[Mapping[str, Family]] = {"cart": "engagement", "multi": "engagement", "known": "novelty"}
# Of nobody, and of so many.
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "cart": ("no carts", "{} with a cart"),
    "multi": ("nobody saw several products", "{} saw several products"),
    "known": ("nobody is known from other accounts", "{} known from other accounts"),
}


class Deficit(Struct, frozen=True):
    """One kind of engagement that visitors have too little of. `p`: how likely so little is by chance."""

    measure: str
    seen: float
    expected: float
    p: float

    @property
    def ratio(self) -> float:
        return self.seen / self.expected

    @property
    def family(self) -> Family:
        return _FAMILIES[self.measure]

    @property
    def text(self) -> str:
        nobody, some = _WORDS[self.measure]
        return f"{some.format(round(self.seen)) if self.seen else nobody}, {self.expected:.0f} expected"


def expected_of(account: int, part: BySource, rest: BySource, peers: Peers) -> Engaged | None:
    """What a part of an account's visitors should do: as their peers by source, times what the rest does of that.

    None without peers.
    """
    expected, factor = peers.expected(account, part), peers.own_factor(account, rest)
    if expected is None or factor is None:
        return None
    return Engaged(*(one * two for one, two in zip(expected, factor, strict=True)))


def rest_of(account: int, parts: list[BySource], peers: Peers) -> dict[int, Engaged]:
    """An account's visitors without these parts, which have nobody in common."""
    rest = dict(peers.accounts[account])
    for part in parts:
        for source, counts in part.items():
            rest[source] = rest[source].minus(counts)
    return rest


def tests(part: BySource, expected: Engaged) -> tuple[Deficit, ...]:
    """Each kind of engagement against what was expected, short of it or not."""
    seen = together(part.values())
    visitors = int(seen.visitors)
    return tuple(
        Deficit(measure, got, want, binomial_at_most(int(got), visitors, min(1.0, want / visitors)))
        for measure in _FAMILIES
        for got, want in [(getattr(seen, measure), getattr(expected, measure))]
    )


def least_p(some: tuple[Deficit, ...]) -> float:
    """How likely the worst of several is by chance, as there are several."""
    return min(1.0, len(some) * min((one.p for one in some), default=1.0))


def short(some: tuple[Deficit, ...], limits: Thresholds) -> tuple[Deficit, ...]:
    """Those that are far below what was expected, and not by chance."""
    return tuple(
        one for one in some if one.seen < limits.deficit_ratio * one.expected and one.p < limits.deficit_p
    )
