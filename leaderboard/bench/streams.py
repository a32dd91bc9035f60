"""`bench streams`: many open streams of one API process, and how soon a change is with the last of them.

The service is a real one; changes are published straight to its store, as a worker publishes. The same number of
streams is then held by an empty loop that sends messages of the same size at the same rate.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.bench.door import BenchError
from leaderboard.bench.setting_up import enroll_everybody, gathering, put_campaign
from leaderboard.bench.spread import Spread, spread
from leaderboard.bench.streams_client import Publication, Received
from leaderboard.bench.usage import Meter, children, command
from leaderboard.config import Config
from leaderboard.demo.campaign import CAMPAIGN_ID, apollo_now
from leaderboard.demo.service import Service, free_port, running_service
from leaderboard.demo.world import make_world
from leaderboard.domain.standings import Row
from leaderboard.store.embedded_address import embedded_url
from leaderboard.store.settings import Settings
from leaderboard.store.store import Store, open_store

TARGET_MS: Final = 1_000.0
SEED: Final = 7
_BEST_SCORE: Final = 100_000
_MOST_VISITORS: Final = 20
_STOP_WITHIN_S: Final = 10.0


class Plan(Struct, frozen=True, kw_only=True):
    """`limit` places are watched, and accounts in them change, each by some visitors."""

    streams: int = 2_000
    accounts: int = 1_000
    limit: int = 50
    changes_per_s: float = 50.0
    seconds: float = 30.0


class Held(Struct, frozen=True, kw_only=True):
    """Streams that one process held. Times are from the publication of a change to a stream's having been told."""

    name: str
    to_first: Spread
    to_middle: Spread
    to_last: Spread
    messages_per_stream: float
    message_bytes: float
    cpu_s: dict[str, float]
    process_us_per_message: float


class StreamScore(Struct, frozen=True, kw_only=True):
    """Ours and the empty loop, and how many times as long ours takes to the last stream."""

    plan: Plan
    ours: Held
    empty: Held
    ratio_p50: float
    ratio_p99: float
    cpu_ratio: float
    is_met: bool


async def run(plan: Plan, directory: Path, tell: Callable[[str], None]) -> StreamScore:
    """Both, one after the other."""
    ours = await _ours(plan, directory, tell)
    tell("the empty loop")
    empty = await asyncio.to_thread(_empty, plan, round(ours.message_bytes))
    return StreamScore(
        plan=plan,
        ours=ours,
        empty=empty,
        ratio_p50=ours.to_last.p50_ms / empty.to_last.p50_ms,
        ratio_p99=ours.to_last.p99_ms / empty.to_last.p99_ms,
        # The kernel counts in hundredths of a second, and in a short run that is none.
        cpu_ratio=ours.process_us_per_message / empty.process_us_per_message
        if empty.process_us_per_message
        else 0.0,
        is_met=ours.to_last.p99_ms < TARGET_MS,
    )


async def _ours(plan: Plan, directory: Path, tell: Callable[[str], None]) -> Held:
    tell(f"a service with {plan.accounts:,} accounts")
    async with running_service(directory, 0) as service:
        url = embedded_url(service.data)
        if url is None:
            raise BenchError("the store of the service is gone")
        async with gathering(url) as client:
            now_ms = time.time_ns() // 1_000_000
            campaign, members = apollo_now(now_ms), make_world(SEED, plan.accounts).accounts
            await put_campaign(Settings(client), campaign, now_ms)
            await enroll_everybody(client, members, campaign, now_ms)
        async with open_store(url, partitions=Config().ingest.partitions) as store:
            await store.directory.open()
            publisher = _Publisher(store, [one.id for one in members], plan)
            await publisher.begin()
            tell(f"opening {plan.streams:,} streams")
            path = f"/v1/campaigns/{CAMPAIGN_ID}/standings/stream?limit={plan.limit}"
            port, token = int(service.url.rpartition(":")[2]), service.admin_token()
            with _client(port, path, token, plan.streams) as client:
                await asyncio.to_thread(_wait_until_ready, client)
                tell(f"{plan.changes_per_s:.0f} changes a second for {plan.seconds:.0f} s")
                meter = Meter({**_roles(service), "client": [client.pid]})
                published = await publisher.publish()
                received, cpu_s = await asyncio.to_thread(_result, client, published, meter)
    return _held("ours", plan, received, cpu_s, "api")


