"""What people have decided about a campaign, read from the store as the recount wants it. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from msgspec import structs

from leaderboard.domain.accounts import Account, History
from leaderboard.domain.adjustments import Discount
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.flags import ruled_out, settled, upheld_accounts
from leaderboard.domain.rescorings import in_force
from leaderboard.domain.reviews import reviews
from leaderboard.domain.times import to_ms
from leaderboard.recount.settings import CampaignSettings, Registrations, Span, counted_window
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store

ACCOUNTS_PER_READ: Final = 1_000


class NoSuchCampaign(LookupError):
    """There is no campaign of this id; the text says so."""


class _Known(NamedTuple):
    """Accounts as of a time: where they are enrolled, what they are, and since when."""

    enrolled: dict[str, dict[str, int]]
    accounts: dict[str, Account]
    history: dict[str, History]
    changed_later: frozenset[str]


class _Judged(NamedTuple):
    """What reviewers and detectors make of accounts: who is out whatever it reaches, and what is discounted."""

    upheld: frozenset[str]
    discounts: Mapping[str, Discount]

    def differing(self, other: _Judged) -> frozenset[str]:
        """The accounts that the two do not make the same of."""
        discounted = {name for name, _ in self.discounts.items() ^ other.discounts.items()}
        return (self.upheld ^ other.upheld) | discounted


async def read_settings(
    store: Store, campaign_id: str, id_memory_h: int, as_of_ms: int | None = None
) -> CampaignSettings:
    """The settings of a campaign and of the others that its accounts are in; NoSuchCampaign for none.

    `as_of_ms`: accounts, decisions and rescorings as they were at that time, which is what a result was
    judged by. Nothing else of a campaign changes after its end, but for lives, which are asked for as they are.
    """
    await store.directory.refresh()
    campaigns = store.directory.campaigns
    if campaign_id not in campaigns:
        raise NoSuchCampaign(f"there is no campaign {campaign_id}")
    documents = await store.audits.enrollments(campaign_id)
    known = await _known(store, sorted(documents), as_of_ms)
    enrolled, changed_later = known.enrolled, known.changed_later
    judged = await _judged(store, campaign_id, as_of_ms)
    if as_of_ms is not None:
        changed_later |= judged.differing(await _judged(store, campaign_id, None))
    others = {campaign_id, *(campaign for places in enrolled.values() for campaign in places)}
    found = {name: campaigns[name] for name in others if name in campaigns}
    windows = {name: counted_window(one.newest, one.life) for name, one in found.items()}
    fixed = {name: window for name, window in windows.items() if window}
    return CampaignSettings(
        definition=_rules(campaigns[campaign_id]),
        windows=fixed,
        enrolled=enrolled,
        accounts=known.accounts,
        history=known.history,
        registrations={name: await _registrations(store, name, enrolled) for name in sorted(fixed)},
        slots={account: _slots(orjson.loads(document)) for account, document in documents.items()},
        upheld=judged.upheld,
        voids=in_force((await store.rescorings.of(campaign_id)).values(), as_of_ms),
        discounts=judged.discounts,
        changed_later=changed_later,
        id_memory_h=id_memory_h,
    )


def _rules(campaign: Campaign) -> Definition:
    """The rules in force, over the windows that are counted by."""
    definition, newest = campaign.definition, campaign.newest
    if newest is definition:
        return definition
    return structs.replace(definition, windows={**definition.windows, **newest.windows})


async def _known(store: Store, accounts: Sequence[str], as_of_ms: int | None) -> _Known:
    enrolled: dict[str, dict[str, int]] = {}
    history: dict[str, History] = {}
    known: dict[str, Account] = {}
    for some in _parts(accounts):
        enrolled |= await store.settings.enrolled_since(some)
        history |= await store.settings.account_histories(some)
        known |= await store.settings.accounts(some)
    if as_of_ms is None:
        return _Known(enrolled, known, history, frozenset())
    changed_later = frozenset(name for name, states in history.items() if states[-1][0] > as_of_ms)
    cut = {name: _until(states, as_of_ms) for name, states in history.items()}
    return _Known(enrolled, known | {name: states[-1][1] for name, states in cut.items()}, cut, changed_later)


async def _judged(store: Store, campaign: str, as_of_ms: int | None) -> _Judged:
    decisions, definition = store.decisions, store.directory.campaigns[campaign].definition
    found = await (decisions.of(campaign) if as_of_ms is None else decisions.as_of(campaign, as_of_ms))
    raised = await store.reviews.raised(campaign)
    reviewed = reviews(definition.integrity.mode, raised, settled(raised, found), {})
    discounts = {account: one.discount for account, one in reviewed.items() if one.discount.uv}
    return _Judged(upheld_accounts(definition, found) | ruled_out(reviewed), discounts)


def _until(history: History, at_ms: int) -> History:
    """The states of an account up to a time; the first that was ever known, for a time before that."""
    return tuple(state for state in history if state[0] <= at_ms) or history[:1]


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
