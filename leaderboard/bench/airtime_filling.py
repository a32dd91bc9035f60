"""Days that hosts have behind them, put into the live times past the door: what their heartbeats would have left."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from leaderboard.bench.airtime import Claim, claims
from leaderboard.bench.live_answer import LiveAnswer
from leaderboard.demo.campaign import CAMPAIGN_ID
from leaderboard.demo.world import Account
from leaderboard.domain.live_beats import Beat, LiveRules, State
from leaderboard.domain.live_time import AccountTime
from leaderboard.store.directory import Campaign
from leaderboard.store.live_times import NewTime, Place
from leaderboard.store.promises import Promise
from leaderboard.store.store import Store

AT_ONCE: Final = 100
STATES: Final = {"explaining": State.EFFECTIVE, "idle": State.IDLE, "away": State.AWAY}


async def fill_airtime(
    store: Store, accounts: Sequence[Account], first_day_ms: int, days: int, answer: LiveAnswer
) -> None:
    """Lets every host of the accounts have been on air for some days, and the answer know it."""
    await store.directory.open()
    campaign = store.directory.campaigns[CAMPAIGN_ID]
    for start in range(0, len(accounts), AT_ONCE):
        members = accounts[start : start + AT_ONCE]
        promises = await store.directory.promises(CAMPAIGN_ID, [one.id for one in members])
        times = [_time(campaign, one, promises[one.id], first_day_ms, days, answer) for one in members]
        rows = [row for row in await store.live_times.save(times) if row]
        await store.judge.publish(CAMPAIGN_ID, rows, await store.now_ms())


def _time(
    campaign: Campaign, account: Account, promise: Promise, first_day_ms: int, days: int, answer: LiveAnswer
) -> NewTime:
    window = campaign.counted.window
    rules = LiveRules.of(campaign.definition.live)
    time = AccountTime(rules, (window.starts_at_ms, window.ends_at_ms), promise.slots)
    for host in account.hosts:
        behind = list(claims(Random(f"behind/{host.id}"), host.id, first_day_ms, days))
        time.add_all([(host.id, claim.session, _beat(claim)) for claim in behind])
        for claim in behind:
            answer.claim(account.id, claim.start_ms, claim.end_ms, claim.is_effective)
    packed = {host: time.pack(host) for host in time.hosts}
    place = Place(CAMPAIGN_ID, account.id)
    return NewTime(place, campaign.counted.currency, 0, *time.total(), promise.stamp, packed)


def _beat(claim: Claim) -> Beat:
    return Beat(claim.start_ms, claim.end_ms, STATES[claim.activity], True, claim.product)
