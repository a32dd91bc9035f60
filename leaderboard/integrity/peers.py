"""Peers: how engaged visitors of each source are at other accounts. An account is no part of its own baseline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from leaderboard.integrity.chances import median
from leaderboard.integrity.thresholds import Thresholds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BY_SOURCE: Final = """
SELECT a, s, count(*), count_if(cart), count_if(multi), count_if(known) FROM visitors GROUP BY a, s ORDER BY a, s
"""


class Engaged(NamedTuple):
    """Visitors, and how many of them put something into the cart, saw several products, or are known elsewhere."""

    visitors: float = 0
    cart: float = 0
    multi: float = 0
    known: float = 0

    def plus(self, other: Engaged) -> Engaged:
        return Engaged(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: Engaged) -> Engaged:
        return Engaged(*(one - two for one, two in zip(self, other, strict=True)))


BySource = Mapping[int, Engaged]


def together(counts: Iterable[Engaged]) -> Engaged:
    total = Engaged()
    for one in counts:
        total = total.plus(one)
    return total


class Peers:
    """What is expected of an account's visitors, by its peers' medians. A median bears a minority of cheats."""

    def __init__(self, accounts: Mapping[int, BySource], limits: Thresholds) -> None:
        self.accounts = accounts
        self._limits = limits
        self._rates: dict[int | None, dict[int, Engaged]] = defaultdict(dict)
        self._medians: dict[tuple[int, int | None], Engaged | None] = {}
        for account, sources in accounts.items():
            self._note(account, None, together(sources.values()), limits.least_peer_visitors)
            for source, counts in sources.items():
                self._note(account, source, counts, limits.least_source_visitors)

    def _note(self, account: int, source: int | None, counts: Engaged, least: int) -> None:
        if counts.visitors >= least:
            self._rates[source][account] = Engaged(1, *(one / counts.visitors for one in counts[1:]))

    def total(self, account: int) -> Engaged:
        return together(self.accounts.get(account, {}).values())

    def rates(self, account: int, source: int | None) -> Engaged | None:
        """The peers' median shares for a source, or for all sources where too few have it. None of too few peers."""
        if (account, source) not in self._medians:
            self._medians[account, source] = self._median_without(account, source)
        return self._medians[account, source]

    def _median_without(self, account: int, source: int | None) -> Engaged | None:
        others = [rates for other, rates in self._rates[source].items() if other != account]
        if len(others) < self._limits.least_peers:
            return None if source is None else self.rates(account, None)
        return Engaged(1, *(median(column) or 0.0 for column in list(zip(*others, strict=True))[1:]))

    def expected(self, account: int, sources: BySource) -> Engaged | None:
        """How many of these visitors would be engaged, were they like the peers'. None where there are no peers."""
        total = Engaged()
        for source, counts in sources.items():
            rates = self.rates(account, source)
            if rates is None:
                return None
            total = total.plus(Engaged(*(counts.visitors * rate for rate in rates)))
        return total

    def own_factor(self, account: int, rest: BySource) -> Engaged | None:
        """How engaged the rest of an account is against its peers, at most 1: who is behind them is poor anyway."""
        expected = self.expected(account, rest)
        if expected is None:
            return None
        seen, prior = together(rest.values()), self._limits.prior_engaged
        return Engaged(
            *(
                min(1.0, (max(0, one) + prior) / (two + prior))
                for one, two in zip(seen, expected, strict=True)
            )
        )


def read_peers(connection: DuckDBPyConnection, limits: Thresholds) -> Peers:
    """Of the table `visitors`."""
    accounts: dict[int, dict[int, Engaged]] = defaultdict(dict)
    for account, source, *counts in connection.execute(_BY_SOURCE).fetchall():
        accounts[account][source] = Engaged(*counts)
    return Peers(accounts, limits)
