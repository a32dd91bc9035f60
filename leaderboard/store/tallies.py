"""Tallies: what is counted per account and campaign. Written by one script, read for pages and standings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import time_ns
from typing import Any, Final, Literal

import msgspec
from redis.exceptions import ResponseError

from leaderboard.domain.counted_rows import Row as WorkRow
from leaderboard.domain.counted_work import (
    VIEW_WIDTH,
    AccountWork,
    CountedCampaign,
    Exclusion,
    InvalidView,
)
from leaderboard.domain.exclusions import Reason
from leaderboard.domain.kept_events import KeptEvent, KeptRefund, KeptView
from leaderboard.domain.standings import Row
from leaderboard.store import keys
from leaderboard.store.client import Client, Command, mapping
from leaderboard.store.scripts import APPLY, SETTLE
from leaderboard.store.stale import stale

# A call keeps the store busy for about 7 µs a row, and whoever reads meanwhile waits for one or two of them.
ROWS_PER_CALL: Final = 100
ACCOUNTS_PER_SETTLING: Final = 500
PRODUCTS_LISTED: Final = 2_000

# How the record of an order ends that counts; see `keys.orders`. As a whole it is no text that msgspec would read.
_COUNTS: Final = b"\x01"

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder().decode


_REASONS: Final[dict[int, Reason | None]] = {
    1: "conflict",
    2: "too_large",
    3: "order_excluded",
    4: None,
    5: "collapsed",
}


# Of which of the lists of an account's work a row is.
Kind = Literal["view", "other", "light"]
_KINDS: Final[dict[int, Kind]] = {1: "view", 2: "other", 3: "light"}


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A row of `work` that the script did not count, and why; `number` is its place.

    `campaign` is the place of the one that it does not count for; None for all of them. Without a reason it is a
    refund whose order is not known, and which does not count by its own time.
    """

    work: AccountWork
    kind: Kind
    number: int
    reason: Reason | None = "conflict"
    campaign: int | None = None

    @property
    def campaigns(self) -> Sequence[CountedCampaign]:
        """Those that it does not count for, but would: an invalid view is no concern of those of valid ones."""
        if self.campaign is not None:
            return [self.work.campaigns[self.campaign]]
        event = self.source[1]
        if isinstance(event, KeptView) and event.invalid is not None:
            return [campaign for campaign in self.work.campaigns if not campaign.valid_only]
        return self.work.campaigns

    @property
    def source(self) -> tuple[int, KeptEvent]:
        """The number of the inbox entry, and the event."""
        work = self.work
        return {"view": work.view_sources, "other": work.other_sources, "light": work.light_sources}[
            self.kind
        ][self.number]


