"""Whether an award may be paid: what holds it back, and whether the format can carry its payee.

The bank details of who is paid are opened here for that, and are not kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct, structs

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.payees import SealedPayee
from leaderboard.domain.payments import Payment
from leaderboard.domain.payout_files import Profiles, refusal
from leaderboard.domain.payout_holds import HoldPolicy, PayoutHold, payout_holds, tax_form_from_minor
from leaderboard.domain.payouts import ID_LENGTH, Format
from leaderboard.store.directory import Campaign
from leaderboard.store.payout_facts import facts_of
from leaderboard.store.store import Store
from leaderboard.store.vault import Vault

_OPENED_PER_TURN: Final = 200
# What a format is asked about before there is a payout.
_NO_PAYOUT: Final = "A" * ID_LENGTH


class Terms(Struct, frozen=True, kw_only=True):
    """How this installation pays. `tax_form_from`: year → from which amount in it a tax form has to be there."""

    profiles: Profiles
    send_before_banking_days: int
    require_funding: bool
    require_screening: bool
    tax_form_from: Mapping[str, str]


class Judged(NamedTuple):
    """An award with what holds it back, and the details that it would be paid to, where there are any."""

    award: ProvisionalAward
    holds: list[PayoutHold]
    payee: SealedPayee | None


class Judging:
    """Asks the store for what bears on it, and the domain what follows."""

    def __init__(self, store: Store, vault: Vault, terms: Terms) -> None:
        self._store = store
        self._vault = vault
        self._terms = terms

    async def judge(
        self,
        campaign: Campaign,
        format: Format,
        awards: Sequence[ProvisionalAward],
        day: str,
        now_ms: int,
        *,
        also: Mapping[str, int],
    ) -> list[Judged]:
        """What holds back each award, in their order.

        `also`: account → what these awards add to what it is paid in the year of `day`; nothing, of what is claimed.
        """
        name, year, currency = campaign.definition.id, day[:4], campaign.definition.currency
        pairs = [(award.award, award.account) for award in awards]
        facts = await facts_of(self._store, name, pairs, year, currency)
        policy = HoldPolicy(
            require_screening=self._terms.require_screening,
            tax_form_from_minor=tax_form_from_minor(self._terms.tax_form_from, int(year), currency),
        )
        judged: list[Judged] = []
        for number, award in enumerate(awards):
            if number % _OPENED_PER_TURN == 0:
                await asyncio.sleep(0)
            known = facts[award.award, award.account]
            others = known.paid_this_year_minor + also.get(award.account, 0) - award.amount.minor
            known = structs.replace(known, paid_this_year_minor=others)
            holds, payee = payout_holds(award.amount, known, policy, now_ms), known.payee.current
            if payee and not holds:
                refused = refusal(
                    format, self.payment(campaign, award, _NO_PAYOUT, payee), self._terms.profiles
                )
                holds = [PayoutHold("format", refused)] if refused else []
            judged.append(Judged(award, holds, payee))
        return judged

    def payment(
        self, campaign: Campaign, award: ProvisionalAward, payout: str, payee: SealedPayee
    ) -> Payment:
        """What a file says of an award, in the clear."""
        return Payment(
            id=payout,
            account=award.account,
            award=award.award,
            amount=award.amount,
            payee=self._vault.open(award.account, payee),
            text=f"{campaign.definition.title}: {award.award}",
        )
