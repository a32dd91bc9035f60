"""Standings of a campaign: rows published as absolute values, read a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, NamedTuple

import msgspec
from redis.exceptions import ResponseError

from leaderboard.domain.standings import Row
from leaderboard.store import awards, keys
from leaderboard.store.client import Client, Command
from leaderboard.store.scripts import PAGE, PUBLISH
from leaderboard.store.stale import stale

ROWS_PER_CALL: Final = 500

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_row: Final = msgspec.msgpack.Decoder(Row).decode


@dataclass(frozen=True, slots=True)
class Page:
    """Rows `offset … offset + len(rows)` of `total`, as of publication `version` at `published_ms`; with awards."""

    total: int
    version: int
    published_ms: int
    offset: int
    rows: list[Row]
    first_award_rank: int = 0
    awards: awards.Standing = awards.NOTHING

    @property
    def award_ranks(self) -> list[int | None]:
        """The rank among the eligible, of each row; None for one that is not eligible."""
        ranks = count(self.first_award_rank)
        return [next(ranks) if row.eligible else None for row in self.rows]


class AsOf(NamedTuple):
    """What a judgement knew: the place in the settings' changes, the time of the archive's values, ms, and the version
    of the campaign's life."""

    place: int = 0
    values_ms: int = 0
    version: int = 0


UNJUDGED: Final = AsOf()


class Published(NamedTuple):
    """How many rows were news; and whose rows were older in one way and newer in another, and have to be made anew."""

    changed: int
    outdated: list[str]


class Everything(NamedTuple):
    """Rows in no order, and (account, score) of both orders, the first place first."""

    rows: list[Row]
    order: list[tuple[str, int]]
    award_order: list[tuple[str, int]]


class Standings:
    """Ordered by score, then by who reached it first, then by account id."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def publish(
        self, campaign: str, rows: Iterable[Row], now_ms: int, judged: AsOf = UNJUDGED
    ) -> Published:
        """Brings rows up to date. Neither older counts nor an older judgement than the published change anything.

        StaleCampaign where the campaign has moved on since they were judged; some of the rows may be published.
        """
        names = (*_names(campaign), keys.refused_rows(campaign))
        waiting, changed, outdated = list(rows), 0, list[str]()
        for start in range(0, len(waiting), ROWS_PER_CALL):
            part = _encode(waiting[start : start + ROWS_PER_CALL])
            as_of = (judged.place, judged.values_ms, campaign, judged.version)
            try:
                news, *handed_back = await PUBLISH(self._client, names, part, now_ms, *as_of)
            except ResponseError as error:
                raise stale(error) or error from error
            changed += int(news)
            outdated += [account.decode() for account in handed_back]
        return Published(changed, outdated)

    async def page(self, campaign: str, offset: int, limit: int) -> Page:
        """`limit` rows from `offset` on."""
        return self.page_of(await PAGE(self._client, _page_names(campaign), offset, limit))

    async def around(self, campaign: str, account: str, limit: int) -> Page:
        """`limit` rows with the account in the middle, where the ends allow; no rows for an unknown account."""
        return self.page_of(await PAGE(self._client, _page_names(campaign), account, limit, "around"))

    @staticmethod
    def page_command(campaign: str, offset: int, limit: int) -> Command:
        """The command behind `page`, to be sent along with others. A store that was restarted may not know it."""
        names = _page_names(campaign)
        return ("EVALSHA", PAGE.sha, len(names), *names, offset, limit)

    @staticmethod
    def page_of(answer: Any) -> Page:
        """The page in an answer to `page_command`."""
        total, version, published_ms, offset, packed, first_award_rank, given = answer
        rows = [_decode_row(row) for row in packed]
        standing = awards.standing_of([row.account_id for row in rows], given)
        return Page(total, version, published_ms, offset, rows, first_award_rank, standing)

    async def version(self, campaign: str) -> int:
        """How many publications have changed something."""
        return int(await self._client.do("HGET", keys.standings_version(campaign), "version") or 0)

    async def accounts(self, campaign: str) -> list[str]:
        """All accounts that have a row."""
        return [name.decode() for name in await self._client.do("HKEYS", keys.rows(campaign))]

    async def order(self, campaign: str) -> list[tuple[str, int]]:
        """(account, score) of all, the first place first."""
        return _scored(await self._client.do("ZRANGE", keys.standings(campaign), 0, -1, "WITHSCORES"))

    async def everything(self, campaign: str) -> Everything:
        """All rows, and both orders as readers get them, at one instant."""
        standings, rows, _, eligible = _names(campaign)
        commands: list[Command] = [
            ("ZRANGE", standings, 0, -1, "WITHSCORES"),
            ("ZRANGE", eligible, 0, -1, "WITHSCORES"),
            ("HVALS", rows),
        ]
        order, award_order, packed = await self._client.together(commands, atomic=True)
        return Everything([_decode_row(row) for row in packed], _scored(order), _scored(award_order))

    async def in_parts(self, campaign: str) -> AsyncIterator[list[Row]]:
        """All rows, some at a time and each as of its own moment, so that nobody waits; one may come twice."""
        cursor = b"0"
        while True:
            scan = ("HSCAN", keys.rows(campaign), cursor, "COUNT", ROWS_PER_CALL)
            cursor, flat = await self._client.do(*scan)
            yield [_decode_row(packed) for packed in flat[1::2]]
            if cursor == b"0":
                return

    async def row(self, campaign: str, account: str) -> Row | None:
        """The published row of one account."""
        rows = await self.rows(campaign, [account])
        return rows[0] if rows else None

    async def rows(self, campaign: str, accounts: Sequence[str]) -> list[Row]:
        """The published rows of those of the accounts that have one."""
        if not accounts:
            return []
        found = await self._client.do("HMGET", keys.rows(campaign), *accounts)
        return [_decode_row(packed) for packed in found if packed]


def _scored(flat: Sequence[bytes]) -> list[tuple[str, int]]:
    """(account, score) of members and what they are sorted by."""
    pairs = zip(flat[::2], flat[1::2], strict=True)  # an account may stand there twice, in error
    return [(name[13:].decode(), -int(float(value))) for name, value in pairs]


def _page_names(campaign: str) -> tuple[str, ...]:
    return (*_names(campaign), keys.awards(campaign))


def _names(campaign: str) -> tuple[str, str, str, str]:
    return (
        keys.standings(campaign),
        keys.rows(campaign),
        keys.standings_version(campaign),
        keys.eligible(campaign),
    )
