"""The awards that a certified result lists, as it is kept. Checks no signature, so nobody is paid by it."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money, parse_minor
from leaderboard.store.lifecycles import Lifecycles


class _Amount(Struct, frozen=True):
    amount: str
    currency: str


class _Award(Struct, frozen=True):
    award: str
    account_id: str
    place: int | None
    amount: _Amount

    @property
    def plain(self) -> ProvisionalAward:
        money = Money(parse_minor(self.amount.amount, self.amount.currency), self.amount.currency)
        return ProvisionalAward(self.award, self.account_id, self.place, money)


class _Result(Struct, frozen=True):
    awards: list[_Award]


class _File(Struct, frozen=True):
    result: _Result


_decode: Final = msgspec.json.Decoder(_File).decode


async def certified_awards(
    lifecycles: Lifecycles, campaign: str, version: int
) -> list[ProvisionalAward] | None:
    """Those of one version; None where it is not in the store."""
    content = await lifecycles.document(campaign, f"result|{version}")
    return [award.plain for award in _decode(content).result.awards] if content else None
