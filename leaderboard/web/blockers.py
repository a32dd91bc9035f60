"""What speaks against certifying a campaign, as the store knows it at this moment. The words are the domain's."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NamedTuple

from msgspec import structs

from leaderboard.domain.appealing import may_appeal_until
from leaderboard.domain.appeals import open_appeal
from leaderboard.domain.blockers import Blocker, Situation, blockers, warnings
from leaderboard.domain.campaigns import Award, Definition
from leaderboard.domain.campaigns.awards import NOT_MONEY
from leaderboard.domain.funding import Funding
from leaderboard.domain.judging import Verdict
from leaderboard.domain.lifecycle import cutoff_ms
from leaderboard.domain.live_metrics import not_live
from leaderboard.domain.standings import Row
from leaderboard.store import keys
from leaderboard.store.directory import Campaign
from leaderboard.store.flags_read import waiting_flags
from leaderboard.store.store import Store

BANK_ACCOUNT: Final = "bank_account"
ROWS_PER_TURN: Final = 500
_POLL_S: Final = 0.1


class Found(NamedTuple):
    """What keeps a campaign from being certified, and what only has to be known."""

    blockers: list[Blocker]
    warnings: list[Blocker]


async def find_blockers(
    store: Store,
    campaign: Campaign,
    *,
    patience_s: float = 0.0,
    passing_ms: int = 0,
    is_correction: bool = False,
    requires_funding: bool = False,
    requires_checkpoint: bool = True,
) -> Found:
    """What is merely on its way to the counters or the archive is given `patience_s` to arrive.

    Where other campaigns run, something always is: what came in less than `passing_ms` ago does not speak against it.
    """
    newest = await store.audits.newest()
    is_applied, is_archived = await _arrived(store, newest, patience_s)
    now_ms, judged = await store.now_ms(), await _judged(store, campaign)
    progress, audited = await store.inbox.progress(now_ms), await store.audits.last(campaign.definition.id)
    review = await _review(store, campaign, now_ms)
    problem, archive_lag_ms = await store.archiving.problem(), await store.archiving.lag_ms(now_ms)
    situation = Situation(
        campaign=campaign.definition.id,
        now_ms=now_ms,
        cutoff_ms=cutoff_ms(campaign.newest, campaign.life),
        hold_until_ms=_ended_ms(campaign) + campaign.definition.settlement.hold_s * 1000,
        held=tuple(judged.held),
        unevaluated=len(judged.unevaluated),
        unbanked=await _without_bank_account(store, judged.needs_bank),
        pending_events=0 if is_applied or progress.lag_ms < passing_ms else progress.pending,
        inbox_lag_ms=progress.lag_ms,
        buried_entries=await store.audits.buried_entries(),
        # An entry of this very millisecond is behind, too.
        archive_lag_ms=0 if is_archived or archive_lag_ms < passing_ms else max(1, archive_lag_ms),
        archive_problem=problem[0] if problem else "",
        audit=audited.last if audited else None,
        scheduler_acts=bool(await store.client.do("EXISTS", keys.lease("scheduler"))),
        is_correction=is_correction,
        funding=await _funding(store, campaign, is_required=requires_funding),
        unexamined=await _unexamined(store, campaign),
        requires_checkpoint=requires_checkpoint,
        proposals=review.proposals,
        appeals=review.appeals,
        appealable=review.appealable,
        appealable_until_ms=review.appealable_until_ms,
    )
    return Found(blockers(situation), warnings(situation))


class _Review(NamedTuple):
    """Ids of flags on which people have begun something that is not ended."""

    proposals: tuple[str, ...]
    appeals: tuple[str, ...]
    appealable: tuple[str, ...]
    appealable_until_ms: int


async def _review(store: Store, campaign: Campaign, now_ms: int) -> _Review:
    flags = await waiting_flags(store, campaign)
    appeal_s = campaign.definition.integrity.appeal_s
    until_ms = {
        one.id: ends_ms
        for one in flags
        if one.decision and (ends_ms := may_appeal_until(one, appeal_s, now_ms)) is not None
    }
    return _Review(
        proposals=tuple(one.id for one in flags if one.docket.proposal),
        appeals=tuple(one.id for one in flags if open_appeal(one.docket.appeals)),
        appealable=tuple(until_ms),
        appealable_until_ms=max(until_ms.values(), default=0),
    )


def _ended_ms(campaign: Campaign) -> int:
    """One that was closed by hand ended then, where that was before the end of its window."""
    ends_at_ms, closed_ms = campaign.newest.ends_at_ms or 0, campaign.life.cutoff_ms
    return ends_at_ms if closed_ms is None else min(ends_at_ms, closed_ms)


async def _unexamined(store: Store, campaign: Campaign) -> str | None:
    """Why detectors that act have not looked at all of it; None where they have."""
    if campaign.definition.integrity.mode != "act":
        return None
    made = await store.checkpoints.last(campaign.definition.id)
    until_ms = cutoff_ms(campaign.newest, campaign.life)
    return None if made.covers_close(until_ms) else made.problem


async def _without_bank_account(store: Store, accounts: Collection[str]) -> int:
    """How many of them have no details that a second person has confirmed."""
    known = await store.payees.many(sorted(accounts))
    return sum(name not in known or known[name].current is None for name in accounts)


async def _funding(store: Store, campaign: Campaign, *, is_required: bool) -> Funding | None:
    """What was given, and what the awards come to; None where no award pays money."""
    definition = campaign.definition
    instruments = definition.instruments
    most = {
        one.id: one.most for one in definition.awards if instruments[one.instrument].kind not in NOT_MONEY
    }
    if not most:
        return None
    funding = Funding(
        currency=definition.currency,
        given_minor=await store.ledger.funded_minor(definition.id, definition.currency),
        limits_minor=int(sum(limit for limit in most.values() if limit is not None)),
        unbounded=tuple(name for name, limit in most.items() if limit is None),
        is_required=is_required,
    )
    if funding.is_covered:
        return funding
    return structs.replace(funding, awards_minor=await _awards_minor(store, campaign))


async def _awards_minor(store: Store, campaign: Campaign) -> int | None:
    """The sum of all awards as they stand; None where they are not worked out."""
    name, sums = campaign.definition.id, dict[str, int]()
    if not (await store.awards.read(name)).in_life(campaign.life).at_ms:
        return None
    async for rows in store.standings.in_parts(name):
        standing = await store.awards.read(name, [row.account_id for row in rows])
        sums |= {account: sum(one.minor for one in given) for account, given in standing.by_account.items()}
    return sum(sums.values())


async def _arrived(store: Store, positions: Mapping[int, str], patience_s: float) -> tuple[bool, bool]:
    """Whether everything up to there is applied, and whether it is archived."""
    until_s = monotonic() + patience_s
    while True:
        arrived = await asyncio.gather(
            store.audits.applied_through(positions), store.audits.archived_through(positions)
        )
        if all(arrived) or monotonic() >= until_s:
            return arrived
        await asyncio.sleep(_POLL_S)


@dataclass(slots=True)
class _Judged:
    """Accounts by what matters of them: held ones in the order of the standings."""

    held: dict[str, None] = field(default_factory=dict)
    unevaluated: set[str] = field(default_factory=set)
    needs_bank: set[str] = field(default_factory=set)

    def add(self, definition: Definition, award: Award, verdicts: Mapping[str, Verdict]) -> None:
        """`verdicts` for an award, in the order of the standings."""
        self.unevaluated |= {name for name, verdict in verdicts.items() if _waits(verdict)}
        payable = [name for name, verdict in verdicts.items() if verdict.eligible]
        self.held |= {name: None for name in payable if verdicts[name].held}
        if BANK_ACCOUNT in definition.instruments[award.instrument].needs:
            self.needs_bank.update(payable[: award.limit])


def _waits(verdict: Verdict) -> bool:
    return any(reason.code == "not_evaluated" for reason in verdict.reasons)


async def _judged(store: Store, campaign: Campaign) -> _Judged:
    definition, judged = campaign.definition, _Judged()
    reviewed = await store.directory.reviews(definition.id)
    if not _has_to_be_judged(definition) and not any(one.held for one in reviewed.values()):
        return judged
    rows = await _ranked_rows(store, definition.id)
    for award in definition.awards:
        verdicts: dict[str, Verdict] = {}
        for start in range(0, len(rows), ROWS_PER_TURN):
            part = rows[start : start + ROWS_PER_TURN]
            verdicts |= await store.judge.verdicts(definition.id, part, award.id)
            await asyncio.sleep(0)
        judged.add(definition, award, verdicts)
    return judged


def _has_to_be_judged(definition: Definition) -> bool:
    """Judging everybody takes its time; not all rules can have anything to say here."""
    has_holds = any(validator.action == "hold" for validator in definition.validators)
    needs_bank = any(BANK_ACCOUNT in one.needs for one in definition.instruments.values())
    return has_holds or needs_bank or bool(not_live(definition))


async def _ranked_rows(store: Store, campaign: str) -> list[Row]:
    everything = await store.standings.everything(campaign)
    rows = {row.account_id: row for row in everything.rows}
    return [rows[name] for name, _ in everything.order if name in rows]
