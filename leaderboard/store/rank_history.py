"""Ranks over time, packed: snapshots of the order, one a slot whoever takes it, thinned as they age.

What is kept and for how long is said in `domain/rank_history.py`. Whole snapshots share one list of accounts while
nobody is enrolled, which takes more than half of what an account costs.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import Final, NamedTuple, TypeVar

import msgspec
import zstandard

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.rank_history import (
    PLACES_KEPT,
    SLOT_MS,
    WHOLE_MS,
    Moment,
    Order,
    Whole,
    slot_of,
    slots_an_hour_ago,
    thinned,
    whole_of,
)
from leaderboard.store import keys, rank_keys
from leaderboard.store.client import Client, Command, mapping

ACCOUNTS_PER_CALL: Final = 100
MOMENTS_CACHED: Final = 2_000
# Renewed with every snapshot, so that a list outlives the last one that needs it.
ACCOUNTS_MS: Final = 2 * WHOLE_MS

_DIGEST_BYTES: Final = 8
_HOUR_FIELD: Final = b"h:"

T = TypeVar("T")


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    at_ms: int
    digest: str
    ranks: bytes
    falls: list[int]


class _Top(msgspec.Struct, array_like=True, frozen=True):
    at_ms: int
    accounts: list[str]
    scores: list[int]


class PackedWhole(NamedTuple):
    """The accounts that took part, under their digest, and the ranks of them."""

    digest: str
    accounts: bytes
    ranks: bytes


class HourAgo(NamedTuple):
    """The snapshot that was the last one an hour before, None without any; and in which span of time no other is."""

    whole: Whole | None
    from_ms: int
    until_ms: int


class RankHistory:
    """By campaign. What was an hour ago is kept in the process for as long as it is the same."""

    def __init__(self, client: Client, partitions: int) -> None:
        self._client = client
        self._partitions = partitions
        self._hour_ago: dict[str, HourAgo] = {}

    async def is_taken(self, campaign: str, slot_ms: int) -> bool:
        """Whether there is a snapshot of this slot."""
        return bool(await self._client.do("EXISTS", rank_keys.whole_ranks(campaign, slot_ms)))

    async def take(self, campaign: str, order: Order, now_ms: int, *, in_window: bool = True) -> None:
        """Keeps the order as that of the slot, unless it has one. Outside the window only for an hour's movement."""
        slot_ms = slot_of(now_ms)
        # In a thread, since a hundred thousand take a while.
        packed = await asyncio.to_thread(pack_whole, now_ms, order)
        name = rank_keys.ranked_accounts(campaign, packed.digest)
        whole = rank_keys.whole_ranks(campaign, slot_ms)
        commands: list[Command] = [
            ("SET", name, packed.accounts, "PX", ACCOUNTS_MS),
            ("SET", whole, packed.ranks, "NX", "PX", WHOLE_MS + SLOT_MS),
        ]
        if in_window:
            top = _pack(_top_of(Moment(now_ms, order[:PLACES_KEPT])))
            commands.append(("HSETNX", rank_keys.rank_history(campaign), slot_ms, top))
        await self._client.together(commands, atomic=True)
        await self._thin(campaign, now_ms)

    async def _thin(self, campaign: str, now_ms: int) -> None:
        taken = await self.taken_ms(campaign)
        dropped = set(taken) - set(thinned(taken, now_ms))
        if dropped:
            await self._client.do("HDEL", rank_keys.rank_history(campaign), *dropped)

    async def taken_ms(self, campaign: str) -> list[int]:
        """The slots of which the first places are kept."""
        return [int(slot) for slot in await self._client.do("HKEYS", rank_keys.rank_history(campaign))]

    async def taken(self, campaign: str) -> list[Moment]:
        """The first places as they were noted, in no order."""
        packed = await self._client.do("HVALS", rank_keys.rank_history(campaign))
        return [_noted(one) for one in packed]

    async def by_hours(self, campaign: str) -> list[Moment]:
        """The first places as they were worked out."""
        packed = await self._client.do("GET", rank_keys.ranks_by_hour(campaign))
        return [_moment(top, by_hour=True) for top in _unpack(packed, list[_Top])] if packed else []

    async def has_hours(self, campaign: str) -> bool:
        """Whether any were worked out."""
        return bool(await self._client.do("EXISTS", rank_keys.ranks_by_hour(campaign)))

    async def put_hours(self, campaign: str, moments: Sequence[Moment]) -> None:
        """Puts those that were worked out in the place of all that stood."""
        packed = _pack([_top_of(moment) for moment in moments])
        await self._client.do("SET", rank_keys.ranks_by_hour(campaign), packed)

    async def visitors_by_hour(
        self, campaign: str, accounts: Sequence[str]
    ) -> Mapping[str, Mapping[int, int]]:
        """Account → hour since 1970 → visitors who were first counted in it; some accounts at a time."""
        found: dict[str, dict[int, int]] = {}
        for start in range(0, len(accounts), ACCOUNTS_PER_CALL):
            some = accounts[start : start + ACCOUNTS_PER_CALL]
            partitions = [keys.partition_of(account, self._partitions) for account in some]
            names = [
                keys.tally(partition, campaign, account)
                for partition, account in zip(partitions, some, strict=True)
            ]
            tallies = await self._client.together([("HGETALL", name) for name in names])
            found |= {account: _hours(mapping(flat)) for account, flat in zip(some, tallies, strict=True)}
        return found

    async def hour_ago(self, campaign: str, now_ms: int) -> Whole | None:
        """The nearest snapshot at or before an hour ago; None where there is none of about that time.

        The store is asked once a slot, however often a page is read.
        """
        known = self._hour_ago.get(campaign)
        if known is None or not known.from_ms <= now_ms < known.until_ms:
            known = await self._find_hour_ago(campaign, now_ms)
            current = {name: one for name, one in self._hour_ago.items() if now_ms < one.until_ms}
            self._hour_ago = current | {campaign: known}
        return known.whole

    async def _find_hour_ago(self, campaign: str, now_ms: int) -> HourAgo:
        slots = slots_an_hour_ago(now_ms)
        until_ms = slots[0] + SLOT_MS + HOUR_MS
        for whole in await self.wholes(campaign, slots):
            if whole.at_ms <= now_ms - HOUR_MS:
                return HourAgo(whole, now_ms, until_ms)
            until_ms = whole.at_ms + HOUR_MS
        return HourAgo(None, now_ms, until_ms)

    async def wholes(self, campaign: str, slots: Sequence[int]) -> list[Whole]:
        """The whole snapshots of those of the slots that have one."""
        names = [("GET", rank_keys.whole_ranks(campaign, slot)) for slot in slots]
        packed = [_unpack(one, _Packed) for one in await self._client.together(names) if one]
        accounts = await self._accounts(campaign, {one.digest for one in packed})
        return [_whole(one, accounts[one.digest]) for one in packed if one.digest in accounts]

    async def _accounts(self, campaign: str, digests: set[str]) -> dict[str, list[str]]:
        wanted = sorted(digests)
        names = [("GET", rank_keys.ranked_accounts(campaign, digest)) for digest in wanted]
        found = await self._client.together(names)
        return {digest: _unpack(one, list[str]) for digest, one in zip(wanted, found, strict=True) if one}


