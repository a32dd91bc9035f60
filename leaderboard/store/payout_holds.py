"""What bears on paying somebody, as people have noted it: screenings, tax forms, disputes. Saved like settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import structs

from leaderboard.domain.payout_holds import Dispute, Screening, TaxForm
from leaderboard.domain.payouts import award_key
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.settings import Outcome, Settings, to_json

_screening: Final = msgspec.json.Decoder(Screening).decode
_tax_form: Final = msgspec.json.Decoder(TaxForm).decode
_dispute: Final = msgspec.json.Decoder(Dispute).decode


class PayoutHolds:
    """By account, and disputes by campaign and award as well. The audit log has all that stood before."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def put_screening(self, account: str, screening: Screening) -> Outcome:
        """Saves a verdict in place of the one before. Each is one of its own, since it has its own time."""
        why = screening.note
        return await self._settings.put(
            keys.SCREENINGS, account, to_json(screening), "screening", account, screening.by, why=why
        )

    async def put_tax_form(self, account: str, form: TaxForm) -> tuple[Outcome, TaxForm]:
        """Notes that a tax form was received, and gives what stands: the first note of the same form."""
        known = (await self.tax_forms([account])).get(account)
        if known and known == structs.replace(form, by=known.by):
            return "same", known
        document = to_json(form)
        return await self._settings.put(keys.TAX_FORMS, account, document, "tax_form", account, form.by), form

    async def put_dispute(
        self, campaign: str, award: str, account: str, dispute: Dispute
    ) -> tuple[Outcome, Dispute]:
        """Notes that an award is contested, and gives what stands: the first note of the same reason."""
        known = (await self.disputes(campaign)).get((award, account))
        if known and known.reason == dispute.reason:
            return "same", known
        return await self._put_dispute(
            campaign, award, account, to_json(dispute), dispute.by, dispute.reason
        ), dispute

    async def lift_dispute(self, campaign: str, award: str, account: str, actor: str, why: str) -> bool:
        """Takes a dispute away; False where there is none."""
        return await self._put_dispute(campaign, award, account, b"", actor, why) == "removed"

    async def screenings(self, accounts: Sequence[str]) -> dict[str, Screening]:
        """Account → its newest verdict, of those that have one."""
        return {
            name: _screening(text) for name, text in (await self._many(keys.SCREENINGS, accounts)).items()
        }

    async def tax_forms(self, accounts: Sequence[str]) -> dict[str, TaxForm]:
        """Account → its newest tax form, of those that have one."""
        return {name: _tax_form(text) for name, text in (await self._many(keys.TAX_FORMS, accounts)).items()}

    async def disputes(self, campaign: str) -> dict[tuple[str, str], Dispute]:
        """(award, account) → the dispute, of those awards of a campaign that are contested."""
        found = mapping(await self._client.do("HGETALL", keys.DISPUTES))
        named = {tuple(name.decode().split("|")): _dispute(text) for name, text in sorted(found.items())}
        return {(award, account): one for (of, award, account), one in named.items() if of == campaign}

    async def _put_dispute(
        self, campaign: str, award: str, account: str, document: bytes, actor: str, why: str
    ) -> Outcome:
        subject = f"{campaign}/{award}/{account}"
        return await self._settings.put(
            keys.DISPUTES, _field(campaign, award, account), document, "dispute", subject, actor, why=why
        )

    async def _many(self, key: str, fields: Sequence[str]) -> dict[str, bytes]:
        if not fields:
            return {}
        found = await self._client.do("HMGET", key, *fields)
        return {field: text for field, text in zip(fields, found, strict=True) if text}


def _field(campaign: str, award: str, account: str) -> str:
    return f"{campaign}|{award_key(award, account)}"
