"""Recorded views and heartbeats in parts that are sent one after the other, and the answer after each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from typing import Final

import msgspec
import orjson
from msgspec import Struct

from leaderboard.bench.airtime import claims, heartbeats, slots
from leaderboard.bench.door import BenchError
from leaderboard.bench.live_answer import LiveAnswer, LiveTime
from leaderboard.bench.recording import SEED, Answer, Batch, Mix, Recording, recorded_views
from leaderboard.demo.audience import RawEvent
from leaderboard.demo.campaign import DAYS
from leaderboard.demo.world import PAST_DAYS, Account, Host, World, make_world
from leaderboard.domain.times import DAY_MS

HOSTS: Final = 2  # of each account
DAYS_BEHIND: Final = 5  # that the hosts were on air before what is sent
GROUPS: Final = 4  # of accounts; each has its own connection, so that heartbeats keep their order
# Three batches of views beside two of heartbeats, or heartbeats alone.
MIXED: Final = "VVBVB"
ALONE: Final = "B"


class Part(Struct, frozen=True):
    """The batches from `start` to `stop`, in turn on `lanes` connections; `beats` of their events are heartbeats."""

    start: int
    stop: int
    lanes: int
    beats: int


class LiveRecording(Recording):
    """`parts` stand in the order in which they were asked for; all hosts promise the same `slots`."""

    def __init__(
        self,
        path: Path,
        world: World,
        batches: list[Batch],
        mix: Mix,
        parts: Sequence[Part],
        slots: Sequence[tuple[int, int]],
    ) -> None:
        super().__init__(path, world, batches, mix)
        self.parts, self.slots = parts, slots
        self.answer = LiveAnswer(slots)
        self._answered = 0

    def answer_after(self, batches: int) -> dict[str, LiveTime]:
        """What accounts must have when the first `batches` have been counted, and whatever else was told `answer`.

        It cannot go back.
        """
        for number in range(self._answered, batches):
            self.answer.take(orjson.loads(self.body(number))["events"])
        self._answered = max(self._answered, batches)
        return self.answer.times()


def cast(accounts: int) -> World:
    """The usual accounts, each with two registered hosts."""
    world = make_world(SEED, accounts)
    members = [msgspec.structs.replace(one, hosts=_hosts(one.hosts[0])) for one in world.accounts]
    return msgspec.structs.replace(world, accounts=tuple(members))


def _hosts(one: Host) -> tuple[Host, ...]:
    return tuple(
        msgspec.structs.replace(one, id=f"{one.id}-air-{number}", registered=True) for number in range(HOSTS)
    )


def _studio(world: World, first_day_ms: int, days: int) -> list[Iterator[RawEvent]]:
    """The heartbeats of each group of accounts: those of all its hosts, then the next of each, and so on."""

    def group(accounts: Sequence[Account]) -> Iterator[RawEvent]:
        hosts = [
            _beats(account.id, host.id, first_day_ms, days) for account in accounts for host in account.hosts
        ]
        # Whoever has no more days ends it for all, so that nobody sends alone.
        return chain.from_iterable(zip(*hosts, strict=False))

    return [group(world.accounts[number::GROUPS]) for number in range(GROUPS)]


def _beats(account: str, host: str, first_day_ms: int, days: int) -> Iterator[RawEvent]:
    rng = Random(f"airtime/{host}/{first_day_ms}")
    on_air = chain.from_iterable(
        heartbeats(rng, account, host, claim) for claim in claims(rng, host, first_day_ms, days)
    )
    return islice(
        on_air, rng.randrange(200), None
    )  # in the middle of a session, so that some end and others begin


def record_live(
    path: Path,
    wanted: Sequence[tuple[str, int]],
    *,
    accounts: int,
    now_ms: int,
    first_day_ms: int,
    batch_events: int,
    warm_up_s: int,
) -> LiveRecording:
    """Writes a part for each (pattern, batches) to `path`; what hosts do begins `DAYS_BEHIND` days after the first day.

    The batches of a part are as many as wanted or a few more, so that each connection sends as many.
    """
    world, mix = cast(accounts), Mix(accounts)
    studio = _studio(world, first_day_ms + DAYS_BEHIND * DAY_MS, PAST_DAYS - DAYS_BEHIND)
    views = recorded_views(world, now_ms, warm_up_s)
    answer, end = Answer(mix), 0
    batches: list[Batch] = []
    parts: list[Part] = []
    with path.open("wb") as file:
        for pattern, at_least in wanted:
            lanes = [views if group is None else studio[group] for group in _lanes(pattern)]
            first = len(batches)
            for number in range(-(-at_least // len(lanes)) * len(lanes)):
                events = _batch(lanes[number % len(lanes)], batch_events)
                body = orjson.dumps({"events": events})
                batches.append(answer.take(events, end, len(body)))
                end += file.write(body)
            beats = (len(batches) - first) * pattern.count("B") // len(pattern) * batch_events
            parts.append(Part(first, len(batches), len(lanes), beats))
    return LiveRecording(path, world, batches, mix, parts, slots(first_day_ms, DAYS))


def _lanes(pattern: str) -> list[int | None]:
    """What each connection sends: the heartbeats of a group, or views."""
    groups = count()
    kinds = pattern * (GROUPS // pattern.count("B"))
    return [next(groups) if kind == "B" else None for kind in kinds]


def _batch(events: Iterator[RawEvent], size: int) -> list[RawEvent]:
    batch = list(islice(events, size))
    if len(batch) < size:
        raise BenchError(
            "the hosts were not on air for so many heartbeats; ask for fewer, or for more accounts"
        )
    return batch
