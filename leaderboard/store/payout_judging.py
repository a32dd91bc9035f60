"""Whether an award may be paid: what holds it back, and whether the format can carry its payee.

The bank details of who is paid are opened here for that, and are not kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.payees import SealedPayee
from leaderboard.domain.payments import Payment
from leaderboard.domain.payout_batches import award_of
from leaderboard.domain.payout_files import Profiles, payment_file, refusal
from leaderboard.domain.payout_holds import HoldPolicy, PayoutHold, tax_form_from_minor
from leaderboard.domain.payouts import ID_LENGTH, Batch, Format, Line, PayoutRefused
from leaderboard.store.directory import Campaign
from leaderboard.store.payout_facts import weighed
from leaderboard.store.store import Store
from leaderboard.store.vault import Vault, VaultError

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
        policy = HoldPolicy(
            require_screening=self._terms.require_screening,
            tax_form_from_minor=tax_form_from_minor(self._terms.tax_form_from, int(year), currency),
        )
        found = await weighed(
            self._store, name, awards, policy, year=year, currency=currency, also=also, now_ms=now_ms
        )
        judged: list[Judged] = []
        for number, (award, (holds, payee)) in enumerate(zip(awards, found, strict=True)):
            if number % _OPENED_PER_TURN == 0:
                await asyncio.sleep(0)
            if payee and not holds:
                holds = self._not_carried(campaign, format, award, payee)
            judged.append(Judged(award, holds, payee))
        return judged

    async def written(
        self, campaign: Campaign, batch: Batch, lines: Sequence[Line], payees: Mapping[str, SealedPayee]
    ) -> bytes:
        """The file of an approved batch. PayoutRefused names the limit of the format that all of it is beyond."""
        payments = []
        for number, line in enumerate(lines):
            if number % _OPENED_PER_TURN == 0:
                await asyncio.sleep(0)
            payments.append(self._payment(campaign, award_of(line), line.id, payees[line.account]))
        try:
            return await asyncio.to_thread(payment_file, batch, payments, self._terms.profiles)
        except ValueError as error:
            raise PayoutRefused(
                "not_carried", f"No {batch.format} file can be made of it: {error}"
            ) from error

    def _not_carried(
        self, campaign: Campaign, format: Format, award: ProvisionalAward, payee: SealedPayee
    ) -> list[PayoutHold]:
        try:
            payment = self._payment(campaign, award, _NO_PAYOUT, payee)
        except VaultError as error:
            return [PayoutHold("bank_details_shut", f"Its bank details cannot be read: {error}.")]
        refused = refusal(format, payment, self._terms.profiles)
        return [PayoutHold("format", refused)] if refused else []

    def _payment(
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
