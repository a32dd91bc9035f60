"""Kill -9 under load, of each process and of all at once, ten times over: what was answered 202 counts exactly once.

What was counted, what was archived and what an audit makes of the archive are the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from leaderboard.archive.reading import events as archived
from tests.conftest import view

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes through /proc")

PATIENCE_S = 40.0
VICTIMS = [
    "api",
    "worker",
    "archiver",
    "store",
    "worker",
    "archiver",
    "everything",
    "store",
    "everything",
    "archiver",
]
ACCOUNTS = ("a1", "a2", "a3", "a4")
NOON = datetime(2022, 2, 20, 12, tzinfo=UTC)


ROLES = ("api", "worker", "archiver", "scheduler")


class Installation:
    """`leaderboard up` as a user starts it, on its own data and port."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "leaderboard",
            "--data",
            str(self.data),
            "up",
            "--port",
            str(self.port),
        ]
        log = (self.data.parent / "up.log").open("ab")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEADERBOARD_")}
        with log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, env=clean, cwd=Path(__file__).parent.parent
            )

    def kill(self, victim: str) -> None:
        """SIGKILL to one role, or to the supervisor and everything below it; that is started again."""
        children = {role: pid for pid, role in _children(self.process.pid)}
        if victim != "everything":
            if victim in children:
                os.kill(children[victim], signal.SIGKILL)
            return
        for pid in [self.process.pid, *children.values()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = self._start()

    def audit(self) -> dict[str, Any]:
        """What `leaderboard audit` says."""
        command = [
            sys.executable,
            "-m",
            "leaderboard",
            "--data",
            str(self.data),
            "audit",
            "apollo-test",
            "--json",
        ]
        done = subprocess.run(command, capture_output=True, cwd=Path(__file__).parent.parent, timeout=120)
        assert done.stdout, done.stderr.decode()
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _children(parent: int) -> list[tuple[int, str]]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_text().replace("\0", " ")
            if int(stat[1]) == parent:
                role = next((role for role in ROLES if f" {role}" in command), "store")
                found.append((int(entry.name), role))
    return found


@asynccontextmanager
async def installed(data: Path) -> AsyncIterator[tuple[Installation, ClientSession]]:
    installation = Installation(data)
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        try:
            await _until(session, installation, lambda status: True)
            yield installation, session
        finally:
            with suppress(ProcessLookupError):
                installation.process.kill()


async def _until(
    session: ClientSession, installation: Installation, reached: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + PATIENCE_S
    while loop.time() < deadline_s:
        with suppress(ClientError, TimeoutError, OSError, ValueError):
            status: dict[str, Any] = await _ask(session, installation, "GET", "/v1/status")
            if reached(status):
                return status
        await asyncio.sleep(0.1)
    raise AssertionError((installation.data.parent / "up.log").read_text()[-4_000:])


async def _ask(
    session: ClientSession, installation: Installation, method: str, path: str, body: Any = None, **more: Any
) -> Any:
    token = (installation.data / "admin.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
    async with session.request(method, installation.url + path, json=body, headers=headers, **more) as answer:
        document = await answer.json(content_type=None)
        if answer.status >= 300:
            raise ValueError(f"{answer.status}: {document}")
        return document


async def _set_up(session: ClientSession, installation: Installation, toml: str) -> None:
    await _ask(session, installation, "PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    headers = {"Content-Type": "application/toml"}
    await _ask(session, installation, "PUT", "/v1/campaigns/apollo-test", data=toml.encode(), headers=headers)
    for account in ACCOUNTS:
        setting = {"agency_id": "north", "name": account, "kind": "partner", "country": "US"}
        await _ask(session, installation, "PUT", f"/v1/accounts/{account}", setting)
        hosts = [{"host_id": host} for host in ("h1", "h2")]
        for host in hosts:
            path = f"/v1/accounts/{account}/hosts/{host['host_id']}"
            await _ask(session, installation, "PUT", path, {"name": "A host"})
        path = f"/v1/campaigns/apollo-test/enrollments/{account}"
        await _ask(session, installation, "PUT", path, {"hosts": hosts})


class Feed:
    """Sends made-up batches, each again and again until it is answered 202, and knows what they come to."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.visitors: dict[str, set[int]] = {account: set() for account in ACCOUNTS}
        self.seconds: dict[str, set[int]] = {account: set() for account in ACCOUNTS}
        self.orders: dict[str, list[str]] = {account: [] for account in ACCOUNTS}
        self.refunded: dict[str, set[str]] = {account: set() for account in ACCOUNTS}
        self.events = self.resent = 0

    async def run(self, session: ClientSession, installation: Installation, done: asyncio.Event) -> None:
        while not done.is_set():
            await self._send(session, installation, self._batch())

    def _batch(self) -> list[dict[str, Any]]:
        return [self._event() for _ in range(self._rng.randint(1, 300))]

    def _event(self) -> dict[str, Any]:
        account, self.events = self._rng.choice(ACCOUNTS), self.events + 1
        chance = self._rng.random()
        if chance < 0.05:
            return self._order(account)
        if chance < 0.07 and self.orders[account]:
            return self._refund(account)
        if chance < 0.3:
            return self._heartbeat(account)
        visitor = self._rng.randrange(20_000)
        self.visitors[account].add(visitor)
        return view(self.events, account, f"visitor-{visitor}")

    def _order(self, account: str) -> dict[str, Any]:
        self.orders[account].append(f"o{self.events}")
        return self._money("order", account) | {"id": f"o{self.events}"}

    def _refund(self, account: str) -> dict[str, Any]:
        order = self._rng.choice(self.orders[account])
        self.refunded[account].add(order)
        return self._money("refund", account) | {"id": f"r{self.events}", "order_id": order}

    def _money(self, kind: str, account: str) -> dict[str, Any]:
        value = {"amount": "1.00", "currency": "USD"}
        return {"type": kind, "account_id": account, "at": "2022-02-20T12:00:00Z", "value": value}

    def _heartbeat(self, account: str) -> dict[str, Any]:
        host, end_s = self._rng.choice(("h1", "h2")), self._rng.randrange(20, 50_000)
        self.seconds[account] |= set(range(end_s - 20, end_s))
        return {
            "type": "heartbeat",
            "id": f"b{self.events}",
            "account_id": account,
            "host_id": host,
            "live_session_id": f"{account}-{host}",
            "at": (NOON + timedelta(seconds=end_s)).isoformat(),
            "covers": 20,
            "activity": "explaining",
            "product_id": "p1",
            "order_channel": "in_app",
            "motion": 0.5,
        }

    async def _send(
        self, session: ClientSession, installation: Installation, batch: list[dict[str, Any]]
    ) -> None:
        while True:
            try:
                answer = await _ask(session, installation, "POST", "/v1/events", {"events": batch})
            except (ClientError, TimeoutError, OSError, ValueError):
                self.resent += 1
                await asyncio.sleep(0.05)
            else:
                assert answer["accepted"] == len(batch)
                return


@pytest.mark.timeout(240)
async def test_what_was_accepted_counts_exactly_once_whoever_is_killed(
    tmp_path: Path, apollo: Callable[..., str]
) -> None:
    rng, feeds, done = random.Random(7), [Feed(seed) for seed in range(3)], asyncio.Event()
    async with installed(tmp_path / "var") as (installation, session):
        await _set_up(session, installation, apollo())
        for number, feed in enumerate(feeds):
            feed.events = number * 10_000_000  # so that no two feeds use one id
        sending = [asyncio.create_task(feed.run(session, installation, done)) for feed in feeds]
        for victim in VICTIMS:
            await asyncio.sleep(rng.uniform(0.5, 1.5))
            await asyncio.to_thread(installation.kill, victim)
        await asyncio.sleep(0.5)
        done.set()
        await asyncio.gather(*sending)
        await _until(session, installation, lambda status: status["inbox"]["pending"] == 0)
        standings = await _ask(session, installation, "GET", "/v1/campaigns/apollo-test/standings")
        excluded = await _ask(session, installation, "GET", "/v1/campaigns/apollo-test/excluded")
        status = await _ask(session, installation, "GET", "/v1/status")
        audited = await asyncio.to_thread(installation.audit)
        stopped = await asyncio.to_thread(installation.stop)

    entries = {entry["account_id"]: entry for entry in standings["entries"]}
    assert {account: counted(entry) for account, entry in entries.items()} == {
        account: (
            len(set().union(*(feed.visitors[account] for feed in feeds))),
            len(set().union(*(feed.seconds[account] for feed in feeds))),
            sum(len(feed.orders[account]) for feed in feeds),
            sum(len(feed.refunded[account]) for feed in feeds),
        )
        for account in ACCOUNTS
    }
    # Each accepted event is archived once; what was sent again was accepted again.
    assert sum(1 for _ in archived(tmp_path / "var" / "archive")) == status["inbox"]["accepted"]
    assert (audited["agrees"], audited["differences"]) == (True, [])
    assert excluded["total"] == 0
    assert status["buried"] == 0
    assert stopped == 0
    assert sum(feed.resent for feed in feeds) > 0  # or nothing was ever interrupted


def counted(entry: dict[str, Any]) -> tuple[int, ...]:
    """Visitors, effective seconds, orders, refunded orders."""
    return entry["score"], entry["effective_s"], entry["orders"], entry["refunds"]


async def test_no_process_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    async with installed(tmp_path / "var") as (installation, _):
        children = [pid for pid, _ in _children(installation.process.pid)]
        os.kill(installation.process.pid, signal.SIGKILL)
        installation.process.wait()

        async with asyncio.timeout(30):
            while any(Path(f"/proc/{pid}").exists() for pid in children):
                await asyncio.sleep(0.1)

    assert len(children) == len(ROLES) + 1
