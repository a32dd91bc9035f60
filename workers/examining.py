"""Examines a campaign under traffic: recounts it from the archive, and compares who stood still. Keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple

from msgspec.structs import replace

from leaderboard.archive.reading import freeze
from leaderboard.domain.audits import Audit, Difference
from leaderboard.domain.live_metrics import not_live
from leaderboard.recount.audit import Comparison, Recounted, compare, recount
from leaderboard.recount.audit_places import Published, misplaced
from leaderboard.recount.facts import accounts_after, events_read, open_facts, unreadable_lines
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.store import Store
from workers.apart import apart
from workers.moments import How, Moment, Positions, moment_of


@dataclass(frozen=True, slots=True)
class Examined:
    """`accounts` by the last round's recount, best first, and the `published` rows that they were compared with.

    `audit` has all differences. Accounts that are `settled` agreed in some round; of a campaign whose cut-off is over,
    whoever is not settled differs, had a refund meanwhile, or is judged by settings that were changed meanwhile.
    `positions`: the last entry of each partition that was recounted.
    """

    audit: Audit
    accounts: dict[str, Recounted]
    published: Published
    settings: CampaignSettings
    positions: Positions
    settled: frozenset[str]

    def also(self, differences: Collection[Difference], result: int) -> Audit:
        """The audit, with what a certified result of this version differs in."""
        every = (*self.audit.differences, *differences)
        return replace(
            self.audit,
            differences=every,
            differences_count=len(every),
            differing_accounts=len({one.account for one in every}),
            result=result,
        )


class _Recount(NamedTuple):
    accounts: dict[str, Recounted]
    events: int
    unreadable: int
    in_motion: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a recount is asked; it can be sent to another process."""

    archive: Path
    settings: CampaignSettings
    before: Positions
    after: Positions
    memory_limit: str
    threads: int | None


@dataclass(slots=True)
class _Found:
    """What the rounds so far have come to. `settled` accounts agreed in one of them."""

    settled: set[str] = field(default_factory=set)
    comparison: Comparison = field(default_factory=lambda: Comparison([], []))
    in_motion: Collection[str] = ()

    @property
    def is_final(self) -> bool:
        return not self.comparison.differences and not self.in_motion


async def examine(store: Store, campaign: str, how: How) -> Examined:
    """Recounts a campaign and compares it with what is published, in rounds.

    What differs is looked at again in the next round, since the service may just have been catching up. TooSlow when
    workers or archive stand still; NoSuchCampaign; ValueError for a campaign that cannot be recounted; FailedApart for
    a recount in a process of its own that failed.
    """
    started_s, found = monotonic(), _Found()
    for number in range(1, how.rounds + 1):
        moment = await moment_of(store, campaign, how)
        how.say(f"round {number} of at most {how.rounds}: recounting")
        recounted = await _recount(moment, how)
        _take_in(found, moment, recounted)
        if found.is_final:
            break
    audit = Audit(
        at_ms=await store.now_ms(),
        took_ms=round((monotonic() - started_s) * 1000),
        events=recounted.events,
        accounts=len(recounted.accounts),
        differing_accounts=len({one.account for one in found.comparison.differences}),
        differences_count=len(found.comparison.differences),
        differences=tuple(found.comparison.differences),
        notes=tuple(found.comparison.notes),
        not_compared=tuple(sorted(found.in_motion)),
        buried_entries=await store.audits.buried_entries(),
        unreadable_entries=recounted.unreadable,
        positions=dict(moment.after),
    )
    settled = frozenset(found.settled)
    return Examined(audit, recounted.accounts, moment.published, moment.settings, moment.after, settled)


async def _recount(moment: Moment, how: How) -> _Recount:
    asked = _Asked(how.archive, moment.settings, moment.before, moment.after, how.memory_limit, how.threads)
    if how.apart:
        return await apart(_recounted, asked)
    return await asyncio.to_thread(_recounted, asked)


def _recounted(asked: _Asked) -> _Recount:
    with TemporaryDirectory(dir=asked.archive) as directory:
        facts = open_facts(
            freeze(asked.archive, Path(directory)),
            asked.settings,
            until=asked.after,
            memory_limit=asked.memory_limit,
            temp_dir=Path(directory),
            threads=asked.threads,
        )
        with facts as connection:
            accounts = recount(connection, asked.settings)
            in_motion = accounts_after(connection, asked.before)
            return _Recount(accounts, events_read(connection), unreadable_lines(connection), in_motion)


def _take_in(found: _Found, moment: Moment, recounted: _Recount) -> None:
    """Whoever was compared and agreed in any round is settled."""
    everybody = {*recounted.accounts, *(row.account_id for row in moment.published.rows)}
    # What is counted before the cut-off hangs on settings, afterwards only the verdict does.
    moving = everybody if moment.settings_changed and not moment.is_closed else recounted.in_motion
    if not moment.is_closed:
        # What is voided of them is worked out now and then, until the close.
        moving = {*moving, *(name for name, one in recounted.accounts.items() if one.is_voided)}
    comparison = _compared(moment, recounted, moving)
    differences = [one for one in comparison.differences if one.account not in found.settled]
    if moment.settings_changed and moment.is_closed:
        moving = {*moving, *(one.account for one in differences)}
        differences = []
    found.settled |= everybody - set(moving) - {one.account for one in differences}
    found.in_motion = set(moving) - found.settled
    # The order was read at one instant with its rows, so nobody is in motion there.
    found.comparison = Comparison([*differences, *misplaced(moment.shown)], comparison.notes)


def _compared(moment: Moment, recounted: _Recount, moving: Collection[str]) -> Comparison:
    definition = moment.settings.definition
    found = compare(
        recounted.accounts, moment.published.rows, definition.currency, foreign=moment.foreign, without=moving
    )
    verdicts = [one for one in found.differences if one.field == "eligible"]
    others = [one for one in found.differences if one.field != "eligible"]
    if moment.is_final:
        # Rows stay as they were judged before the certification; the result has the verdict that counts.
        return Comparison(others, found.notes)
    # Rows follow a change at once, and may be judged by more than the recount is told.
    verdicts = [one for one in verdicts if one.account not in moment.settings.changed_later]
    if not_live(definition):
        # Judged on a tick by figures from the archive, so it may be right and late.
        return Comparison(others, [*found.notes, *verdicts])
    return Comparison(sorted([*others, *verdicts], key=lambda one: one.account), found.notes)