class _Publisher:
    """Publishes rows of accounts in the watched places, one account at a time."""

    def __init__(self, store: Store, accounts: Sequence[str], plan: Plan) -> None:
        self._store, self._plan, self._random = store, plan, Random(SEED)
        self._rows = [Row(name, 1, _BEST_SCORE // place, 1) for place, name in enumerate(accounts, 1)]

    async def begin(self) -> None:
        await self._publish(self._rows)

    async def _publish(self, rows: Sequence[Row]) -> None:
        await self._store.directory.refresh()
        await self._store.judge.publish(CAMPAIGN_ID, rows, time.time_ns() // 1_000_000)

    async def publish(self) -> list[Publication]:
        """As many as the plan has, evenly."""
        done: list[Publication] = []
        began_s = time.monotonic()
        for number in range(round(self._plan.seconds * self._plan.changes_per_s)):
            await asyncio.sleep(max(0.0, began_s + number / self._plan.changes_per_s - time.monotonic()))
            place = self._random.randrange(min(self._plan.limit, len(self._rows)))
            row = self._rows[place]
            more = self._random.randint(1, _MOST_VISITORS)
            self._rows[place] = msgspec.structs.replace(row, version=row.version + 1, score=row.score + more)
            at_s = time.monotonic()
            await self._publish([self._rows[place]])
            done.append(Publication(await self._store.standings.version(CAMPAIGN_ID), at_s))
        return done


def _roles(service: Service) -> dict[str, list[int]]:
    """Of the children of `up`, those that streams concern."""
    found: dict[str, list[int]] = {}
    for pid in children(service.process.pid):
        words, data = command(pid), str(service.data)
        role = words[words.index(data) + 1] if data in words else "store"
        if role in ("api", "store"):
            found.setdefault(role, []).append(pid)
    return found


def _empty(plan: Plan, message_bytes: int) -> Held:
    port = free_port()
    options = ("--port", str(port), "--bytes", str(message_bytes), "--per-s", str(plan.changes_per_s))
    with _process("streams_empty", *options) as server:
        began_s = float(_line_of(server))
        with _client(port, "/stream", "", plan.streams) as client:
            _wait_until_ready(client)
            meter = Meter({"api": [server.pid], "client": [client.pid]})
            first = 2 + int((time.monotonic() - began_s) * plan.changes_per_s)
            count = round(plan.seconds * plan.changes_per_s)
            versions = range(first, first + count)
            published = [Publication(one, began_s + (one - 1) / plan.changes_per_s) for one in versions]
            time.sleep(max(0.0, published[-1].at_s - time.monotonic()))
            received, cpu_s = _result(client, published, meter)
    return _held("empty loop", plan, received, cpu_s, "api")


def _held(name: str, plan: Plan, received: Received, cpu_s: Mapping[str, float], role: str) -> Held:
    return Held(
        name=name,
        to_first=spread(received.first_s),
        to_middle=spread(received.middle_s),
        to_last=spread(received.last_s),
        messages_per_stream=received.messages / plan.streams,
        message_bytes=received.bytes / max(1, received.messages),
        cpu_s=dict(cpu_s),
        process_us_per_message=1e6 * cpu_s[role] / max(1, received.messages),
    )


@contextmanager
def _client(port: int, path: str, token: str, streams: int) -> Iterator[subprocess.Popen[bytes]]:
    options = ("--port", str(port), "--path", path, "--token", token, "--streams", str(streams))
    with _process("streams_client", *options) as client:
        yield client


@contextmanager
def _process(module: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-m", f"leaderboard.bench.{module}", *options]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _line_of(process: subprocess.Popen[bytes]) -> bytes:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise BenchError("a process of the bench has ended; what it wrote stands above")
    return line


def _wait_until_ready(client: subprocess.Popen[bytes]) -> None:
    _line_of(client)


def _result(
    client: subprocess.Popen[bytes], published: Sequence[Publication], meter: Meter
) -> tuple[Received, dict[str, float]]:
    """What the client has received, and what it all used until then."""
    cpu_s = meter.read()
    if client.stdin:
        client.stdin.write(msgspec.json.encode(published) + b"\n")
        client.stdin.flush()
    return msgspec.json.decode(_line_of(client), type=Received), cpu_s
