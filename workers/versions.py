"""Puts versions of campaigns in force whose time has come. May run twice, late, or on two machines at once."""

from __future__ import annotations

import logging
from typing import Final

from leaderboard.domain.campaigns import State
from leaderboard.domain.exclusions import NEVER_MS
from leaderboard.domain.lifecycle import Life
from leaderboard.store.campaign_versions import StoredCampaign, in_force
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.closing import SCHEDULER

log = logging.getLogger(__name__)

# A campaign that has just ended may have been asleep when its rules changed; from review on they are pinned.
_OPEN: Final[tuple[State, ...]] = ("scheduled", "live", "closing")


async def activate_due(store: Store, now_ms: int) -> list[str]:
    """Puts them in force; what was done, as `campaign: version`."""
    await store.directory.refresh()
    done = []
    for name, campaign in list(store.directory.campaigns.items()):
        if _has_waiting(campaign) and (number := await _activate(store, name, campaign.life, now_ms)):
            log.info("%s: version %d is in force", name, number)
            done.append(f"{name}: {number}")
    if done:
        await store.directory.refresh()
    return done


def _has_waiting(campaign: Campaign) -> bool:
    return campaign.life.state in _OPEN and len(campaign.versions) > campaign.version


async def _activate(store: Store, name: str, life: Life, now_ms: int) -> int:
    """The number of the version that is put in force; 0 where there is none, or somebody was first."""
    before = await store.settings.campaign(name)
    if before is None:
        return 0
    # One that was to come after the close by hand never does.
    after = in_force(before, now_ms if life.cutoff_ms is None else min(now_ms, life.cutoff_ms))
    if after is before:
        return 0
    why = _reason(after)
    made = await store.settings.amend_campaign(
        name,
        before,
        after,
        actor=SCHEDULER,
        action="campaign.version",
        why=why,
        life_version=life.version,
        until_ms=NEVER_MS,
    )
    return after.version if made else 0


def _reason(campaign: StoredCampaign) -> str:
    return next(one.reason for one in campaign.versions if one.number == campaign.version)
