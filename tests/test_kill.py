"""Kill -9 under load, of each process and of all at once, ten times over: what was answered 202 counts exactly once.

What was counted, what was archived and what an audit makes of the archive are the same.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leaderboard.archive.reading import events as archived
from tests.conftest import view
from tests.running import HOSTS, ROLES, Caller, installed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes through /proc")

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


class Feed:
    """Sends made-up batches, each again and again until it is answered 202, and knows what they come to."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.visitors: dict[str, set[int]] = {account: set() for account in ACCOUNTS}
        self.seconds: dict[str, set[int]] = {account: set() for account in ACCOUNTS}
        self.orders: dict[str, list[str]] = {account: [] for account in ACCOUNTS}
        self.refunded: dict[str, set[str]] = {account: set() for account in ACCOUNTS}
        self.events = self.resent = 0

    async def run(self, caller: Caller, done: asyncio.Event) -> None:
        while not done.is_set():
            self.resent += await caller.send(self._batch()) - 1

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
        host, end_s = self._rng.choice(HOSTS), self._rng.randrange(20, 50_000)
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


@pytest.mark.timeout(240)
async def test_what_was_accepted_counts_exactly_once_whoever_is_killed(
    tmp_path: Path, apollo: Callable[..., str]
) -> None:
    rng, feeds, done = random.Random(7), [Feed(seed) for seed in range(3)], asyncio.Event()
    async with installed(tmp_path / "var") as caller:
        installation = caller.installation
        await caller.set_up(ACCOUNTS)
        await caller.announce("apollo-test", apollo(), ACCOUNTS)
        for number, feed in enumerate(feeds):
            feed.events = number * 10_000_000  # so that no two feeds use one id
        sending = [asyncio.create_task(feed.run(caller, done)) for feed in feeds]
        for victim in VICTIMS:
            await asyncio.sleep(rng.uniform(0.5, 1.5))
            await asyncio.to_thread(installation.kill, victim)
        await asyncio.sleep(0.5)
        done.set()
        await asyncio.gather(*sending)
        status = await caller.until("/v1/status", lambda status: status["inbox"]["pending"] == 0)
        standings = await caller.ask("GET", "/v1/campaigns/apollo-test/standings")
        excluded = await caller.ask("GET", "/v1/campaigns/apollo-test/excluded")
        audited = await asyncio.to_thread(installation.audit, "apollo-test")
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
    async with installed(tmp_path / "var") as caller:
        supervisor, children = caller.installation.process, caller.installation.children().values()
        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait()

        async with asyncio.timeout(30):
            while any(Path(f"/proc/{pid}").exists() for pid in children):
                await asyncio.sleep(0.1)

    assert len(children) == len(ROLES) + 1
