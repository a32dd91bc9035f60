"""D4: visitors who stay otherwise than elsewhere, at accounts whose strangers do little. Asks for a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from leaderboard.domain.findings import Finding, Measure
from leaderboard.integrity.chances import histogram_distance
from leaderboard.integrity.fresh import Fresh
from leaderboard.integrity.thresholds import Thresholds, rule
from leaderboard.integrity.visitors import DWELL_BUCKETS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DETECTOR: Final = "dwell"
_STAYS: Final = """
SELECT a, s, dwell, count(*) FROM visitors WHERE dwell IS NOT NULL GROUP BY a, s, dwell ORDER BY a, s, dwell
"""

Histogram = Sequence[int]
# Of each account, by source.
Stays = Mapping[int, Mapping[int, Histogram]]


def dwell_findings(
    connection: DuckDBPyConnection, names: Mapping[int, str], compared: Sequence[Fresh], limits: Thresholds
) -> list[Finding]:
    stays = read_stays(connection)
    found = []
    for one in compared:
        if one.multi_deficit < limits.dwell_multi or one.p >= limits.deficit_p:
            continue
        distance = distance_to_peers(one.account, stays, limits)
        if distance is not None and distance >= limits.dwell_distance:
            found.append(_finding(names[one.account], one, distance, limits))
    return found


def read_stays(connection: DuckDBPyConnection) -> Stays:
    """How long visitors stayed, counted in buckets."""
    stays: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * DWELL_BUCKETS))
    for account, source, bucket, count in connection.execute(_STAYS).fetchall():
        stays[account][source][bucket] = count
    return stays


def distance_to_peers(account: int, stays: Stays, limits: Thresholds) -> float | None:
    """How far an account's stays are from what peers have for the same sources. None of too few visitors or peers."""
    ours = [0] * DWELL_BUCKETS
    theirs = [0.0] * DWELL_BUCKETS
    for source, counts in stays[account].items():
        shares = _peer_shares(account, source, stays, limits)
        if shares is None:
            continue
        ours = [one + more for one, more in zip(ours, counts, strict=True)]
        theirs = [one + sum(counts) * share for one, share in zip(theirs, shares, strict=True)]
    return histogram_distance(ours, theirs) if sum(ours) >= limits.least_dwell else None


def _peer_shares(account: int, source: int, stays: Stays, limits: Thresholds) -> list[float] | None:
    """Each peer counts the same, or the largest would be everybody's measure."""
    peers = [
        histograms[source] for other, histograms in stays.items() if other != account and source in histograms
    ]
    large = [one for one in peers if sum(one) >= limits.least_source_visitors]
    if len(large) < limits.least_peers:
        return None
    return [sum(one[bucket] / sum(one) for one in large) / len(large) for bucket in range(DWELL_BUCKETS)]


def _finding(account: str, one: Fresh, distance: float, limits: Thresholds) -> Finding:
    return Finding(
        detector=DETECTOR,
        rule=rule(DETECTOR),
        account=account,
        asks="review",
        families=("dwell", "engagement"),
        sentence=(
            f"how long {one.visitors:.0f} visitors stayed is spread otherwise than with peers (distance "
            f"{distance:.2f}); of {one.strangers:.0f} who are known from no other account {one.multi:.0f} saw several "
            f"products, {one.expected_multi:.0f} expected by what the known ones do"
        ),
        measures=(
            Measure("dwell_distance", distance, limits.dwell_distance, 0.0, "dwell"),
            Measure("strangers_deficit", one.multi_deficit, limits.dwell_multi, 0.0, "engagement"),
        ),
        sample=int(one.visitors),
    )
