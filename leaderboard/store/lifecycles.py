"""Lives of campaigns: moved by compare-and-set, with the documents that belong to a move, and fences against writers
who have not heard of it. Decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.domain.lifecycle import Life, last_moment_ms
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import FENCE, TRANSITION
from leaderboard.store.settings import to_json

NOTHING_STORED: Final = Life(state="scheduled")

_decode: Final = msgspec.json.Decoder(Life).decode


class Note(Struct, frozen=True):
    """What a campaign last waited for, or why it was not certified, and when that was."""

    at_ms: int
    text: str


class RefusedWrite(Struct, frozen=True):
    """A write that carried an older version of a campaign than the fence asked for."""

    at_ms: int
    carried: int
    needed: int
    accounts: int
    sample: str


class Refused(Struct, frozen=True):
    """All writes that were refused, and the newest of them."""

    count: int
    newest: tuple[RefusedWrite, ...]


class Lifecycles:
    """By campaign id."""

    def __init__(self, client: Client, partitions: int) -> None:
        self._client = client
        self._partitions = range(partitions)

    async def life(self, campaign: str) -> Life:
        """As stored; scheduled, at version 0, where nothing is."""
        found = await self._client.do("HGET", keys.LIVES, campaign)
        return _decode(found) if found else NOTHING_STORED

    async def lives(self) -> dict[str, Life]:
        """All that are stored."""
        found = mapping(await self._client.do("HGETALL", keys.LIVES))
        return {campaign.decode(): _decode(life) for campaign, life in found.items()}

    async def move(
        self,
        campaign: str,
        before: Life,
        after: Life,
        *,
        action: str,
        actor: str,
        why: str = "",
        documents: Mapping[str, bytes] | None = None,
    ) -> bool:
        """Makes the move, its audit entry, its news and its documents in one step.

        False where another was first, where the store's clock has come to a pin that the move sets, or where a
        document is there already.
        """
        documents = documents or {}
        names = [keys.document(campaign, name) for name in documents]
        until_ms = last_moment_ms(before, after) or 0
        texts = (to_json(before) if before.version else b"", to_json(after))
        told = (before.version, *texts, actor, action, why, until_ms)
        moved = await TRANSITION(
            self._client,
            (keys.LIVES, keys.CHANGES, keys.AUDIT_LOG, *names),
            campaign,
            *told,
            *documents.values(),
        )
        return bool(moved)

    async def document(self, campaign: str, name: str) -> bytes | None:
        """One that was written with a move: `snapshot`, or `result|VERSION`."""
        found: bytes | None = await self._client.do("GET", keys.document(campaign, name))
        return found

    async def put_document(self, campaign: str, name: str, content: bytes) -> None:
        """Puts back one that a lost store had; never over another."""
        await self._client.do("SET", keys.document(campaign, name), content, "NX")

    async def fence(self, campaign: str, version: int) -> None:
        """From then on writes that carry an older version are refused: of tallies, live time and standings."""
        calls = [FENCE(self._client, [keys.fences(part)], campaign, version) for part in self._partitions]
        calls.append(FENCE(self._client, [keys.standings_version(campaign)], "fence", version))
        await asyncio.gather(*calls)

    async def refused(self, campaign: str) -> Refused:
        """The writes that fences have refused."""
        places = [keys.refused(part, campaign) for part in self._partitions]
        places.append(keys.refused_rows(campaign))
        counts = await self._client.together([("HGET", place, "count") for place in places])
        listed = await self._client.together([("LRANGE", f"{place}|newest", 0, -1) for place in places])
        writes = [msgspec.json.decode(text, type=RefusedWrite) for part in listed for text in part]
        newest = sorted(writes, key=lambda write: write.at_ms, reverse=True)
        return Refused(sum(int(count or 0) for count in counts), tuple(newest))

    async def note(self, campaign: str, text: str, now_ms: int) -> None:
        """Notes what the campaign waits for; an empty text: for nothing."""
        key = keys.life_note(campaign)
        if text:
            await self._client.do("SET", key, msgspec.json.encode(Note(now_ms, text)))
        else:
            await self._client.do("DEL", key)

    async def noted(self, campaign: str) -> Note | None:
        """What was last noted."""
        found = await self._client.do("GET", keys.life_note(campaign))
        return msgspec.json.decode(found, type=Note) if found else None