@dataclass(slots=True)
class Applied:
    """What came of applying work: rows per campaign to be published, and what did not count after all."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    uncounted: list[Uncounted] = field(default_factory=list)

    def update(self, rows: Mapping[str, Mapping[str, Row]]) -> None:
        """Takes newer rows in."""
        for campaign, changed in rows.items():
            self.rows.setdefault(campaign, {}).update(changed)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an account's work that fits into one script call."""

    work: AccountWork
    first_view: int
    views: Sequence[object]
    first_other: int
    others: Sequence[WorkRow]
    first_light: int
    lights: int

    @property
    def _invalids(self) -> slice:
        """Which of the work's invalids are of its views."""
        first, last = self.first_view, self.first_view + len(self.views) // VIEW_WIDTH
        every = self.work.invalids
        return slice(bisect_left(every, first, key=_view), bisect_left(every, last, key=_view))

    @property
    def size(self) -> int:
        # An account by itself costs the store as much as a row or more: its keys are opened and closed.
        return 1 + len(self.views) // VIEW_WIDTH + len(self.others) + self.lights // 2

    def records(self) -> bytes:
        """The id records of its rows: views, others, lights, invalids."""
        views = self.work.view_records[self.first_view : self.first_view + len(self.views) // VIEW_WIDTH]
        others = self.work.other_records[self.first_other : self.first_other + len(self.others)]
        lights = self.work.light_records[self.first_light : self.first_light + self.lights]
        return b"".join((*views, *others, *lights, *self.work.invalid_records[self._invalids]))

    def first(self, kind: Kind) -> int:
        """The place of this piece's first row of a kind."""
        return {"view": self.first_view, "other": self.first_other, "light": self.first_light}[kind]

    def packed(self) -> tuple[object, ...]:
        campaigns = [(c.id, c.currency, c.pairs, c.version) for c in self.work.campaigns]
        invalids = [(view - self.first_view, *more) for view, *more in self.work.invalids[self._invalids]]
        return self.work.account, campaigns, self.views, self.others, self.lights, invalids


class Tallies:
    """`id_memory_h`: how long ids of views, heartbeats and funnel steps are remembered, at least."""

    def __init__(self, client: Client, partitions: int, id_memory_h: int) -> None:
        self._client = client
        self._partitions = partitions
        self._generation_ms = id_memory_h * 3_600_000

    async def apply(self, work: Sequence[AccountWork], received_ms: int) -> Applied:
        """Makes the work's effects happen, in as many atomic steps as its size asks for. Repeatable.

        StaleCampaign where a campaign of the work has moved on since: decide anew, and apply all of it again.
        """
        applied = Applied()
        generation = self.generation(received_ms)
        # What was buried long ago and put back is remembered from now on.
        live_until_ms = max(
            (generation + 2) * self._generation_ms, time_ns() // 1_000_000 + self._generation_ms
        )
        for partition, parts in _calls(work, self._partitions):
            packed = _encode(
                (
                    generation,
                    generation - 1,
                    live_until_ms // 1000,
                    PRODUCTS_LISTED,
                    [part.packed() for part in parts],
                )
            )
            names = [keys.progress(partition)]
            records = b"".join(part.records() for part in parts)
            try:
                answer = await APPLY(self._client, names, keys.tag(partition), records, packed)
            except ResponseError as error:
                raise stale(error) or error from error
            _collect(applied, parts, _decode(answer))
        return applied

    async def settle_reached(
        self, campaign: str, currency: str, reached_ms: Mapping[str, int]
    ) -> dict[str, Row]:
        """Sets when accounts reached their score, and gives their rows; for a campaign whose visitors are all in."""
        rows: dict[str, Row] = {}
        waiting: dict[int, list[str]] = {}
        for account in reached_ms:
            waiting.setdefault(keys.partition_of(account, self._partitions), []).append(account)
        for partition, accounts in waiting.items():
            for start in range(0, len(accounts), ACCOUNTS_PER_SETTLING):
                some = accounts[start : start + ACCOUNTS_PER_SETTLING]
                told = [text for name in some for text in (f"{campaign}|{name}", str(reached_ms[name]))]
                names = [keys.progress(partition)]
                found = await SETTLE(self._client, names, keys.tag(partition), currency, *told)
                rows |= {name: Row(name, *sums) for name, sums in zip(some, found, strict=True)}
        return rows

    def generation(self, received_ms: int) -> int:
        """Which generation of ids an entry belongs to; entries of different ones are applied apart."""
        return received_ms // self._generation_ms

    async def read(self, campaign: str, account: str) -> dict[bytes, bytes]:
        """The raw fields of a tally; see `keys.tally`."""
        partition = keys.partition_of(account, self._partitions)
        answer = await self._client.do("HGETALL", keys.tally(partition, campaign, account))
        return mapping(answer)

    async def of_counted_orders(self, refunds: Sequence[Exclusion]) -> list[Exclusion]:
        """Those of the refunds whose orders count for their campaigns."""
        commands: list[Command] = []
        for one in refunds:
            account = one.event.account_id
            key = keys.orders(keys.partition_of(account, self._partitions), one.campaign, account)
            commands.append(("HGET", key, one.event.order_id if isinstance(one.event, KeptRefund) else ""))
        records = await self._client.together(commands)
        return [
            one for one, record in zip(refunds, records, strict=True) if record and record.endswith(_COUNTS)
        ]

    async def product_estimates(self, campaign: str, account: str) -> list[tuple[str, int]]:
        """(product id, estimated unique visitors), the most visited first. σ is 0.81 %."""
        partition = keys.partition_of(account, self._partitions)
        names = await self._client.do("SMEMBERS", keys.products(partition, campaign, account))
        products = [name.decode("utf-8", "replace") for name in names]
        counts = await self._client.together(
            [("PFCOUNT", keys.product_visitors(partition, campaign, account, name)) for name in products]
        )
        return sorted(zip(products, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))


def _view(invalid: InvalidView) -> int:
    return invalid.view


def _collect(applied: Applied, parts: Sequence[_Part], answer: Any) -> None:
    for part, (tallies, uncounted) in zip(parts, answer, strict=True):
        for index, version, uv, reached_ms, *sums in tallies:
            campaign = part.work.campaigns[index].id
            row = Row(part.work.account, version, uv, reached_ms, *sums)
            applied.rows.setdefault(campaign, {})[row.account_id] = row
        for code, number, why, *campaign in uncounted:
            kind = _KINDS[code]
            place = part.first(kind) + int(number)
            applied.uncounted.append(
                Uncounted(part.work, kind, place, _REASONS[why], campaign[0] if campaign else None)
            )


def _calls(work: Sequence[AccountWork], partitions: int) -> Iterator[tuple[int, list[_Part]]]:
    """Script calls of about ROWS_PER_CALL rows, each of one partition."""
    waiting: dict[int, list[_Part]] = {}
    sizes: dict[int, int] = {}
    for one in work:
        partition = keys.partition_of(one.account, partitions)
        for part in _parts(one):
            waiting.setdefault(partition, []).append(part)
            sizes[partition] = sizes.get(partition, 0) + part.size
            if sizes[partition] >= ROWS_PER_CALL:
                yield partition, waiting.pop(partition)
                del sizes[partition]
    yield from waiting.items()


def _parts(work: AccountWork) -> Iterator[_Part]:
    step, width, lights = ROWS_PER_CALL, ROWS_PER_CALL * VIEW_WIDTH, len(work.light_sources)
    if len(work.views) <= width and len(work.others) <= step and lights <= 2 * step:
        yield _Part(work, 0, work.views, 0, work.others, 0, lights)
        return
    for start in range(0, len(work.views), width):
        yield _Part(work, start // VIEW_WIDTH, work.views[start : start + width], 0, (), 0, 0)
    for start in range(0, len(work.others), step):
        yield _Part(work, 0, (), start, work.others[start : start + step], 0, 0)
    for start in range(0, lights, 2 * step):
        yield _Part(work, 0, (), 0, (), start, min(2 * step, lights - start))
