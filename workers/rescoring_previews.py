"""The preview of a rescoring: ranks and awards without it and with it. Applies nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from leaderboard.domain.awards import CannotAward
from leaderboard.domain.rescorings import Figures, Moved, Preview, Rescoring, in_force
from leaderboard.domain.standings import Row
from leaderboard.recount.audit import Recounted
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.rescorings import Prepared
from leaderboard.store.store import Store
from workers.awarding import Gathered
from workers.moments import How
from workers.recount_settings import read_settings
from workers.voiding import Taken, take_out


async def previewed(store: Store, rescoring: Rescoring, how: How) -> tuple[Preview, Prepared]:
    """What would follow of a rescoring, and what is voided without it and with it: two recounts of the same archive."""
    others = await store.rescorings.of(rescoring.campaign)
    settings = await read_settings(store, rescoring.campaign, how.id_memory_h)
    settings = replace(settings, voids=in_force(others.values()))
    at_ms = await store.now_ms()
    before = await take_out(settings, how)
    after = await take_out(replace(settings, voids=(*settings.voids, rescoring.what)), how)
    paid = await _awards(store, settings, before)
    paid_after = await _awards(store, settings, after)
    moved = _moved(_figures(before, paid or {}), _figures(after, paid_after or {}))
    preview = Preview(
        at_ms=at_ms,
        views=after.views - before.views,
        live_ms=after.live_ms - before.live_ms,
        accounts=sum(_is_rescored(one) for one in moved),
        moved=moved,
        # Awards that nobody knows yet may be others.
        pays_otherwise=bool(moved) if paid is None or paid_after is None else paid != paid_after,
    )
    return preview, Prepared(ids_in_force(others), before.voided, after.voided)


def ids_in_force(rescorings: Mapping[str, Rescoring]) -> tuple[str, ...]:
    """Those that are applied, in order."""
    return tuple(sorted(name for name, one in rescorings.items() if one.state == "applied"))


def _moved(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> tuple[Moved, ...]:
    """Those who would stand otherwise, in the order in which they stand."""
    both = sorted(before.keys() & after.keys(), key=lambda name: before[name].rank)
    return tuple(Moved(name, before[name], after[name]) for name in both if before[name] != after[name])


def _is_rescored(moved: Moved) -> bool:
    before, after = moved.before, moved.after
    return (before.score, before.effective_ms) != (after.score, after.effective_ms)


def _figures(taken: Taken, awards: Mapping[str, int]) -> dict[str, Figures]:
    """Account → figures of a preview."""
    return {
        name: Figures(one.rank, one.score, one.effective_ms, one.eligible, awards.get(name, 0))
        for name, one in taken.accounts.items()
    }


async def _awards(store: Store, settings: CampaignSettings, taken: Taken) -> dict[str, int] | None:
    """Account → the sum of its awards, in minor units; None where they cannot be worked out yet."""
    definition, gathered = settings.definition, Gathered(settings.definition)
    rows = [_row(one, definition.currency) for one in taken.accounts.values()]
    cases = await store.judge.cases(definition.id, rows, taken.values)
    for row in rows:
        gathered.add(row, cases[row.account_id])
    try:
        by_account = await asyncio.to_thread(gathered.awards)
    except CannotAward:
        return None
    return {account: sum(one.minor for one in given) for account, given in by_account.items()}


def _row(one: Recounted, currency: str) -> Row:
    return Row(
        one.account,
        0,
        one.score,
        one.reached_ms,
        one.orders,
        one.refunded_orders,
        one.sales.get(currency, 0),
        one.refunds.get(currency, 0),
        one.effective_ms,
        one.kept_ms,
        promised_ms=one.promised_ms,
        eligible=one.eligible,
    )
