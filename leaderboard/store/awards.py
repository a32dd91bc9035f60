"""Who has which award as things stand: provisional while a campaign runs, and of its result from then on.

Works out none of them. All of a campaign are replaced as one, so that nobody reads half of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from secrets import token_hex
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from leaderboard.domain.lifecycle import Life
from leaderboard.store import keys
from leaderboard.store.client import Argument, Client
from leaderboard.store.scripts import AWARDS

ACCOUNTS_PER_CALL: Final = 500
# Of awards whose writer was killed in the middle.
KEPT_APART_S: Final = 600
AT_MS: Final = "|at_ms"
RESULT: Final = "|result"


class Given(Struct, array_like=True, frozen=True):
    """An award of an account, in minor units of the campaign's currency. `place`: None where places pay nothing."""

    award: str
    place: int | None
    minor: int


ByAccount = Mapping[str, Sequence[Given]]

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(tuple[Given, ...]).decode


class Standing(NamedTuple):
    """Those awards that stand, of the accounts that were asked for; an account without any is not in it.

    `at_ms`: when they were worked out, 0 before the first time. `result`: of which result, 0 while provisional.
    """

    at_ms: int = 0
    result: int = 0
    by_account: ByAccount = MappingProxyType({})

    def in_life(self, life: Life) -> Standing:
        """Themselves, or nothing where they are provisional and the campaign is not, or it was given up."""
        is_of_it = life.state != "cancelled" and life.is_final == bool(self.result)
        return self if is_of_it else NOTHING


NOTHING: Final = Standing()


def standing_of(accounts: Sequence[str], answer: Sequence[Any]) -> Standing:
    """The awards in an answer that has `|at_ms`, `|result`, and then a field an account."""
    at_ms, result, *fields = answer or (None, None)
    pairs = zip(accounts, fields, strict=True) if fields else ()
    given = {account: _decode(packed) for account, packed in pairs if packed}
    return Standing(int(at_ms or 0), int(result or 0), given)


class Awards:
    """By campaign."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def replace(self, campaign: str, awards: ByAccount, at_ms: int, result: int = 0) -> bool:
        """Puts them in the place of all that stood; False where those of a later result stand."""
        apart = keys.awards_coming(campaign, token_hex(8))
        head: list[Argument] = [AT_MS, at_ms, RESULT, result]
        begun = [("HSET", apart, *head), ("EXPIRE", apart, KEPT_APART_S)]
        await self._client.together(begun, atomic=True)
        waiting = iter(awards.items())
        while part := list(islice(waiting, ACCOUNTS_PER_CALL)):
            packed: list[Argument] = [one for account, given in part for one in (account, _encode(given))]
            await self._client.do("HSET", apart, *packed)
        return bool(await AWARDS(self._client, (apart, keys.awards(campaign)), result))

    async def read(self, campaign: str, accounts: Sequence[str] = ()) -> Standing:
        """Those of the accounts."""
        fields = (AT_MS, RESULT, *accounts)
        return standing_of(accounts, await self._client.do("HMGET", keys.awards(campaign), *fields))
