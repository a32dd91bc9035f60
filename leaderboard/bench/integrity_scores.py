"""One made-up world, held against its truth: who was held, who queued, which visitors were taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import duckdb
from msgspec import Struct

from leaderboard.domain.findings import Finding
from leaderboard.integrity.examine import examine
from leaderboard.simulator.traffic_worlds import TrafficPlan, make_traffic_world

# A top five is compared, as the founding campaign pays it.
PLACES: Final = 5
THREADS: Final = 1


class Scored(Struct, frozen=True, kw_only=True):
    """An account of a world. `asked`: the most that a finding asked for, '' for nothing. Counts are visitors.

    `fake`, `honest`: by the truth, among those that the door let through. `fake_taken`, `honest_taken`: how many of
    each the detectors doubt. `excess`: what is discounted. `gate_fake`: fakes that the door took out.
    """

    account: str
    kind: str
    name: str
    fake_share: float
    hard: bool
    asked: str
    detectors: tuple[str, ...]
    held_by: tuple[str, ...]
    fake: int
    honest: int
    fake_taken: int
    honest_taken: int
    excess: int
    gate_fake: int


class ScoredWorld(Struct, frozen=True, kw_only=True):
    """`recovered`: how many of the honest top five stand there by raw scores, after discounts, and after holds that are
    decided rightly; `took_s` of examining alone, `views` how many there were."""

    seed: int
    shift: bool
    accounts: tuple[Scored, ...]
    recovered: tuple[int, int, int]
    views: int
    took_s: float


_COUNTS: Final = """
WITH seen AS (
  SELECT account, visitor, bool_or(invalid IS NULL) AS passed FROM views GROUP BY account, visitor
)
SELECT s.account,
       count(*) FILTER (s.passed AND t.fake) AS fake,
       count(*) FILTER (s.passed AND NOT t.fake) AS honest,
       count(*) FILTER (s.passed AND t.fake AND d.visitor IS NOT NULL) AS fake_taken,
       count(*) FILTER (s.passed AND NOT t.fake AND d.visitor IS NOT NULL) AS honest_taken,
       count(*) FILTER (NOT s.passed AND t.fake) AS gate_fake
FROM seen s
JOIN truth_visitors t USING (account, visitor)
LEFT JOIN (SELECT DISTINCT account, visitor FROM doubtful) d ON d.account = s.account AND d.visitor = s.visitor
GROUP BY s.account
"""


def score_world(seed: int, plan: TrafficPlan, clock: Callable[[], float]) -> ScoredWorld:
    """Makes a world, examines it and holds it against its truth; `clock` gives seconds."""
    world = make_traffic_world(seed, plan)
    with duckdb.connect(":memory:", config={"threads": THREADS}) as connection:
        connection.execute("SET enable_progress_bar = false")
        world.load(connection)
        began_s = clock()
        findings = examine(connection)
        took_s = clock() - began_s
        counts = {row[0]: row[1:] for row in connection.execute(_COUNTS).fetchall()}
        truth = connection.execute(
            "SELECT account, kind, name, fake_share, hard FROM truth_accounts"
        ).fetchall()
        views = connection.execute("SELECT count(*) FROM views").fetchone()
    by_account: dict[str, list[Finding]] = {}
    for one in findings:
        by_account.setdefault(one.account, []).append(one)
    accounts = tuple(
        _scored(row, by_account.get(row[0], []), counts.get(row[0], (0, 0, 0, 0, 0))) for row in sorted(truth)
    )
    return ScoredWorld(
        seed=seed,
        shift=plan.shift,
        accounts=accounts,
        recovered=_recovered(accounts),
        views=int(views[0]) if views else 0,
        took_s=took_s,
    )


def _scored(truth: Sequence[Any], findings: Sequence[Finding], counts: Sequence[int]) -> Scored:
    account, kind, name, fake_share, hard = truth
    fake, honest, fake_taken, honest_taken, gate_fake = counts
    asked = {one.asks for one in findings}
    return Scored(
        account=account,
        kind=kind,
        name=name,
        fake_share=float(fake_share),
        hard=bool(hard),
        asked=next((level for level in ("hold", "warn", "review") if level in asked), ""),
        detectors=tuple(sorted({one.detector for one in findings})),
        held_by=tuple(sorted({one.detector for one in findings if one.asks == "hold"})),
        fake=fake,
        honest=honest,
        fake_taken=fake_taken,
        honest_taken=honest_taken,
        excess=sum(one.excess_uv for one in findings),
        gate_fake=gate_fake,
    )


def _recovered(accounts: tuple[Scored, ...]) -> tuple[int, int, int]:
    """A cheat is out of the honest top five, and a victim of sabotage is in it with its own visitors."""
    honest = [one for one in accounts if one.kind == "honest" or one.name == "sabotage"]
    right = set(_top(honest, lambda one: one.honest))
    raw = _top(accounts, lambda one: one.honest + one.fake + one.gate_fake)
    discounted = _top(accounts, lambda one: one.honest + one.fake - one.excess)
    cleared = [one for one in accounts if one in honest or one.asked != "hold"]
    reviewed = _top(cleared, lambda one: one.honest + one.fake - one.excess)
    return len(right & set(raw)), len(right & set(discounted)), len(right & set(reviewed))


def _top(accounts: Iterable[Scored], score: Callable[[Scored], int]) -> list[str]:
    ranked = sorted(accounts, key=lambda one: (-score(one), one.account))
    return [one.account for one in ranked[:PLACES]]
