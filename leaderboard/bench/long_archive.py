"""An archive of any length: a short one repeated with other ids and visitors, and what it must give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from leaderboard.archive.lines import entry_text
from leaderboard.archive.writing import ArchiveWriter
from leaderboard.bench.recording import EVENTS_PER_MADE_UP_S, SEED, kept
from leaderboard.demo.traffic import generate
from leaderboard.demo.world import World
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.kept_events import (
    KeptEvent,
    KeptFunnelStep,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)
from leaderboard.domain.live_beats import Beat, LiveRules, beat_of
from leaderboard.domain.live_time import AccountTime
from leaderboard.domain.standings import Row
from leaderboard.store.inbox import Inbox

BATCHES_PER_FRAME: Final = 40
SEGMENT_BYTES: Final = 64 << 20
COUNTED_BITS: Final = (1 << 52) - 1
_BITS: Final = (1 << 64) - 1
_STEP: Final = 0x9E3779B97F4A7C15  # odd, so that a visitor is another one in every repetition


class Original(Struct, frozen=True):
    """What is repeated: batches with their place in time. `length_ms`: from one repetition to the next.

    An audit recounts all `events` but the funnel steps.
    """

    batches: list[tuple[int, list[KeptEvent]]]
    events: int
    to_recount: int
    length_ms: int


def original(world: World, events: int, starts_ms: int) -> Original:
    """The demo's traffic among the accounts of a world, from `starts_ms` on."""
    batches, count, steps = [], 0, 0
    for batch in generate(
        SEED, starts_ms, count=events, rate=EVENTS_PER_MADE_UP_S, accounts=len(world.accounts)
    ):
        at_ms = count * 1000 // EVENTS_PER_MADE_UP_S
        batches.append((at_ms, kept(batch, starts_ms + events * 1000)))
        steps += sum(event["type"] == "funnel_step" for event in batch)
        count += len(batch)
    return Original(batches, count, count - steps, count * 1000 // EVENTS_PER_MADE_UP_S + 1)


def write(
    directory: Path, one: Original, repetitions: int, first_received_ms: int, inbox: Inbox
) -> dict[int, str]:
    """Writes it into an empty archive and seals it; the last entry of each partition."""
    writer, waiting = ArchiveWriter(directory), list[bytes]()
    try:
        for received_ms, events in _repeated(one, repetitions, first_received_ms):
            for partition, part in inbox.by_partition(events).items():
                waiting.append(entry_text(partition, f"{received_ms}-0", received_ms, part))
            if len(waiting) >= BATCHES_PER_FRAME * len(inbox.partitions):
                _append(writer, waiting, SEGMENT_BYTES)
        _append(writer, waiting, 0)
        return writer.through
    finally:
        writer.close()


def _append(writer: ArchiveWriter, waiting: list[bytes], full_bytes: int) -> None:
    if waiting:
        writer.append(b"".join(waiting))
        waiting.clear()
    writer.turn(full_bytes, 0)
    while work := writer.work(None, lambda: False):
        work()


def _repeated(
    one: Original, repetitions: int, first_received_ms: int
) -> Iterator[tuple[int, list[KeptEvent]]]:
    for number in range(repetitions):
        later_ms = number * one.length_ms
        for at_ms, events in one.batches:
            yield first_received_ms + later_ms + at_ms, [_again(event, number, later_ms) for event in events]


def _again(event: KeptEvent, number: int, later_ms: int) -> KeptEvent:
    again = replace(event, id=f"{event.id}.{number}", at_ms=event.at_ms + later_ms)
    if isinstance(again, KeptView | KeptOrder | KeptFunnelStep) and again.visitor is not None:
        again.visitor ^= number * _STEP & _BITS
    elif isinstance(again, KeptRefund):
        again.order_id = f"{again.order_id}.{number}"
    return again


class _Sums(Struct):
    """Of one account, in one repetition."""

    visitors: set[int] = field(default_factory=set)
    reached_ms: int = 0
    orders: int = 0
    refunded: set[str] = field(default_factory=set)
    sales: Counter[str] = field(default_factory=Counter)
    given_back: Counter[str] = field(default_factory=Counter)
    beats: list[tuple[str, str, Beat]] = field(default_factory=list)

    def take(self, event: KeptEvent, at_ms: int) -> None:
        if isinstance(event, KeptView):
            if (visitor := event.visitor & COUNTED_BITS) not in self.visitors:
                self.visitors.add(visitor)
                self.reached_ms = at_ms
        elif isinstance(event, KeptOrder):
            self.orders += 1
            self.sales[event.currency] += event.value_minor
        elif isinstance(event, KeptRefund):
            self.refunded.add(event.order_id)
            self.given_back[event.currency] += event.value_minor
        elif isinstance(event, KeptHeartbeat):
            self.beats.append((event.host_id, event.live_session_id, beat_of(event)))


class Expected(Struct, frozen=True):
    """What the service would have of an account: its row, and money by currency in minor units."""

    row: Row
    sales: Mapping[str, int]
    refunds: Mapping[str, int]


def expected(
    world: World, definition: Definition, one: Original, repetitions: int, first_received_ms: int
) -> list[Expected]:
    """Worked out in memory. Places are not judged."""
    last_ms = first_received_ms + (repetitions - 1) * one.length_ms
    return [
        _expected(account, sums, definition, one, repetitions, last_ms)
        for account, sums in _sums(world, one).items()
    ]


def _expected(
    account: str, sums: _Sums, definition: Definition, one: Original, repetitions: int, last_ms: int
) -> Expected:
    sales = {currency: minor * repetitions for currency, minor in sums.sales.items()}
    refunds = {currency: minor * repetitions for currency, minor in sums.given_back.items()}
    row = Row(
        account,
        version=1,
        score=len(sums.visitors) * repetitions,
        reached_ms=last_ms + sums.reached_ms if sums.visitors else 0,
        orders=sums.orders * repetitions,
        refunded_orders=len(sums.refunded) * repetitions,
        sales_minor=sales.get(definition.currency, 0),
        refunded_minor=refunds.get(definition.currency, 0),
        effective_ms=_effective_ms(definition, sums.beats, one, repetitions),
    )
    return Expected(row, sales, refunds)


def _sums(world: World, one: Original) -> dict[str, _Sums]:
    sums: dict[str, _Sums] = defaultdict(_Sums)
    registered = {host.id for account in world.accounts for host in account.hosts if host.registered}
    seen: set[tuple[type, str, str]] = set()
    for at_ms, events in one.batches:
        for event in _counting(events, registered):
            name = (type(event), event.account_id, event.id)
            if name not in seen:
                seen.add(name)
                sums[event.account_id].take(event, at_ms)
    return sums


def _counting(events: Iterable[KeptEvent], registered: set[str]) -> Iterator[KeptEvent]:
    return (event for event in events if not isinstance(event, KeptHeartbeat) or event.host_id in registered)


def _effective_ms(
    definition: Definition, beats: Sequence[tuple[str, str, Beat]], one: Original, repetitions: int
) -> int:
    window = definition.starts_at_ms or 0, definition.ends_at_ms or 0
    time = AccountTime(LiveRules.of(definition.live), window, {})
    for later_ms in range(0, repetitions * one.length_ms, one.length_ms):
        time.add_all(
            (host, session, beat._replace(start_ms=beat.start_ms + later_ms, end_ms=beat.end_ms + later_ms))
            for host, session, beat in beats
        )
    return time.total()[0]
