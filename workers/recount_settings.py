"""What people have decided about a campaign, read from the store as the recount wants it. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from leaderboard.domain.accounts import Account, History
from leaderboard.domain.times import to_ms
from leaderboard.recount.settings import CampaignSettings, Registrations, Span, counted_window
from leaderboard.store.store import Store

ACCOUNTS_PER_READ: Final = 1_000


class NoSuchCampaign(LookupError):
    """There is no campaign of this id; the text says so."""


async def read_settings(store: Store, campaign_id: str, id_memory_h: int) -> CampaignSettings:
    """The settings of a campaign and of the others that its accounts are in; NoSuchCampaign for none."""
    await store.directory.refresh()
    campaigns = store.directory.campaigns
    if campaign_id not in campaigns:
        raise NoSuchCampaign(f"there is no campaign {campaign_id}")
    documents = await store.audits.enrollments(campaign_id)
    accounts = sorted(documents)
    enrolled: dict[str, dict[str, int]] = {}
    histories: dict[str, History] = {}
    known: dict[str, Account] = {}
    for some in _parts(accounts):
        enrolled |= await store.settings.enrolled_since(some)
        histories |= await store.settings.account_histories(some)
        known |= await store.settings.accounts(some)
    others = {campaign for places in enrolled.values() for campaign in places}
    windows = {name: counted_window(campaigns[name].definition) for name in others if name in campaigns}
    fixed = {name: window for name, window in windows.items() if window}
    return CampaignSettings(
        definition=campaigns[campaign_id].definition,
        windows=fixed,
        enrolled=enrolled,
        accounts=known,
        history=histories,
        registrations={name: await _registrations(store, name, enrolled) for name in sorted(fixed)},
        slots={account: _slots(orjson.loads(document)) for account, document in documents.items()},
        id_memory_h=id_memory_h,
    )


async def _registrations(
    store: Store, campaign: str, enrolled: Mapping[str, Mapping[str, int]]
) -> Registrations:
    concerned = [account for account, places in enrolled.items() if campaign in places]
    found: dict[str, Mapping[str, Sequence[tuple[int, int | None]]]] = {}
    for some in _parts(concerned):
        found |= await store.settings.registrations(campaign, some)
    return found


def _slots(enrollment: Mapping[str, Any]) -> dict[str, list[Span]]:
    return {
        host["host_id"]: [(_ms(slot["start"]), _ms(slot["end"])) for slot in host["schedule"]]
        for host in enrollment["hosts"]
    }


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


def _parts(accounts: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(accounts), ACCOUNTS_PER_READ):
        yield list(accounts[start : start + ACCOUNTS_PER_READ])
