"""Recorded traffic: request bodies in one file, and after each of them the exact answer. Sends nothing."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import orjson
from msgspec import Struct, field

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.traffic import Traffic
from leaderboard.demo.world import World, make_world
from leaderboard.domain.events import Event
from leaderboard.domain.identities import KEY_BYTES, keyed_hasher
from leaderboard.domain.kept_events import KeptEvent, keep
from leaderboard.domain.times import DAY_MS

SEED: Final = 14
BATCH_EVENTS: Final = 1_000
EVENTS_PER_MADE_UP_S: Final = 4_000
WARM_UP_S: Final = 60  # of the made-up clock, until what follows a view comes as often as it will
NOON_MS: Final = 20 * 3_600_000  # in the traffic's zone, as UTC
# So many people that most visits are a first one: about 0.35 unique visitors a view.
PEOPLE: Final = 10_000_000
_read: Final = msgspec.json.Decoder(list[Event]).decode
_hash: Final = keyed_hasher(b"b" * KEY_BYTES)


class Batch(NamedTuple):
    """One body. `unique` and `orders` are what must be shown when it and all before it have been counted."""

    start: int
    end: int
    events: int
    unique: int
    orders: int


class Mix(Struct):
    """What the traffic is made of."""

    accounts: int
    events: int = 0
    visitors: int = 0
    body_bytes: int = 0
    types: Counter[str] = field(default_factory=Counter)

    @property
    def visitors_per_view(self) -> float:
        return self.visitors / max(1, self.types["product_view"])


class Recording:
    """The same bodies for everybody who is measured. They lie in a file, so they cost no memory of ours."""

    def __init__(self, path: Path, world: World, batches: list[Batch], mix: Mix) -> None:
        self.world, self.batches, self.mix = world, batches, mix
        with path.open("rb") as file:
            self._bodies = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def __len__(self) -> int:
        return len(self.batches)

    def body(self, number: int) -> memoryview:
        """The body of a batch."""
        batch = self.batches[number]
        return self._bodies[batch.start : batch.end]

    def unique_after(self, batches: int) -> int:
        """The unique visitors of the first `batches`, summed over the accounts."""
        return self.batches[batches - 1].unique if batches else 0

    def orders_after(self, batches: int) -> int:
        """The orders of the first `batches`."""
        return self.batches[batches - 1].orders if batches else 0


class Answer:
    """Counts the plain way, with everything in memory."""

    def __init__(self, mix: Mix) -> None:
        self._mix = mix
        self._visitors: set[tuple[str, str]] = set()
        self._orders: set[tuple[str, str]] = set()

    def take(self, events: list[RawEvent], start: int, body_bytes: int) -> Batch:
        mix = self._mix
        mix.types.update(event["type"] for event in events)
        self._visitors.update(
            (event["account_id"], event["visitor_id"]) for event in events if event["type"] == "product_view"
        )
        self._orders.update(
            (event["account_id"], event["id"]) for event in events if event["type"] == "order"
        )
        mix.events += len(events)
        mix.body_bytes += body_bytes
        mix.visitors = len(self._visitors)
        return Batch(start, start + body_bytes, len(events), mix.visitors, len(self._orders))


def record(
    path: Path,
    *,
    accounts: int,
    batches: int,
    now_ms: int,
    batch_events: int = BATCH_EVENTS,
    warm_up_s: int = WARM_UP_S,
) -> Recording:
    """Makes yesterday's traffic from noon on and writes it to `path`, in batches of exactly `batch_events`."""
    world = make_world(SEED, accounts)
    mix = Mix(accounts)
    answer, written, end = Answer(mix), [], 0
    with path.open("wb") as file:
        for events in _batches(_ticks(world, now_ms, warm_up_s), batches, batch_events):
            body = orjson.dumps({"events": events})
            written.append(answer.take(events, end, len(body)))
            end += file.write(body)
    return Recording(path, world, written, mix)


def _ticks(world: World, now_ms: int, warm_up_s: int) -> Iterator[list[RawEvent]]:
    """From a fixed hour on, since the traffic has the shape of a day and must be the same at any hour."""
    noon_ms = now_ms - now_ms % DAY_MS - DAY_MS + NOON_MS
    traffic = Traffic(world, noon_ms - warm_up_s * 1000, EVENTS_PER_MADE_UP_S, PEOPLE, day_ms=DAY_MS)
    return (events for at_ms, events in traffic.ticks() if at_ms > noon_ms)


def recorded_views(world: World, now_ms: int, warm_up_s: int) -> Iterator[RawEvent]:
    """The views alone of what `record` writes, one by one, without an end."""
    ticks = _ticks(world, now_ms, warm_up_s)
    return (event for events in ticks for event in events if event["type"] == "product_view")


def kept(events: Sequence[RawEvent], now_ms: int) -> list[KeptEvent]:
    """Events as the door would have kept them at `now_ms`."""
    return [keep(event, now_ms, _hash) for event in _read(orjson.dumps(events))]


def _batches(ticks: Iterable[list[RawEvent]], wanted: int, size: int) -> Iterator[list[RawEvent]]:
    waiting: list[RawEvent] = []
    for events in ticks:
        waiting += events
        while len(waiting) >= size:
            if wanted <= 0:
                return
            wanted -= 1
            yield waiting[:size]
            del waiting[:size]
