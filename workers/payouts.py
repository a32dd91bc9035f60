"""Looks after payouts: reminds of what is not paid yet, says how payouts stand, and notes that a campaign is paid.

It pays nobody, and opens no bank details. A campaign whose result has no awards stays certified: nothing is owed, and
nothing was paid. One that is paid is looked after as well, for what comes back later or is added by a correction.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leaderboard.config import Payouts
from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.banking_days import local_day
from leaderboard.domain.lifecycle import end_ms, paid
from leaderboard.domain.payout_batches import sums_by_account
from leaderboard.domain.payout_differences import SettledByHand, differences
from leaderboard.domain.payout_holds import HoldPolicy, tax_form_from_minor
from leaderboard.domain.payouts import Batch, BatchState, Line, award_key
from leaderboard.domain.reminders import (
    Deadline,
    Figures,
    OnHold,
    Outstanding,
    deadline_of,
    outstanding,
    reminder,
    stage,
)
from leaderboard.store.certified_awards import certified_awards
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import Campaign
from leaderboard.store.payout_facts import weighed
from leaderboard.store.reminders import Said
from leaderboard.store.settling_by_hand import settled_by_hand
from leaderboard.store.store import Store
from workers.closing import SCHEDULER

log = logging.getLogger(__name__)


class _Seen(NamedTuple):
    """How payouts stood at a version of the life and of each batch, and with these notes of what was settled by hand.

    Every step of a life or a batch makes another version.
    """

    versions: tuple[int, ...]
    notes: Mapping[str, SettledByHand]
    left: Outstanding


class PayoutWatch:
    """One of any number on a store: whatever it says or moves, one of them does."""

    def __init__(self, store: Store, payouts: Payouts) -> None:
        self._store = store
        self._payouts = payouts
        self._seen: dict[str, _Seen] = {}

    async def look(self) -> None:
        """Looks at every campaign that has a certified result. One that fails is logged, and the others go on."""
        await self._store.directory.refresh()
        for name, campaign in list(self._store.directory.campaigns.items()):
            if campaign.life.is_final:
                await self._attempt(name, campaign)

    async def _attempt(self, name: str, campaign: Campaign) -> None:
        try:
            await self._look_at(name, campaign)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("the payouts of %s could not be looked at", name)

    async def _look_at(self, name: str, campaign: Campaign) -> None:
        left = await self._outstanding(name, campaign)
        deadline = self._deadline(campaign)
        await self._store.reminders.show(name, Figures(left.unpaid, campaign.newest.zone, deadline))
        if left.is_all_paid:
            await self._note_paid(name, campaign)
        elif left.unpaid and deadline:
            await self._remind(name, campaign, left, deadline)

    async def _outstanding(self, name: str, campaign: Campaign) -> Outstanding:
        batches = await self._store.payouts.batches(name)
        versions = (campaign.life.version, *(batch.version for batch in batches))
        notes = await self._store.payout_differences.notes(name)
        seen = self._seen.get(name)
        if seen is None or (seen.versions, seen.notes) != (versions, notes):
            awards, lines = await self._awards(name, campaign.life.result), await self._lines(batches)
            differing = differences(awards, [line for _, line in lines])
            settled = await settled_by_hand(self._store, name, campaign.life.result, differing, notes)
            seen = _Seen(versions, notes, outstanding(awards, lines, settled))
            self._seen[name] = seen
        return seen.left

    async def _awards(self, name: str, version: int) -> list[ProvisionalAward]:
        awards = await certified_awards(self._store.lifecycles, name, version)
        if awards is None:
            raise RuntimeError(f"{name}: result {version} is not in the store")
        return awards

    async def _lines(self, batches: Sequence[Batch]) -> list[tuple[BatchState, Line]]:
        kept = [batch for batch in batches if batch.state != "void"]
        found = [(batch.state, await self._store.payouts.lines(batch.id)) for batch in kept]
        return [(state, line) for state, lines in found for line in lines.values()]

    def _deadline(self, campaign: Campaign) -> Deadline | None:
        ended_ms = end_ms(campaign.newest, campaign.life)
        if ended_ms is None:
            return None
        return deadline_of(campaign.newest, ended_ms, self._payouts.send_before_banking_days)

    async def _note_paid(self, name: str, campaign: Campaign) -> None:
        """While a correction is being made, what is owed is open."""
        life = campaign.life
        if life.state == "paid" or life.certifying:
            return
        after = paid(life, await self._store.now_ms())
        if await self._store.lifecycles.move(name, life, after, action="campaign.paid", actor=SCHEDULER):
            log.info("%s: paid", name)
        await self._store.directory.refresh()

    async def _remind(self, name: str, campaign: Campaign, left: Outstanding, deadline: Deadline) -> None:
        now_ms = await self._store.now_ms()
        today = local_day(now_ms, campaign.newest.zone)
        due_stage = stage(deadline, today)
        if due_stage is None or await self._store.reminders.is_said(name, deadline, due_stage):
            return
        on_hold = await self._on_hold(name, campaign, deadline, now_ms)
        text = reminder(left, deadline, today, on_hold)
        if await self._store.reminders.say(name, deadline, due_stage, Said(now_ms, text)):
            log.warning("%s: %s", name, text)

    async def _on_hold(self, name: str, campaign: Campaign, deadline: Deadline, now_ms: int) -> OnHold:
        """What a bank's format cannot carry is not among it: for that, bank details would have to be opened."""
        awards = await self._in_no_batch(name, campaign.life.result)
        year, currency = deadline.due_on.year, campaign.newest.currency
        policy = HoldPolicy(
            require_screening=self._payouts.require_screening,
            tax_form_from_minor=tax_form_from_minor(self._payouts.tax_form_from, year, currency),
        )
        also = sums_by_account(awards)
        found = await weighed(
            self._store, name, awards, policy, year=str(year), currency=currency, also=also, now_ms=now_ms
        )
        codes = [{hold.code for hold in one.holds} for one in found]
        reasons = Counter[str](code for of_award in codes for code in of_award)
        return OnHold(sum(map(bool, codes)), dict(reasons))

    async def _in_no_batch(self, name: str, version: int) -> list[ProvisionalAward]:
        claimed = await self._store.payouts.claims(name)
        awards = await self._awards(name, version)
        return [award for award in awards if award_key(award.award, award.account) not in claimed]
