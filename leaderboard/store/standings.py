"""Standings of a campaign: rows published as absolute values, read a page at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from leaderboard.domain.standings import Row
from leaderboard.store import keys
from leaderboard.store.client import Client, Command
from leaderboard.store.scripts import PAGE, PUBLISH

ROWS_PER_CALL: Final = 500

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_row: Final = msgspec.msgpack.Decoder(Row).decode


@dataclass(frozen=True, slots=True)
class Page:
    """Rows `offset … offset + len(rows)` of `total`, as of publication `version` at `published_ms`."""

    total: int
    version: int
    published_ms: int
    offset: int
    rows: list[Row]


class Standings:
    """Ordered by score, then by who reached it first, then by account id."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def publish(self, campaign: str, rows: Iterable[Row], now_ms: int) -> int:
        """Brings rows up to date; how many were news. An older version than the published one changes nothing."""
        names = _names(campaign)
        waiting, changed = list(rows), 0
        for start in range(0, len(waiting), ROWS_PER_CALL):
            part = _encode(waiting[start : start + ROWS_PER_CALL])
            changed += int(await PUBLISH(self._client, names, part, now_ms))
        return changed

    async def admit(self, campaign: str, account: str, now_ms: int) -> None:
        """Shows an account that has no score yet; changes nothing for one that has."""
        await self.publish(campaign, [Row(account, 0, 0, 0)], now_ms)

    async def page(self, campaign: str, offset: int, limit: int) -> Page:
        """`limit` rows from `offset` on."""
        return self.page_of(await PAGE(self._client, _names(campaign), offset, limit))

    async def around(self, campaign: str, account: str, limit: int) -> Page:
        """`limit` rows with the account in the middle, where the ends allow; no rows for an unknown account."""
        return self.page_of(await PAGE(self._client, _names(campaign), account, limit, "around"))

    @staticmethod
    def page_command(campaign: str, offset: int, limit: int) -> Command:
        """The command behind `page`, to be sent along with others. A store that was restarted may not know it."""
        return ("EVALSHA", PAGE.sha, 3, *_names(campaign), offset, limit)

    @staticmethod
    def page_of(answer: Any) -> Page:
        """The page in an answer to `page_command`."""
        total, version, published_ms, offset, packed = answer
        return Page(total, version, published_ms, offset, [_decode_row(row) for row in packed])

    async def accounts(self, campaign: str) -> list[str]:
        """All accounts that have a row."""
        return [name.decode() for name in await self._client.do("HKEYS", keys.rows(campaign))]

    async def row(self, campaign: str, account: str) -> Row | None:
        """The published row of one account."""
        packed = await self._client.do("HGET", keys.rows(campaign), account)
        return _decode_row(packed) if packed else None


def _names(campaign: str) -> tuple[str, str, str]:
    return keys.standings(campaign), keys.rows(campaign), keys.standings_version(campaign)
