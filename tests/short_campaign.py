"""A campaign of seconds under a running service: events stream in from before its start until after its result.

Knows what was sent and what was answered; `plain_count.py` says what of it counts.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from time import time
from typing import Any, Final
from zoneinfo import ZoneInfo

from leaderboard.archive import reading
from leaderboard.archive.lines import Archived
from tests.running import HOSTS, Caller

LASTS_S: Final = 3
LATE_S: Final = 1
COVERS_MS: Final = 1_000
VISITORS: Final = 5_000
# The store looks at its clock once for several commands.
CLOCK_MS: Final = 100


def now_ms() -> int:
    return int(time() * 1000)


@dataclass
class Batch:
    """Events that were answered 202, and when they were first sent and at last answered."""

    ids: list[str]
    sent_ms: int
    answered_ms: int


@dataclass
class Evidence:
    """What a campaign has left behind when all is over."""

    result: dict[str, Any]
    file: Path
    moves: list[dict[str, Any]]
    late: int
    archived: list[Archived]


class ShortCampaign:
    """Apollo with a window of seconds. `seen`: the states that were answered, in their order."""

    def __init__(self, name: str, caller: Caller, apollo: Callable[..., str]) -> None:
        self.name, self.path = name, f"/v1/campaigns/{name}"
        self.accounts = tuple(f"{name}-{number}" for number in (1, 2, 3))
        self.starts_ms = self.ends_ms = self.cutoff_ms = 0
        self.seen: list[str] = []
        self.accepted: list[Batch] = []
        self._caller, self._apollo = caller, apollo

    async def announce(self, opens_in_s: float = 1.0) -> None:
        """Saves it, to open in at least so many seconds, and enrolls its accounts."""
        await self._caller.set_up(self.accounts)
        starts_s = ceil(time() + opens_in_s)
        self.starts_ms, self.ends_ms = starts_s * 1000, (starts_s + LASTS_S) * 1000
        self.cutoff_ms = self.ends_ms + LATE_S * 1000
        self._see(await self._caller.announce(self.name, self._definition(starts_s), self.accounts))

    def _definition(self, starts_s: int) -> str:
        start, end = (_local(second) for second in (starts_s, starts_s + LASTS_S))
        changes = {
            'late = "48h"': f'late = "{LATE_S}s"',
            'hold = "7d"': 'hold = "0s"',
            "effective_live >= 14h": "effective_live >= 0h",
            # Who happens to have many refunds would be held, and holds keep a campaign from being certified.
            "refund_rate >= 30%": "refund_rate > 100%",
        }
        text = self._apollo(self.name, start, end, "clock")
        for old, new in changes.items():
            text = text.replace(old, new)
        return text

    def _see(self, campaign: Mapping[str, Any]) -> None:
        if not self.seen or self.seen[-1] != campaign["state"]:
            self.seen.append(campaign["state"])

    async def until(self, state: str) -> None:
        """Looks at it until it is in a state."""

        def is_in(campaign: Any) -> bool:
            self._see(campaign)
            return bool(campaign["state"] == state)

        await self._caller.until(self.path, is_in)

    async def until_cut_off(self) -> None:
        """Until its freeze is due. It is being looked at meanwhile."""
        while now_ms() <= self.cutoff_ms or self.seen[-1] == "live":
            await asyncio.sleep(0.01)

    async def certify(self) -> None:
        """Asks for it until it is done, whoever is killed meanwhile."""
        caller = self._caller
        campaign = await caller.until(self.path, lambda campaign: True)
        if any(blocker["code"] == "audit" for blocker in campaign["blockers"] or ()):
            # Whoever had a refund each time that the freeze looked is still to be compared.
            await asyncio.to_thread(caller.installation.audit, self.name)
        done = await caller.until(
            f"{self.path}/certify?wait=5", lambda campaign: bool(campaign["state"] == "certified"), "POST"
        )
        self._see(done)

    @asynccontextmanager
    async def streaming(self) -> AsyncIterator[None]:
        """Events come in all the time, of two senders."""
        done = asyncio.Event()
        feeds = [asyncio.create_task(self._feed(seed, done)) for seed in (1, 2)]
        try:
            yield
        finally:
            done.set()
            await asyncio.gather(*feeds)

    async def _feed(self, seed: int, done: asyncio.Event) -> None:
        feed = Feed(self, seed)
        while not done.is_set():
            await self.send(feed.batch())
            await asyncio.sleep(0.05)
        # After the certification, of the campaign's time: late, refunds too.
        await self.send(feed.straggling())

    async def send(self, events: list[dict[str, Any]]) -> None:
        """Until they are accepted."""
        sent_ms = now_ms()
        await self._caller.send(events)
        self.accepted.append(Batch([event["id"] for event in events], sent_ms, now_ms()))

    async def evidence(self) -> Evidence:
        """When everything that was sent is counted and archived."""
        caller, data = self._caller, self._caller.installation.data
        await caller.until(
            "/v1/status", lambda now: not now["inbox"]["pending"] and not now["archive"]["lag_ms"]
        )
        _, content = await caller.read(f"{self.path}/result")
        file = data.parent / f"{self.name}.json"
        file.write_bytes(content)
        log = await caller.ask("GET", f"/v1/audit-log?subject={self.name}&order=oldest&limit=200")
        excluded = await caller.ask("GET", f"{self.path}/excluded?reason=late")
        return Evidence(
            result=json.loads(content)["result"],
            file=file,
            moves=[entry for entry in log["items"] if _is_move(entry)],
            late=sum(one["count"] for one in excluded["reasons"]),
            archived=[line for line in _archived(data / "archive") if line.event.account_id in self.accounts],
        )


def _local(second: int) -> str:
    zone = ZoneInfo("America/Los_Angeles")
    return datetime.fromtimestamp(second, UTC).astimezone(zone).replace(tzinfo=None).isoformat()


def _is_move(entry: Mapping[str, Any]) -> bool:
    return bool(entry["action"].startswith("campaign.") and entry["action"] != "campaign.put")


def _archived(directory: Path) -> Iterable[Archived]:
    for line in reading.events(directory):
        assert isinstance(line, Archived)
        yield line


class Feed:
    """Makes up the events of one sender: of this moment, of any time of the campaign, and of its very edges."""

    def __init__(self, campaign: ShortCampaign, seed: int) -> None:
        self._campaign, self._seed = campaign, seed
        self._rng = random.Random(f"{campaign.name} {seed}")
        self._orders: dict[str, list[str]] = {account: [] for account in campaign.accounts}
        self._made = 0

    def batch(self) -> list[dict[str, Any]]:
        return [self._event(self._rng.random()) for _ in range(self._rng.randint(1, 20))]

    def straggling(self) -> list[dict[str, Any]]:
        """One of each kind, of a time when the campaign was live."""
        at_ms = self._campaign.starts_ms + 1_500
        return [self._event(chance) | {"at": at_ms} for chance in (0.0, 0.15, 0.25, 0.9)]

    def _event(self, chance: float) -> dict[str, Any]:
        self._made += 1
        account = self._rng.choice(self._campaign.accounts)
        event_id = f"{self._seed}-{self._made}"
        event = {"id": event_id, "account_id": account, "at": self._at_ms()}
        if chance < 0.1 or not self._orders[account]:
            self._orders[account].append(event_id)
            return event | _money("order", self._rng.randint(100, 999))
        # While it is being frozen there are few, or no account would ever stand still to be compared.
        if chance < (0.103 if self._campaign.seen[-1] == "closing" else 0.2):
            # What is said to be of this moment is listed as late only while the campaign is on.
            order = self._rng.choice(self._orders[account])
            return event | _money("refund", self._rng.randint(1, 99)) | {"order_id": order, "at": now_ms()}
        if chance < 0.4:
            return event | self._heartbeat(account)
        visitor = f"visitor-{self._rng.randrange(VISITORS)}"
        return event | {"type": "product_view", "product_id": "p1", "visitor_id": visitor}

    def _at_ms(self) -> int:
        starts_ms, ends_ms = self._campaign.starts_ms, self._campaign.ends_ms
        edges = (starts_ms - 1, starts_ms, ends_ms - 1, ends_ms)
        any_time_ms = self._rng.randint(starts_ms - 500, ends_ms + 500)
        return self._rng.choice((now_ms(), any_time_ms, self._rng.choice(edges)))

    def _heartbeat(self, account: str) -> dict[str, Any]:
        host = self._rng.choice(HOSTS)
        return {
            "type": "heartbeat",
            "at": self._beat_ms(),
            "host_id": host,
            "live_session_id": f"{account}-{host}",
            "covers": COVERS_MS // 1000,
            "activity": "explaining",
            "product_id": "p1",
            "order_channel": "in_app",
            "motion": 0.5,
        }

    def _beat_ms(self) -> int:
        """Two stretches with gaps around them, which late ones would fill."""
        starts_ms, ends_ms = self._campaign.starts_ms, self._campaign.ends_ms
        if now_ms() > self._campaign.cutoff_ms:
            return self._rng.randint(starts_ms, ends_ms)
        return starts_ms + self._rng.choice((1_700, 3_400)) + self._rng.randint(0, 200)


def _money(kind: str, minor: int) -> dict[str, Any]:
    return {"type": kind, "value": usd(minor)}


def usd(minor: int) -> dict[str, str]:
    """An amount as it is sent and answered."""
    return {"amount": f"{minor // 100}.{minor % 100:02}", "currency": "USD"}