def pack_whole(at_ms: int, order: Order) -> PackedWhole:
    """An order in the form in which it is stored."""
    whole = whole_of(at_ms, order)
    accounts = msgspec.msgpack.encode(whole.accounts)
    digest = blake2b(accounts, digest_size=_DIGEST_BYTES).hexdigest()
    falls = [before - score for before, score in zip((0, *whole.scores), whole.scores, strict=False)]
    packed = _Packed(at_ms, digest, _planes(whole.ranks), falls)
    return PackedWhole(digest, _compress(accounts), _pack(packed))


def unpack_whole(ranks: bytes, accounts: bytes) -> Whole:
    """The places in both parts of a whole snapshot."""
    return _whole(_unpack(ranks, _Packed), _unpack(accounts, list[str]))


def _planes(ranks: Sequence[int]) -> bytes:
    """Four bytes a rank, all lowest bytes first: the high ones are nearly alike and are compressed away."""
    plain = struct.pack(f"<{len(ranks)}I", *ranks)
    return b"".join(plain[place::4] for place in range(4))


def _ranks(planes: bytes) -> tuple[int, ...]:
    count = len(planes) // 4
    plain = bytearray(len(planes))
    for place in range(4):
        plain[place::4] = planes[place * count : (place + 1) * count]
    return struct.unpack(f"<{count}I", plain)


def _whole(packed: _Packed, accounts: list[str]) -> Whole:
    scores = list(accumulate(-fall for fall in packed.falls))
    return Whole(packed.at_ms, accounts, _ranks(packed.ranks), scores)


def _top_of(moment: Moment) -> _Top:
    accounts, scores = [account for account, _ in moment.order], [score for _, score in moment.order]
    return _Top(moment.at_ms, accounts, scores)


# What was noted never changes, and every reader asks for all of it.
@lru_cache(maxsize=MOMENTS_CACHED)
def _noted(packed: bytes) -> Moment:
    return _moment(_unpack(packed, _Top))


def _moment(top: _Top, *, by_hour: bool = False) -> Moment:
    return Moment(top.at_ms, list(zip(top.accounts, top.scores, strict=True)), by_hour)


def _hours(tally: Mapping[bytes, bytes]) -> dict[int, int]:
    return {
        int(name.removeprefix(_HOUR_FIELD)): int(count)
        for name, count in tally.items()
        if name.startswith(_HOUR_FIELD)
    }


def _compress(plain: bytes) -> bytes:
    # Of its own each time: a compressor must not be used by two threads at once.
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(plain)


def _pack(document: object) -> bytes:
    return _compress(msgspec.msgpack.encode(document))


def _unpack(packed: bytes, kind: type[T]) -> T:
    return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(packed), type=kind)
