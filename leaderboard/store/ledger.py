"""The ledger as it is kept: entries that are never changed, and beside them what they come to.

Entries are written by scripts, each with the step that moves the money; only fundings are posted from here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from leaderboard.domain.ledger import Entry, Trial, campaign_of, funded, funding
from leaderboard.domain.money import Money, format_minor
from leaderboard.store import keys
from leaderboard.store.client import Client, Command, mapping
from leaderboard.store.scripts import FUND
from leaderboard.store.settings import to_json

# A filter looks at so many entries a page at the most; then the page ends, however few it has found.
LOOKED_AT_MOST: Final = 2_000
# An entry of a large batch has a posting for each account.
READ_AT_ONCE: Final = 100

_BALANCES: Final = ("HGETALL", keys.LEDGER_BALANCES)

_decode: Final = msgspec.json.Decoder(Entry).decode


class ReferenceTaken(ValueError):
    """A funding has this reference with another amount; the text says which."""


class Page(Struct, frozen=True):
    """Some entries, the newest first; `cursor` reads on, None at the end. `balances` of when it was read."""

    entries: list[Entry]
    cursor: str | None
    balances: dict[tuple[str, str], int]


class Funded(Struct, frozen=True):
    """The entry of a funding, and whether it was there before."""

    outcome: Literal["created", "same"]
    entry: Entry


class Ledger:
    """All money that is given to campaigns and paid by them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fund(self, campaign: str, money: Money, reference: str, actor: str, now_ms: int) -> Funded:
        """Notes money that a campaign was given; the same reference again changes nothing.

        ReferenceTaken where it was noted with another amount.
        """
        entry = funded(campaign, money, reference, actor=actor, at_ms=now_ms)
        names = (keys.LEDGER, keys.LEDGER_BALANCES, keys.LEDGER_REFERENCES, keys.AUDIT_LOG)
        amount = {"amount": format_minor(money.minor, money.currency), "currency": money.currency}
        said = to_json({"amount": amount, "reference": reference})
        known = await FUND(self._client, names, to_json(entry), entry.ref, actor, campaign, said)
        if not known:
            return Funded("created", entry)
        before = _decode(known)
        if before.postings != entry.postings:
            raise ReferenceTaken(f"{reference} was noted with {_money(_given(before))} before")
        return Funded("same", before)

    async def page(self, campaign: str | None, limit: int, cursor: str | None = None) -> Page:
        """The newest entries, of one campaign where it is named. A page may have fewer than `limit`, even none.

        The balances of the first page are those that all entries of it and of the pages after it come to.
        """
        count = READ_AT_ONCE if campaign else limit + 1
        rows, flat = await self._client.together([_back(cursor, count), _BALANCES], atomic=True)
        balances, found = _balances(flat, campaign), list[Entry]()
        for _ in range(-(-LOOKED_AT_MOST // count)):
            for entry_id, fields in rows:
                if len(found) == limit:
                    return Page(found, cursor, balances)
                cursor, entry = entry_id.decode(), _entry(fields)
                if campaign in (None, entry.campaign):
                    found.append(entry)
            if len(rows) < count:
                return Page(found, None, balances)
            rows = await self._client.do(*_back(cursor, count))
        return Page(found, cursor, balances)

    async def balances(self, campaign: str | None = None) -> dict[tuple[str, str], int]:
        """(account, currency) → minor units, of one campaign where it is named."""
        return _balances(await self._client.do(*_BALANCES), campaign)

    async def funded_minor(self, campaign: str, currency: str) -> int:
        """What a campaign was given in all."""
        kept = await self._client.do("HGET", keys.LEDGER_BALANCES, f"{funding(campaign)}|{currency}")
        return -int(kept or 0)

    async def check(self) -> list[str]:
        """What is wrong: entries out of balance or posted twice, and balances that are not what they come to.

        Entries that are posted meanwhile are no difference: balances are read with the entries' end, in one step.
        """
        newest, flat = await self._client.together([_back(None, 1), _BALANCES], atomic=True)
        trial = Trial()
        if newest:
            async for entry in self._through(newest[0][0].decode()):
                trial.add(entry)
        return trial.problems(_balances(flat, None))

    async def _through(self, last: str) -> AsyncIterator[Entry]:
        after = "-"
        while rows := await self._client.do("XRANGE", keys.LEDGER, after, last, "COUNT", READ_AT_ONCE):
            for _, fields in rows:
                yield _entry(fields)
            after = f"({rows[-1][0].decode()}"


def _back(cursor: str | None, count: int) -> Command:
    return ("XREVRANGE", keys.LEDGER, f"({cursor}" if cursor else "+", "-", "COUNT", count)


def _entry(fields: Any) -> Entry:
    return _decode(mapping(fields)[b"entry"])


def _balances(flat: Sequence[Any], campaign: str | None) -> dict[tuple[str, str], int]:
    every = {_account(name): int(minor) for name, minor in sorted(mapping(flat).items())}
    return {one: minor for one, minor in every.items() if campaign in (None, campaign_of(one[0]))}


def _account(name: bytes) -> tuple[str, str]:
    account, _, currency = name.decode().rpartition("|")
    return account, currency


def _given(entry: Entry) -> Money:
    (given,) = (one for one in entry.postings if one.minor > 0)
    return Money(given.minor, given.currency)


def _money(amount: Money) -> str:
    return f"{amount.currency} {format_minor(amount.minor, amount.currency)}"
