"""Audits: how far workers and archive have come, as an audit asks for it, and what audits have found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from redis.exceptions import ResponseError

from leaderboard.domain.audits import DIFFERENCES_KEPT, Agreement, Audit, Audited
from leaderboard.domain.checkpoints import Failure, Wish
from leaderboard.store import keys
from leaderboard.store.client import Client, Command, mapping
from leaderboard.store.inbox import ARCHIVE_GROUP, GROUP
from leaderboard.store.scripts import BEHIND, PROGRESS

# The fields of `keys.audit`.
_LAST: Final = "last"
_AGREED: Final = "agreed"


class Audits:
    """Positions are inbox ids by partition."""

    def __init__(self, client: Client, partitions: int) -> None:
        self._client = client
        self._partitions = range(partitions)

    async def newest(self) -> dict[int, str]:
        """The last entry that each partition was ever given; `0-0` before the first."""
        found = await asyncio.gather(*map(self._newest, self._partitions))
        return dict(zip(self._partitions, found, strict=True))

    async def _newest(self, partition: int) -> str:
        try:
            stream = mapping(await self._client.do("XINFO", "STREAM", keys.inbox(partition)))
        except ResponseError as error:
            if "no such key" not in str(error):
                raise
            return "0-0"
        newest: bytes = stream[b"last-generated-id"]
        return newest.decode()

    async def applied_through(self, positions: Mapping[int, str]) -> bool:
        """Whether everything up to there shows in the standings, or is buried."""
        found = await asyncio.gather(*map(self._oldest_unapplied, positions))
        return _all_behind(positions, found)

    async def archived_through(self, positions: Mapping[int, str]) -> bool:
        """Whether everything up to there is in the archive."""
        found = await asyncio.gather(*map(self._oldest_unarchived, positions))
        return _all_behind(positions, found)

    async def _oldest_unapplied(self, partition: int) -> bytes:
        names = (keys.inbox(partition), keys.progress(partition))
        oldest: bytes = (await PROGRESS(self._client, names, GROUP))[3]
        return oldest

    async def _oldest_unarchived(self, partition: int) -> bytes:
        oldest: bytes = await BEHIND(self._client, [keys.inbox(partition)], ARCHIVE_GROUP)
        return oldest

    async def buried_entries(self) -> int:
        """Entries that could not be applied: they are in the archive and not in the standings."""
        lengths = await self._client.together([("XLEN", keys.buried(part)) for part in self._partitions])
        return sum(map(int, lengths))

    async def settings_place(self) -> str:
        """The last change of settings."""
        newest = await self._client.do("XREVRANGE", keys.CHANGES, "+", "-", "COUNT", 1)
        return str(newest[0][0].decode()) if newest else "0-0"

    async def enrollments(self, campaign: str) -> dict[str, bytes]:
        """account id → its enrolment as JSON, of all accounts of a campaign."""
        found = mapping(await self._client.do("HGETALL", keys.enrollments(campaign)))
        return {account.decode(): document for account, document in found.items()}

    async def note(self, campaign: str, audit: Audit) -> None:
        """Keeps what an audit found; one that compared every account and agreed is the last agreement."""
        kept = msgspec.structs.replace(
            audit, differences=audit.differences[:DIFFERENCES_KEPT], notes=audit.notes[:DIFFERENCES_KEPT]
        )
        fields: list[str | bytes] = [_LAST, msgspec.json.encode(kept)]
        if audit.agrees and not audit.not_compared:
            agreement = Agreement(audit.at_ms, audit.events, audit.positions)
            fields += [_AGREED, msgspec.json.encode(agreement)]
        await self._client.do("HSET", keys.audit(campaign), *fields)

    async def ask(self, campaign: str, wish: Wish) -> None:
        """Has an audit made; who asks while somebody waits for one waits with him."""
        await self._client.do("HSETNX", keys.AUDIT_WISHES, campaign, msgspec.json.encode(wish))

    async def wishes(self) -> dict[str, Wish]:
        """Campaign → who waits for an audit of it."""
        found = mapping(await self._client.do("HGETALL", keys.AUDIT_WISHES))
        return {name.decode(): msgspec.json.decode(wish, type=Wish) for name, wish in found.items()}

    async def fulfilled(self, campaign: str, failure: Failure | None = None) -> None:
        """Nobody waits any more: an audit was made, or could not be."""
        told: Command = ("HDEL", keys.AUDIT_FAILURES, campaign)
        if failure:
            told = ("HSET", keys.AUDIT_FAILURES, campaign, msgspec.json.encode(failure))
        await self._client.together([("HDEL", keys.AUDIT_WISHES, campaign), told], atomic=True)

    async def wished(self, campaign: str) -> tuple[Wish | None, Failure | None]:
        """Who waits for an audit, and why the last one that was wished for could not be made."""
        asked: list[Command] = [
            ("HGET", keys.AUDIT_WISHES, campaign),
            ("HGET", keys.AUDIT_FAILURES, campaign),
        ]
        wish, failure = await self._client.together(asked)
        return (
            msgspec.json.decode(wish, type=Wish) if wish else None,
            msgspec.json.decode(failure, type=Failure) if failure else None,
        )

    async def last(self, campaign: str) -> Audited | None:
        """What the last audit found; None before the first."""
        last, agreed = await self._client.do("HMGET", keys.audit(campaign), _LAST, _AGREED)
        if not last:
            return None
        agreement = msgspec.json.decode(agreed, type=Agreement) if agreed else None
        return Audited(msgspec.json.decode(last, type=Audit), agreement)


def _all_behind(positions: Mapping[int, str], oldest: Sequence[bytes]) -> bool:
    waiting = zip(positions.values(), oldest, strict=True)
    return all(not entry or _order(entry.decode()) > _order(position) for position, entry in waiting)


def _order(entry: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry.partition("-")
    return int(milliseconds), int(sequence or 0)
