"""Values of the metrics that no counter keeps, as the archive last gave them. Computes none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from leaderboard.store import keys
from leaderboard.store.client import Argument, Client

ACCOUNTS_PER_CALL: Final = 500

# Time in ms, money in minor units, counts as they are, shares as doubles (0.3 is 30%); None is no value.
Value = int | float | None
ValuesByMetric = Mapping[str, Value]

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(dict[str, Value]).decode


class MetricValues:
    """Written by a tick, read by whoever judges. An account that has none yet has not been evaluated."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put(self, campaign: str, values: Mapping[str, ValuesByMetric], as_of_ms: int) -> None:
        """Replaces the values of these accounts; values older than those that stand change nothing."""
        if as_of_ms < await self.as_of_ms(campaign):
            return
        waiting = iter(values.items())
        while part := list(islice(waiting, ACCOUNTS_PER_CALL)):
            packed: list[Argument] = [
                one for account, by_metric in part for one in (account, _encode(by_metric))
            ]
            await self._client.do("HSET", keys.metric_values(campaign), *packed)
        # After the values: who reads by this time reads them, or newer ones.
        await self._client.do("SET", keys.metric_values_as_of(campaign), as_of_ms)

    async def read(self, campaign: str, accounts: Sequence[str]) -> dict[str, dict[str, Value]]:
        """The values of those of the accounts that have been evaluated."""
        if not accounts:
            return {}
        found = await self._client.do("HMGET", keys.metric_values(campaign), *accounts)
        pairs = zip(accounts, found, strict=True)
        return {account: _decode(packed) for account, packed in pairs if packed}

    async def as_of_ms(self, campaign: str) -> int:
        """As of when the values are; 0 before there are any."""
        return int(await self._client.do("GET", keys.metric_values_as_of(campaign)) or 0)
