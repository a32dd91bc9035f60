"""D3: accounts with many strangers who do far less than strangers do elsewhere, while acquaintances do as much as ever.

A stranger is who was seen at no other account. Many strangers alone are a launch; visitors who all do little are a dull
show. Both together, and among the strangers only, are bought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.findings import Finding, Measure
from leaderboard.integrity.chances import binomial_at_most
from leaderboard.integrity.corrections import corrected
from leaderboard.integrity.doubts import doubt_strangers
from leaderboard.integrity.peers import Engaged, Peers
from leaderboard.integrity.thresholds import Thresholds, rule

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DETECTOR: Final = "fresh"
_BY_SOURCE: Final = """
SELECT a, s, count(*), count_if(cart), count_if(multi), count_if(known)
FROM visitors ANTI JOIN in_rooms USING (a, visitor)
WHERE list_contains($known, known)
GROUP BY a, s ORDER BY a, s
"""


class Fresh(Struct, frozen=True):
    """An account against its peers. `multi`: strangers who saw several products; `p`: how likely so few are."""

    account: int
    visitors: float
    known: float
    expected_known: float
    strangers: float
    multi: float
    expected_multi: float
    p: float

    @property
    def known_deficit(self) -> float:
        return shortfall(self.known, self.expected_known)

    @property
    def multi_deficit(self) -> float:
        return shortfall(self.multi, self.expected_multi)

    @property
    def excess(self) -> float:
        """How many strangers are no people, if people were as engaged as expected and machines not at all."""
        return self.strangers * max(0.0, 1 - self.multi / self.expected_multi)


def shortfall(seen: float, expected: float) -> float:
    """How far below what is expected, as a logarithm: 0.7 is half. One is added, or none at all would be infinite."""
    return log((expected + 1) / (seen + 1))


def fresh_findings(
    connection: DuckDBPyConnection, names: Mapping[int, str], compared: Sequence[Fresh], limits: Thresholds
) -> list[Finding]:
    """Holds. Strangers who did nothing in these accounts are put into `doubts`, up to the estimate."""
    chances = corrected([one.p for one in compared])
    found = [
        (one, p)
        for one, p in zip(compared, chances, strict=True)
        if is_fresh(one, limits) and p <= limits.false_discoveries
    ]
    doubt_strangers(connection, [(one.account, one.excess) for one, _ in found])
    return [_finding(names[one.account], one, p, limits) for one, p in found]


def compare_all(connection: DuckDBPyConnection, limits: Thresholds) -> list[Fresh]:
    """All accounts that can be compared. Rooms of people with the same devices are left out."""
    everybody, strangers, acquainted = (
        _read(connection, known, limits) for known in ([False, True], [False], [True])
    )
    compared = (compare(a, everybody, strangers, acquainted, limits) for a in everybody.accounts)
    return [one for one in compared if one is not None]


def _read(connection: DuckDBPyConnection, known: list[bool], limits: Thresholds) -> Peers:
    accounts: dict[int, dict[int, Engaged]] = defaultdict(dict)
    for account, source, *counts in connection.execute(_BY_SOURCE, {"known": known}).fetchall():
        accounts[account][source] = Engaged(*counts)
    return Peers(accounts, limits)


def compare(
    account: int, everybody: Peers, strangers: Peers, acquainted: Peers, limits: Thresholds
) -> Fresh | None:
    """None where there are too few visitors, too few strangers, or no peers.

    Strangers are expected to do what peers' strangers do, less what this account's acquaintances do less than theirs.
    """
    total, part = everybody.total(account), strangers.total(account)
    common = everybody.expected(account, everybody.accounts[account])
    expected = strangers.expected(account, strangers.accounts.get(account, {}))
    factor = acquainted.own_factor(account, acquainted.accounts.get(account, {}))
    if total.visitors < limits.least_fresh or common is None or expected is None or factor is None:
        return None
    multi = expected.multi * factor.multi
    if multi < limits.fresh_expected:
        return None
    p = binomial_at_most(int(part.multi), int(part.visitors), multi / part.visitors)
    return Fresh(account, total.visitors, total.known, common.known, part.visitors, part.multi, multi, p)


def is_fresh(one: Fresh, limits: Thresholds) -> bool:
    return (
        one.known_deficit >= limits.fresh_known
        and one.multi_deficit >= limits.fresh_multi
        and one.p < limits.fresh_p
    )


def _finding(account: str, one: Fresh, p: float, limits: Thresholds) -> Finding:
    return Finding(
        detector=DETECTOR,
        rule=rule(DETECTOR),
        account=account,
        asks="hold",
        families=("novelty", "engagement"),
        sentence=(
            f"{one.known / one.visitors:.0%} of {one.visitors:.0f} visitors are known from other accounts, "
            f"{one.expected_known / one.visitors:.0%} expected; of the {one.strangers:.0f} others {one.multi:.0f} saw "
            f"several products, {one.expected_multi:.0f} expected by what the known ones do"
        ),
        measures=(
            Measure("known_deficit", one.known_deficit, limits.fresh_known, 0.0, "novelty"),
            Measure("strangers_deficit", one.multi_deficit, limits.fresh_multi, 0.0, "engagement"),
        ),
        sample=int(one.visitors),
        p=p,
    )
