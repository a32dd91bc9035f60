"""What detectors change in a campaign: where everybody stands and what everybody gets, without them and with them.

Both are worked out alike, whether detectors act or only report, so that the two can be held side by side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from leaderboard.domain.adjustments import NOTHING
from leaderboard.domain.awards import CannotAward
from leaderboard.domain.flags import Decisions, settled
from leaderboard.domain.integrity_report import (
    IntegrityReport,
    Traffic,
    integrity_report,
    ranked_figures,
    with_detectors,
    without_detectors,
)
from leaderboard.domain.judging import ranking_award
from leaderboard.domain.rescorings import Figures
from leaderboard.domain.reviews import NO_REVIEW, Raised, reviews
from leaderboard.domain.standings import Row
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.awarding import Gathered

ROWS_PER_TURN: Final = 500


class Flagged(NamedTuple):
    """The flags that stand, and what people have decided on them."""

    raised: Mapping[str, Raised]
    decisions: Decisions


async def report_of(
    store: Store, campaign: Campaign, flagged: Flagged, traffic: Mapping[str, Traffic]
) -> IntegrityReport:
    """What follows from the flags, or would follow: `campaign` may be one whose detectors only report."""
    definition = campaign.definition
    voided = await store.reviews.voided(definition.id)
    acting = reviews("act", flagged.raised, settled(flagged.raised, flagged.decisions), voided)
    rows = (await store.standings.everything(definition.id)).rows
    before, after = list[Row](), list[Row]()
    for row in rows:
        name = row.account_id
        taken, known = voided.get(name, NOTHING), traffic.get(name)
        before.append(without_detectors(row, definition, taken))
        discounted_uv = acting.get(name, NO_REVIEW).discounted_uv
        after.append(with_detectors(row, definition, taken, discounted_uv, known.invalid_uv if known else 0))
    return integrity_report(
        traffic,
        flagged.raised,
        acting,
        await _figures(store, campaign, before),
        await _figures(store, campaign, after),
    )


async def _figures(store: Store, campaign: Campaign, rows: Sequence[Row]) -> dict[str, Figures]:
    """Account → where it stands and what it gets. No awards where they cannot be worked out yet."""
    definition, gathered, judged = campaign.definition, Gathered(campaign.definition), list[Row]()
    award = ranking_award(definition)
    for start in range(0, len(rows), ROWS_PER_TURN):
        part = rows[start : start + ROWS_PER_TURN]
        cases = await store.judge.cases(definition.id, part)
        for row in part:
            case = cases[row.account_id]
            gathered.add(row, case)
            judged.append(replace(row, eligible=case.qualifies(award)))
        await asyncio.sleep(0)
    return ranked_figures(judged, await asyncio.to_thread(_sums, gathered))


def _sums(gathered: Gathered) -> dict[str, int]:
    try:
        by_account = gathered.awards()
    except CannotAward:
        return {}
    return {account: sum(one.minor for one in given) for account, given in by_account.items()}
