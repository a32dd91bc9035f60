"""A moment that store and archive share: the published rows, and everything that they must follow from is archived.

It waits for workers and archive. What the moment shows is judged elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from msgspec.structs import replace

from leaderboard.recount.audit import Foreign
from leaderboard.recount.audit_places import Published
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.store import Store
from workers.recount_settings import read_settings

POLL_S: Final = 0.2
TALLIES_PER_READ: Final = 200
Positions = Mapping[int, str]

_WORKERS: Final = "the workers have not applied"
_ARCHIVE: Final = "the archive has not taken in"


class TooSlow(RuntimeError):
    """Workers or archive have not come to where the inbox was; the text says which, where, and what to look at."""


@dataclass(frozen=True, slots=True)
class How:
    """`archive` is the archive's directory, `rounds` how often accounts are looked at that differ or are in motion.

    `say` is told what goes on. `apart`: the recount has a process of its own, so its memory goes with it. `threads`:
    of the recount, as many as there are cores unless told. `as_of_ms`: accounts are judged by what was known of them at
    that time, and not by what they are today.
    """

    archive: Path
    id_memory_h: int
    rounds: int = 3
    wait_s: float = 60.0
    memory_limit: str = "1GB"
    say: Callable[[str], None] = lambda _: None
    apart: bool = False
    threads: int | None = None
    as_of_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The published rows, and what may have changed around them: entries in `(before, after]`, and settings.

    `shown` are the rows as they stand, and `published`, too, but for a result that is being corrected: its rows stand
    until it is, and are looked at as they will be. `is_closed`: the cut-off was over, so nothing but refunds may have
    changed a figure. `is_final`: they are the rows of a certified campaign, which nothing changes.
    """

    before: Positions
    after: Positions
    settings: CampaignSettings
    settings_changed: bool
    is_closed: bool
    is_final: bool
    published: Published
    shown: Published
    foreign: dict[str, Foreign]


async def caught_up(store: Store, how: How) -> None:
    """Waits until all that has come in is counted and archived; TooSlow when workers or archive stand still."""
    newest = await store.audits.newest()
    await wait_until(how, store.audits.applied_through, newest, _WORKERS)
    await wait_until(how, store.audits.archived_through, newest, _ARCHIVE)


async def moment_of(store: Store, campaign: str, how: How) -> Moment:
    """The next moment; TooSlow when workers or archive stand still, NoSuchCampaign, ValueError for a draft."""
    place = await store.audits.settings_place()
    settings = await read_settings(store, campaign, how.id_memory_h, how.as_of_ms)
    cutoff_ms, began_ms = settings.window.cutoff_ms, await store.now_ms()
    is_final = store.directory.campaigns[campaign].life.is_final
    before = await store.audits.newest()
    await wait_until(how, store.audits.applied_through, before, _WORKERS)
    shown = Published(*await store.standings.everything(campaign))
    published = await _to_be(store, campaign, shown)
    foreign = await _foreign(store, campaign, [row.account_id for row in published.rows])
    after = await store.audits.newest()
    settings_changed = place != await store.audits.settings_place()
    await wait_until(how, store.audits.archived_through, after, _ARCHIVE)
    return Moment(
        before=before,
        after=after,
        settings=settings,
        settings_changed=settings_changed,
        is_closed=cutoff_ms is not None and cutoff_ms < began_ms,
        is_final=is_final,
        published=published,
        shown=shown,
        foreign=foreign,
    )


async def _to_be(store: Store, campaign: str, shown: Published) -> Published:
    life = store.directory.campaigns[campaign].life
    if not (life.is_final and life.certifying):
        return shown
    judged = await store.judge.judged(campaign, shown.rows)
    return replace(shown, rows=judged.rows)


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
    for field, value in tally.items():
        if field[:2] in sums:
            sums[field[:2]][field[2:].decode()] = int(value)
    return Foreign(sums[b"g:"], sums[b"b:"])


async def wait_until(
    how: How, is_through: Callable[[Positions], Awaitable[bool]], positions: Positions, what: str
) -> None:
    """Comes back when workers or archive are through with what was received up to there; TooSlow says who is not."""
    deadline_s = monotonic() + how.wait_s
    while not await is_through(positions):
        if monotonic() > deadline_s:
            stuck = [part for part, entry in positions.items() if not await is_through({part: entry})]
            raise TooSlow(
                f"{what} within {how.wait_s:g} s what was accepted, in {_partitions(stuck)}: "
                "`leaderboard status` says more"
            )
        await asyncio.sleep(POLL_S)


def _partitions(numbers: Sequence[int]) -> str:
    return f"partition{'s' if len(numbers) != 1 else ''} {', '.join(map(str, numbers))}"
