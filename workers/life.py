"""Moves campaigns along as the clock says: asks what is due, and does it. What is due stands in the store.

Every move is a compare-and-set, so any number of these may run, twice and late; what was missed is caught up with by
asking again until nothing is due.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from leaderboard.archive.errors import ArchiveError
from leaderboard.domain.lifecycle import Life, Step, due, ended, opened
from leaderboard.store.connection import is_unavailable
from leaderboard.store.store import Store
from workers.apart import FailedApart
from workers.closing import SCHEDULER, Stuck
from workers.moments import TooSlow

log = logging.getLogger(__name__)

# Moves that need nothing but the clock; the others need the archive, and take their time.
_MOVES: Final[Mapping[Step, tuple[str, Callable[[Life, int], Life]]]] = {
    "open": ("campaign.open", opened),
    "end": ("campaign.end", ended),
}
_MOVES_IN_A_ROW: Final = 10


async def sweep(store: Store) -> list[str]:
    """Makes every move that needs the clock alone, for all campaigns; what was done, as `campaign: action`."""
    await store.directory.refresh()
    done, now_ms = [], await store.now_ms()
    for name in list(store.directory.campaigns):
        done += [f"{name}: {action}" for action in await _moved(store, name, now_ms)]
    return done


async def _moved(store: Store, name: str, now_ms: int) -> list[str]:
    done: list[str] = []
    for _ in range(_MOVES_IN_A_ROW):
        campaign = store.directory.campaigns[name]
        step = due(campaign.newest, campaign.life, now_ms)
        if step is None or step not in _MOVES:
            break
        action, moved = _MOVES[step]
        after = moved(campaign.life, now_ms)
        if await store.lifecycles.move(name, campaign.life, after, action=action, actor=SCHEDULER):
            log.info("%s: %s", name, after.state)
            done.append(action)
        await store.directory.refresh()
    return done


async def due_for(store: Store, step: Step) -> list[str]:
    """The campaigns that are due for a step, by id."""
    now_ms = await store.now_ms()
    campaigns = store.directory.campaigns.items()
    return sorted(name for name, one in campaigns if due(one.newest, one.life, now_ms) == step)


async def attempt(store: Store, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Does a piece of work on a campaign, and keeps for the operator what it waits for, if it cannot be done yet.

    One that fails is logged and kept as well: it is no reason to leave the other campaigns alone.
    """
    before = await store.lifecycles.noted(name)
    try:
        await work()
    except (Stuck, TooSlow, FailedApart, ArchiveError) as error:
        waits_for = str(error)
    except Exception as error:
        if is_unavailable(error):
            raise
        log.exception("%s could not be moved on", name)
        waits_for = f"it failed, and is tried again: {type(error).__name__}: {error}"
    else:
        # What the work itself has noted, such as why it was refused, stays.
        if before is not None and await store.lifecycles.noted(name) == before:
            await store.lifecycles.note(name, "", await store.now_ms())
        return
    if before is None or before.text != waits_for:
        log.warning("%s waits: %s", name, waits_for)
        await store.lifecycles.note(name, waits_for, await store.now_ms())
