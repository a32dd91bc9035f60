"""The audit: every number of the standings worked out anew from the archive, and held against what is published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import Struct

from leaderboard.domain.adjustments import NOTHING, Discount, Voided
from leaderboard.domain.audits import Difference
from leaderboard.domain.campaigns import live_count, takes_invalid_out
from leaderboard.domain.standings import Row
from leaderboard.recount import audit_sql
from leaderboard.recount.audit_eligibility import eligible_accounts
from leaderboard.recount.settings import CampaignSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Recounted(Struct, frozen=True, kw_only=True):
    """An account by the archive. `sales` and `refunds`: currency → minor units; `eligible_rank` is the place among
    those who are eligible, None for the others.

    `score`, `effective_ms` and `kept_ms` are what is left of what was counted, without what is voided and discounted.
    """

    account: str
    rank: int
    score: int
    reached_ms: int
    effective_ms: int
    kept_ms: int
    promised_ms: int
    orders: int
    refunded_orders: int
    sales: Mapping[str, int]
    refunds: Mapping[str, int]
    eligible: bool
    eligible_rank: int | None
    counted_uv: int = 0
    counted_reached_ms: int = 0
    counted_effective_ms: int = 0
    counted_kept_ms: int = 0
    voided_uv: int = 0
    discounted_uv: int = 0
    invalid_uv: int = 0

    @property
    def is_voided(self) -> bool:
        """Whether rescorings take anything out of it."""
        return self.voided != NOTHING

    @property
    def voided(self) -> Voided:
        """What the voids take out of it."""
        return Voided(
            counted_uv=self.counted_uv if self.voided_uv else 0,
            uv=self.voided_uv,
            reached_ms=self.reached_ms if self.voided_uv else 0,
            effective_ms=self.counted_effective_ms - self.effective_ms,
            kept_ms=self.counted_kept_ms - self.kept_ms,
        )


class Foreign(NamedTuple):
    """Sums that the counters keep beside the rows: currency → minor units."""

    sales: Mapping[str, int]
    refunds: Mapping[str, int]


class Comparison(Struct, frozen=True):
    """`notes` are differences that move nobody: when a score was reached, and the order stays the same."""

    differences: list[Difference]
    notes: list[Difference]


# What a row of the standings has besides money.
_FIELDS: Final = (
    "score", "effective_ms", "kept_ms", "promised_ms", "orders", "refunded_orders", "eligible", "voided_uv",
    "discounted_uv", "invalid_uv",
)  # fmt: skip

# Discounts are figures of a checkpoint, and are told; who was voided since is not discounted as well.
_SCORED: Final = """
CREATE TABLE scored AS
SELECT *, counted_uv - left_uv AS voided_uv,
       least(left_uv, greatest(0, coalesce(doubted, 0) - greatest(0, voided_uv - voided_then))) AS discounted_uv,
       left_uv - discounted_uv AS score,
       CASE WHEN voided_uv > 0 THEN left_reached_ms ELSE counted_reached_ms END AS reached_ms
FROM recounted LEFT JOIN (SELECT unnest($accounts::VARCHAR[]) AS account, unnest($doubted::BIGINT[]) AS doubted,
                                 unnest($voided::BIGINT[]) AS voided_then)
  USING (account)
"""

_RANKED: Final = """
SELECT account, row_number() OVER (ORDER BY score DESC, reached_ms, account) AS rank,
       score, reached_ms, effective_ms, kept_ms, promised_ms, orders, refunded_orders, sales, refunds, eligible,
       counted_uv, counted_reached_ms, counted_effective_ms, counted_kept_ms, voided_uv, discounted_uv,
       invalid_uv,
       CASE WHEN eligible THEN
         row_number() OVER (PARTITION BY eligible ORDER BY score DESC, reached_ms, account) END AS eligible_rank
