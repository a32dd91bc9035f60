"""An audit under traffic: finds a moment that store and archive share, recounts it, compares who stood still."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from leaderboard.archive.reading import freeze
from leaderboard.domain.audits import Audit
from leaderboard.domain.live_metrics import not_live
from leaderboard.recount.audit import Comparison, Foreign, Recounted, compare, recount
from leaderboard.recount.audit_places import Published, misplaced
from leaderboard.recount.facts import accounts_after, events_read, open_facts, unreadable_lines
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.store import Store
from workers.recount_settings import read_settings

POLL_S: Final = 0.2
TALLIES_PER_READ: Final = 200
Positions = Mapping[int, str]


class TooSlow(RuntimeError):
    """Workers or archive have not come to where the inbox was; the text says which, and what to look at."""


@dataclass(frozen=True, slots=True)
class How:
    """`archive` is the archive's directory, `rounds` how often accounts are looked at that differ or are in motion.

    `say` is told what goes on.
    """

    archive: Path
    id_memory_h: int
    rounds: int = 3
    wait_s: float = 60.0
    memory_limit: str = "1GB"
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Moment:
    """The published rows, and what may have changed around them: entries in `(before, after]`, and settings."""

    before: Positions
    after: Positions
    settings: CampaignSettings
    settings_changed: bool
    published: Published
    foreign: dict[str, Foreign]


@dataclass(frozen=True, slots=True)
class _Recount:
    accounts: dict[str, Recounted]
    events: int
    unreadable: int
    in_motion: frozenset[str]


@dataclass(slots=True)
class _Found:
    """What the rounds so far have come to. `settled` accounts agreed in one of them."""

    settled: set[str] = field(default_factory=set)
    comparison: Comparison = field(default_factory=lambda: Comparison([], []))
    in_motion: Collection[str] = ()

    @property
    def is_final(self) -> bool:
        return not self.comparison.differences and not self.in_motion


async def audit(store: Store, campaign: str, how: How) -> Audit:
    """Recounts a campaign and compares it with what is published; keeps the result in the store.

    What differs is looked at again in the next round, since the service may just have been catching up. TooSlow when
    workers or archive stand still; NoSuchCampaign; ValueError for a campaign that cannot be recounted.
    """
    started_s, found = monotonic(), _Found()
    for number in range(1, how.rounds + 1):
        moment = await _moment(store, campaign, how)
        how.say(f"round {number} of at most {how.rounds}: recounting")
        recounted = await asyncio.to_thread(_recounted, moment, how)
        _take_in(found, moment, recounted)
        if found.is_final:
            break
    result = Audit(
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
    await store.audits.note(campaign, result)
    return result


async def _moment(store: Store, campaign: str, how: How) -> _Moment:
    place = await store.audits.settings_place()
    settings = await read_settings(store, campaign, how.id_memory_h)
    before = await store.audits.newest()
    await _until(how, lambda: store.audits.applied_through(before), "the workers have not applied")
    published = Published(*await store.standings.everything(campaign))
    foreign = await _foreign(store, campaign, [row.account_id for row in published.rows])
    after = await store.audits.newest()
    settings_changed = place != await store.audits.settings_place()
    await _until(how, lambda: store.audits.archived_through(after), "the archive has not taken in")
    return _Moment(before, after, settings, settings_changed, published, foreign)


async def _foreign(store: Store, campaign: str, accounts: Sequence[str]) -> dict[str, Foreign]:
    """The tallies' sums of every currency."""
    found: dict[str, Foreign] = {}
    for start in range(0, len(accounts), TALLIES_PER_READ):
        some = accounts[start : start + TALLIES_PER_READ]
        tallies = await asyncio.gather(*(store.tallies.read(campaign, account) for account in some))
        found |= zip(some, map(_sums, tallies), strict=True)
    return found


def _sums(tally: Mapping[bytes, bytes]) -> Foreign:
    sums: dict[bytes, dict[str, int]] = {b"g:": {}, b"b:": {}}
    for field_, value in tally.items():
        if field_[:2] in sums:
            sums[field_[:2]][field_[2:].decode()] = int(value)
    return Foreign(sums[b"g:"], sums[b"b:"])


async def _until(how: How, is_so: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline_s = monotonic() + how.wait_s
    while not await is_so():
        if monotonic() > deadline_s:
            raise TooSlow(f"{what} within {how.wait_s:g} s what was accepted: `leaderboard status` says more")
        await asyncio.sleep(POLL_S)


def _recounted(moment: _Moment, how: How) -> _Recount:
    with TemporaryDirectory(dir=how.archive) as directory:
        files = freeze(how.archive, Path(directory))
        facts = open_facts(
            files,
            moment.settings,
            until=moment.after,
            memory_limit=how.memory_limit,
            temp_dir=Path(directory),
        )
        with facts as connection:
            accounts = recount(connection, moment.settings)
            in_motion = accounts_after(connection, moment.before)
            return _Recount(accounts, events_read(connection), unreadable_lines(connection), in_motion)


def _take_in(found: _Found, moment: _Moment, recounted: _Recount) -> None:
    """Whoever was compared and agreed in any round is settled."""
    everybody = {*recounted.accounts, *(row.account_id for row in moment.published.rows)}
    moving = everybody if moment.settings_changed else recounted.in_motion
    definition = moment.settings.definition
    comparison = compare(
        recounted.accounts, moment.published.rows, definition.currency, foreign=moment.foreign, without=moving
    )
    differences = [one for one in comparison.differences if one.account not in found.settled]
    notes = list(comparison.notes)
    if not_live(definition):
        # Judged on a tick by figures from the archive, so it may be right and late.
        notes += [one for one in differences if one.field == "eligible"]
        differences = [one for one in differences if one.field != "eligible"]
    found.settled |= everybody - moving - {one.account for one in differences}
    found.in_motion = moving - found.settled
    # The order was read at one instant with its rows, so nobody is in motion there.
    found.comparison = Comparison([*differences, *misplaced(moment.published)], notes)


def peak_memory_bytes() -> int:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
