"""Who is measured: ours, and the naive service in its two forms. Each is started fresh, and stopped."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, Protocol

import orjson
from msgspec import Struct
from redis import Redis

from leaderboard.bench.door import BenchError, Door, Questions
from leaderboard.bench.live_answer import LiveTime
from leaderboard.bench.naive import STANDINGS
from leaderboard.bench.recording import Recording
from leaderboard.bench.setting_up import enroll_everybody, gathering
from leaderboard.bench.usage import children, command
from leaderboard.cli.processes import PARENT_VARIABLE
from leaderboard.config import Config
from leaderboard.demo.campaign import CAMPAIGN_ID, apollo_now, only_counted
from leaderboard.demo.service import Service, free_port, running_service
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.embedded_address import embedded_url
from leaderboard.store.store import open_store

NAIVE_PROCESSES: Final = 2  # ours are two as well, an API and a worker
ARCHIVER: Final = "archiver"
PAGE: Final = 1_000
POLL_S: Final = 0.04  # asking costs the service something too
SHOWN_WITHIN_S: Final = 300.0
WITHOUT_FILE: Final = ("--appendonly", "no")


class Shown(Struct, frozen=True):
    """Sums over the standings, as a reader finds them."""

    unique: int
    orders: int | None = None


def is_exact(shown: Shown, recording: Recording, batches: int) -> bool:
    """Whether it is what the first `batches` must give; who counts no orders is asked for visitors only."""
    unique, orders = recording.unique_after(batches), recording.orders_after(batches)
    return shown in (Shown(unique), Shown(unique, orders))


class Contestant(Protocol):
    """What the measurements need of a service."""

    name: str
    door: Door

    def roles(self) -> dict[str, list[int]]:
        """Process ids by role."""

    def wait_until_shown(self) -> None:
        """Returns when all that was accepted shows in the standings."""

    def wait_until_settled(self) -> None:
        """Returns when nothing that was accepted is worked on any more."""

    def shown(self) -> Shown:
        """What the standings add up to."""


class Ours:
    """`leaderboard up` with its own children. `extra` visitors did not come from the recording."""

    name = "ours"

    def __init__(self, service: Service, door: Door) -> None:
        self.service, self.door = service, door
        self.probes = self.extra = 0

    def note_probes(self, views: int) -> None:
        """So many views of the probe account were sent, each by a visitor of its own."""
        self.probes += views
        self.extra += views

    @property
    def store_url(self) -> str:
        url = embedded_url(self.service.data)
        if url is None:
            raise BenchError("the store of the service is gone")
        return url

    def roles(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {"up": [self.service.process.pid]}
        for pid in children(self.service.process.pid):
            found.setdefault(self._role(pid), []).append(pid)
        return found

    def _role(self, pid: int) -> str:
        words = command(pid)
        data = str(self.service.data)
        return words[words.index(data) + 1] if data in words else "store"

    def wait_until_shown(self) -> None:
        until_s = time.monotonic() + SHOWN_WITHIN_S
        with Questions(self.door) as questions:
            while questions.get_json("/v1/status")["inbox"]["pending"]:
                if time.monotonic() > until_s:
                    raise BenchError(f"accepted events did not show within {SHOWN_WITHIN_S:.0f} s")
                time.sleep(POLL_S)

    def wait_until_settled(self) -> None:
        """Returns when all that was accepted is in the archive, too; at once where no archiver runs."""
        until_s = time.monotonic() + SHOWN_WITHIN_S
        with Questions(self.door) as questions:
            while ARCHIVER in self.roles() and questions.get_json("/v1/status")["archive"]["lag_ms"]:
                if time.monotonic() > until_s:
                    raise BenchError(f"accepted events were not archived within {SHOWN_WITHIN_S:.0f} s")
                time.sleep(POLL_S)

    def live_times(self) -> dict[str, LiveTime]:
        """What the standings have of every account, to the millisecond; pages show whole seconds."""
        return asyncio.run(self._live_times())

    async def _live_times(self) -> dict[str, LiveTime]:
        async with open_store(self.store_url, partitions=Config().ingest.partitions) as store:
            rows = await store.standings.rows(CAMPAIGN_ID, await store.standings.accounts(CAMPAIGN_ID))
        return {row.account_id: LiveTime(row.effective_ms, row.kept_ms) for row in rows}

    def shown(self) -> Shown:
        unique, orders, offset, total = -self.extra, 0, 0, 1
        with Questions(self.door) as questions:
            while offset < total:
                path = f"/v1/campaigns/{CAMPAIGN_ID}/standings?limit={PAGE}&offset={offset}"
                page = questions.get_json(path)
                unique += sum(entry["score"] for entry in page["entries"])
                orders += sum(entry["orders"] for entry in page["entries"])
                total, offset = page["total"], offset + PAGE
        return Shown(unique, orders)


@asynccontextmanager
async def started_ours(
    data: Path, recording: Recording, slots: Sequence[tuple[int, int]] = ()
) -> AsyncIterator[Ours]:
    """The service as a user would start it, with everybody of the recording enrolled and promising `slots`."""
    await asyncio.to_thread(data.mkdir)
    async with running_service(data, 0) as service:
        admin, port = service.admin_token(), int(service.url.rpartition(":")[2])
        ours = Ours(service, Door(port, feed_token=_set_up(Door(port, admin_token=admin)), admin_token=admin))
        now_ms = time.time_ns() // 1_000_000
        members, campaign = recording.world.accounts, only_counted(apollo_now(now_ms))
        async with gathering(ours.store_url) as client:
            await enroll_everybody(client, members, campaign, now_ms, slots)
        yield ours


def _set_up(door: Door) -> str:
    """The campaign, and the token of a feed that may send for everybody."""
    campaign = only_counted(apollo_now(time.time_ns() // 1_000_000))
    wanted = {"role": "ingest", "accounts": ["*"], "name": "bench"}
    with Questions(door) as questions:
        questions.send("PUT", f"/v1/campaigns/{CAMPAIGN_ID}", campaign.toml.encode(), "application/toml")
        answer = questions.send("POST", "/v1/tokens", orjson.dumps(wanted))
        return str(orjson.loads(answer)["secret"])


class Naive:
    """Shows at once, since it counts before it answers."""

    def __init__(self, name: str, door: Door, store: EmbeddedStore, pids: list[int]) -> None:
        self.name, self.door, self._store, self._pids = name, door, store, pids

    def roles(self) -> dict[str, list[int]]:
        return {"api": self._pids, "store": [self._store.pid or 0]}

    def wait_until_shown(self) -> None:
        return

    def wait_until_settled(self) -> None:
        return

    def shown(self) -> Shown:
        with Redis.from_url(self._store.url) as redis:
            return Shown(round(sum(score for _, score in redis.zrange(STANDINGS, 0, -1, withscores=True))))


@contextmanager
def started_naive(data: Path, form: str) -> Iterator[Naive]:
    """As many processes as ours has, on a store without a file."""
    data.mkdir()
    with EmbeddedStore(data, extra_arguments=WITHOUT_FILE) as store:
        port = free_port()
        processes = [_naive_process(store.url, port, form) for _ in range(NAIVE_PROCESSES)]
        try:
            for process in processes:
                _wait_for_a_line(process)
            yield Naive(f"naive, {form}", Door(port), store, [process.pid for process in processes])
        finally:
            for process in processes:
                process.kill()
                process.communicate()


def _naive_process(url: str, port: int, form: str) -> subprocess.Popen[bytes]:
    argv = [
        sys.executable,
        "-m",
        "leaderboard.bench.naive",
        "--port",
        str(port),
        "--redis",
        url,
        "--form",
        form,
    ]
    env = os.environ | {PARENT_VARIABLE: str(os.getpid())}
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=env)  # noqa: S603


def _wait_for_a_line(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is None or not process.stdout.readline():
        raise BenchError("the naive service did not start")