FROM scored JOIN eligibility USING (account) ORDER BY rank
"""


def recount(connection: DuckDBPyConnection, settings: CampaignSettings) -> dict[str, Recounted]:
    """All enrolled accounts by the facts of `open_facts`, best first; ValueError for a campaign that ranks by
    anything else than distinct visitors."""
    unit = live_count(settings.definition)
    if unit is None:
        raise ValueError(f"{settings.definition.id}: does not rank by distinct visitors")
    window = settings.window
    pairs, valid_only = "product" in unit.of, takes_invalid_out(settings.definition)
    start_ms, end_ms = window.starts_at_ms, window.ends_at_ms
    for statement in audit_sql.statements(
        pairs=pairs, start_ms=start_ms, end_ms=end_ms, voids=settings.voids, valid_only=valid_only
    ):
        connection.execute(statement)
    _score(connection, settings.discounts)
    eligible_accounts(connection, settings)
    cursor = connection.execute(_RANKED)
    names = [column[0] for column in cursor.description or ()]
    found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return {one["account"]: Recounted(**one) for one in found}


def _score(connection: DuckDBPyConnection, discounts: Mapping[str, Discount]) -> None:
    told = list(discounts.values())
    doubted, voided = [one.uv for one in told], [one.voided_uv for one in told]
    connection.execute(_SCORED, {"accounts": list(discounts), "doubted": doubted, "voided": voided})


def compare(
    recounted: Mapping[str, Recounted],
    rows: Iterable[Row],
    currency: str,
    *,
    foreign: Mapping[str, Foreign] | None = None,
    without: Collection[str] = (),
) -> Comparison:
    """What differs, to the last unit, between the archive and the published rows; accounts `without` are left out.

    `currency` is the campaign's, `foreign` the sums in others, compared where they are given.

    A place is compared among the accounts that are compared. It can differ only where a score or its time does, and is
    told of those accounts alone: the others were merely moved by them.
    """
    live = {row.account_id: row for row in rows if row.account_id not in without}
    ours = {account: one for account, one in recounted.items() if account not in without}
    differences = [
        difference
        for account in sorted({*live, *ours})
        for difference in _of_account(account, live.get(account), ours.get(account), currency)
    ]
    for account, sums in (foreign or {}).items():
        if account in ours:
            differences += _in_foreign_money(sums, ours[account], currency)
    moved, notes = _places(live, ours)
    return Comparison(sorted([*differences, *moved], key=lambda one: one.account), notes)


def _of_account(account: str, live: Row | None, ours: Recounted | None, currency: str) -> list[Difference]:
    if live is None or ours is None:
        return [Difference(account, "enrolled", live is not None, ours is not None)]
    pairs = {field: (getattr(live, field), getattr(ours, field)) for field in _FIELDS}
    pairs["sales_minor"] = (live.sales_minor, ours.sales.get(currency, 0))
    pairs["refunded_minor"] = (live.refunded_minor, ours.refunds.get(currency, 0))
    return [Difference(account, field, *pair) for field, pair in pairs.items() if pair[0] != pair[1]]


def _in_foreign_money(live: Foreign, ours: Recounted, currency: str) -> list[Difference]:
    pairs = {"sales_minor": (live.sales, ours.sales), "refunded_minor": (live.refunds, ours.refunds)}
    return [
        Difference(ours.account, f"{field} in {other}", shown.get(other, 0), counted.get(other, 0))
        for field, (shown, counted) in pairs.items()
        for other in sorted({*shown, *counted} - {currency})
        if shown.get(other, 0) != counted.get(other, 0)
    ]


def _places(
    live: Mapping[str, Row], ours: Mapping[str, Recounted]
) -> tuple[list[Difference], list[Difference]]:
    """(differences, notes) about places and when they were reached."""
    both = [account for account in live if account in ours]
    live_order = sorted(both, key=lambda a: (-live[a].score, live[a].reached_ms, a))
    our_order = sorted(both, key=lambda a: (-ours[a].score, ours[a].reached_ms, a))
    live_rank, our_rank = ({a: n for n, a in enumerate(order, 1)} for order in (live_order, our_order))
    differences: list[Difference] = []
    notes: list[Difference] = []
    for account in both:
        shown, counted = live[account], ours[account]
        if (shown.score, shown.reached_ms) == (counted.score, counted.reached_ms):
            continue
        is_moved = live_rank[account] != our_rank[account]
        if is_moved:
            differences.append(Difference(account, "rank", live_rank[account], our_rank[account]))
        if shown.reached_ms != counted.reached_ms:
            reached = Difference(account, "reached_ms", shown.reached_ms, counted.reached_ms)
            (differences if is_moved else notes).append(reached)
    return differences, notes
