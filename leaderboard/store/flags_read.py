"""Flags as they are at this moment: what rules and detectors find, with what people have made of it. Decides none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderboard.domain.flags import Dockets, Flag, flags_of, named_by, raised_flags
from leaderboard.domain.impact import Stakes
from leaderboard.domain.reviews import Raised, is_detector_flag
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """What flags of a campaign are made of, besides the verdicts. `raised`: account → its flags of detectors."""

    dockets: Dockets
    raised: Mapping[str, Sequence[Raised]]


async def read_found(store: Store, campaign: str) -> Found:
    """All of a campaign."""
    by_account: dict[str, list[Raised]] = {}
    for one in (await store.reviews.raised(campaign)).values():
        by_account.setdefault(one.account, []).append(one)
    return Found(await store.decisions.dockets(campaign), by_account)


async def flags_of_accounts(
    store: Store, campaign: Campaign, accounts: Sequence[str], found: Found
) -> list[Flag]:
    """The flags of these accounts, in their order: of each first those of rules, then those of detectors."""
    definition = campaign.definition
    rows = await store.standings.rows(definition.id, accounts)
    verdicts = await store.judge.verdicts(definition.id, rows)
    by_account: dict[str, list[Flag]] = {account: [] for account in accounts}
    raised = [one for account in accounts for one in found.raised.get(account, ())]
    for flag in (
        *flags_of(definition, verdicts, found.dockets),
        *raised_flags(definition, raised, found.dockets),
    ):
        by_account[flag.account].append(flag)
    return [flag for account in accounts for flag in by_account[account]]


async def find_flag(store: Store, campaign: Campaign, flag: str) -> Flag | None:
    """One flag, with its docket as of one moment; None where it is neither raised nor decided."""
    name, (_, account) = campaign.definition.id, named_by(flag)
    dockets = {flag: await store.decisions.docket(name, flag)}
    if is_detector_flag(flag):
        one = (await store.reviews.raised(name)).get(flag)
        return raised_flags(campaign.definition, [one], dockets)[0] if one else None
    found = await flags_of_accounts(store, campaign, [account], Found(dockets, {}))
    return next((one for one in found if one.id == flag), None)


async def waiting_flags(store: Store, campaign: Campaign) -> list[Flag]:
    """The flags with a proposal or an appeal that waits, or a decision. One that is gone waits for nobody."""
    found = await read_found(store, campaign.definition.id)
    touched = {named_by(flag)[1] for flag in found.dockets}
    flags = await flags_of_accounts(store, campaign, sorted(touched), found)
    return [flag for flag in flags if flag.id in found.dockets]


async def read_stakes(store: Store, campaign: Campaign) -> Stakes:
    """What the awards of a campaign hang on, as they stand."""
    name, ranking = campaign.definition.id, campaign.definition.ranking
    everything = await store.standings.everything(name)
    accounts = [row.account_id for row in everything.rows]
    standing = (await store.awards.read(name, accounts)).in_life(campaign.life)
    awards = {account: sum(one.minor for one in given) for account, given in standing.by_account.items()}
    order = [account for account, _ in everything.award_order]
    return Stakes(everything.rows, order, ranking.limit if ranking else None, awards)
