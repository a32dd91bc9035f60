"""D5: pairs of accounts that share many visitors, who do little there. Asks for a look, no more.

Shared visitors may be a crowd that is paid to go from one to the next, or friends of both, who buy: the accounts of one
agency, and those that hand their audience on, share far more than others do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from leaderboard.domain.findings import Family, Finding, Measure
from leaderboard.integrity.chances import median
from leaderboard.integrity.corrections import corrected
from leaderboard.integrity.engagement import Deficit, expected_of, least_p, rest_of, short, tests
from leaderboard.integrity.peers import BySource, Engaged, Peers, together
from leaderboard.integrity.thresholds import Thresholds, rule

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DETECTOR: Final = "lockstep"

# Every so many visitors by their hash are enough of a large platform, each with all of its accounts.
_PAIRED: Final = """
CREATE OR REPLACE TEMP TABLE paired AS
SELECT a, visitor, network FROM visitors
WHERE visitor % $every = 0 AND a IN (SELECT a FROM account_sizes WHERE n >= $least)
"""
_SHARED: Final = """
SELECT l.a, r.a, count(*) FROM paired l JOIN paired r ON l.visitor = r.visitor AND l.a < r.a
GROUP BY ALL ORDER BY ALL
"""
# Networks with few visitors are one: they say little of who is near whom.
_NETWORKS: Final = """
WITH people AS (
  SELECT network, count(DISTINCT visitor) AS n FROM paired WHERE network IS NOT NULL GROUP BY network
), large AS (
  SELECT network, row_number() OVER (ORDER BY n DESC, network) AS place FROM people
  QUALIFY place <= $most
), placed AS (
  SELECT p.a, p.visitor, coalesce(l.place, 0) AS place FROM paired p LEFT JOIN large l USING (network)
), counted AS (
  SELECT a, place, count(*) AS n FROM placed GROUP BY a, place
), everybody AS (
  SELECT place, count(DISTINCT visitor) AS n FROM placed GROUP BY place
)
SELECT c.a, c.place, c.n / sqrt(e.n) FROM counted c JOIN everybody e USING (place) ORDER BY c.a, c.place
"""
_CLOSE: Final = "CREATE OR REPLACE TEMP TABLE close (a INTEGER, other INTEGER)"
_ENGAGED: Final = """
SELECT c.a, c.other, v.s, count(*), count_if(v.cart), count_if(v.multi), count_if(v.known)
FROM close c JOIN visitors v USING (a) JOIN visitors o ON o.a = c.other AND o.visitor = v.visitor
GROUP BY ALL ORDER BY ALL
"""
_MOST_NETWORKS: Final = 20_000


class Pair(NamedTuple):
    """Two accounts, by number, and how many of the visitors looked at they share.

    `by_chance`: how many, if who is in a network were to go to accounts as if by lot.
    """

    one: int
    other: int
    shared: int
    by_chance: float


class Shared(NamedTuple):
    """What one account shares with another. `expected` is by chance, times what pairs of the platform commonly have.

    `share` is how much of the account's visitors is beyond that.
    """

    account: int
    other: int
    visitors: float
    shared: float
    expected: float
    share: float


def lockstep_findings(
    connection: DuckDBPyConnection, names: Mapping[int, str], peers: Peers, limits: Thresholds
) -> list[Finding]:
    """One an account, for the account that it shares most with."""
    sizes = {a: peers.total(a).visitors for a in peers.accounts}
    every = max(1, round(sum(sizes.values()) / limits.lockstep_visitors))
    close = close_pairs(read_pairs(connection, every, limits), sizes, every, limits)
    engaged = _engaged(connection, close)
    tested = {one: _tested(one, engaged[one], peers, limits) for one in close}
    chances = corrected([least_p(some) for some in tested.values()])
    found: dict[int, Finding] = {}
    for (one, some), p in zip(tested.items(), chances, strict=True):
        deficits = short(some, limits)
        if deficits and p <= limits.false_discoveries and one.account not in found:
            found[one.account] = _finding(names, one, deficits, p, limits)
    return list(found.values())


def read_pairs(connection: DuckDBPyConnection, every: int, limits: Thresholds) -> list[Pair]:
    """All pairs of accounts that share anybody, of every so many visitors."""
    import numpy  # only where it is needed: it takes a while to load

    connection.execute(_PAIRED, {"every": every, "least": limits.least_lockstep})
    cells = connection.execute(_NETWORKS, {"most": _MOST_NETWORKS}).fetchnumpy()
    accounts, places, weights = cells.values()
    codes, rows = numpy.unique(accounts, return_inverse=True)
    matrix = numpy.zeros((len(codes), int(places.max(initial=0)) + 1))
    matrix[rows, places] = weights
    by_chance = matrix @ matrix.T
    at = {int(code): row for row, code in enumerate(codes)}
    shared = connection.execute(_SHARED).fetchall()
    return [Pair(one, other, count, float(by_chance[at[one], at[other]])) for one, other, count in shared]


def close_pairs(
    pairs: Sequence[Pair], sizes: Mapping[int, float], every: int, limits: Thresholds
) -> list[Shared]:
    """Who shares more with another than is common, from both sides, and those that share most first."""
    common = median(
        [pair.shared / pair.by_chance for pair in pairs if pair.by_chance >= limits.least_by_chance]
    )
    if common is None or len(sizes) <= limits.least_peers:
        return []
    found = []
    for pair in pairs:
        expected = common * pair.by_chance
        surely = pair.shared - limits.lockstep_deviations * sqrt(pair.shared)
        beyond = (pair.shared - limits.lockstep_factor * expected) * every
        if surely <= limits.lockstep_factor * expected:
            continue
        for a, b in ((pair.one, pair.other), (pair.other, pair.one)):
            found.append(Shared(a, b, sizes[a], pair.shared * every, expected * every, beyond / sizes[a]))
    close = [one for one in found if one.share >= limits.lockstep_share]
    return sorted(close, key=lambda one: (-one.share, one.account, one.other))


def _engaged(connection: DuckDBPyConnection, close: Sequence[Shared]) -> dict[Shared, BySource]:
    """What those did in the account that were in the other as well."""
    connection.execute(_CLOSE)
    if close:
        connection.executemany("INSERT INTO close VALUES (?, ?)", [(one.account, one.other) for one in close])
    by_pair: dict[tuple[int, int], dict[int, Engaged]] = defaultdict(dict)
    for account, other, source, *counts in connection.execute(_ENGAGED).fetchall():
        by_pair[account, other][source] = Engaged(*counts)
    return {one: by_pair[one.account, one.other] for one in close}


def _tested(one: Shared, sources: BySource, peers: Peers, limits: Thresholds) -> tuple[Deficit, ...]:
    """Friends of both are as engaged as others; who is paid to come is not. No peers, or no others, no test."""
    rest = rest_of(one.account, [sources], peers)
    expected = expected_of(one.account, sources, rest, peers)
    if expected is None or together(rest.values()).visitors < limits.least_rest * one.visitors:
        return ()
    return tuple(test for test in tests(sources, expected) if test.family == "engagement")


def _finding(
    names: Mapping[int, str],
    one: Shared,
    deficits: Sequence[Deficit],
    p: float,
    limits: Thresholds,
) -> Finding:
    families: tuple[Family, ...] = ("lockstep", *dict.fromkeys(deficit.family for deficit in deficits))
    return Finding(
        detector=DETECTOR,
        rule=rule(DETECTOR),
        account=names[one.account],
        asks="review",
        families=families,
        sentence=(
            f"{one.shared:.0f} of {one.visitors:.0f} visitors were with another account as well, "
            f"{one.expected:.0f} are common for accounts with visitors from the same networks; of these "
            f"{', '.join(deficit.text for deficit in deficits)}"
        ),
        measures=(
            Measure("shared_beyond_common", one.share, limits.lockstep_share, 0.0, "lockstep"),
            *(Measure(f"{d.measure}_ratio", d.ratio, limits.deficit_ratio, 1.0, d.family) for d in deficits),
        ),
        sample=int(one.visitors),
        p=p,
        other=names[one.other],
    )
