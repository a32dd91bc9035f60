"""The life of a campaign under any order of ticks, cancelled ticks, second schedulers and late events, against a model.

The model is the slow obvious one: a view counts if its time lies in the window and it was received by the cut-off, both
as the store wrote them down. States follow each other, each once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leaderboard.archive import reading
from leaderboard.archive.lines import Archived
from leaderboard.domain.kept_events import KeptView
from leaderboard.domain.lifecycle import Certification, Life, requested
from leaderboard.domain.signing import SigningKey, check
from leaderboard.domain.snapshots import read_snapshot
from leaderboard.domain.times import to_ms
from tests.conftest import Service, fresh_store, serving
from tests.workers.closing import CAMPAIGN, archive, campaign_of_two
from workers.scheduler import Recounting, Scheduler

KEY = SigningKey(b"s" * 32)
OPENS_IN_S, LASTS_S = 0.4, 1
BEFORE_S, BETWEEN_S = 0.2, 0.02
ACCOUNTS = ("a1", "a2")
ORDER = ["draft", "scheduled", "live", "closing", "review", "certified"]

# What may happen, by a letter: an event of one of the accounts, or one that says it is of the window; a tick of either
# scheduler; a tick that is cut off somewhere; counting; archiving; a request to certify; a little time.
STEPS = st.lists(st.sampled_from("eeiittTkKcawpp"), min_size=10, max_size=60).map("".join)


@dataclass
class Model:
    """What was sent, and in which order states were seen."""

    starts_ms: int
    ends_ms: int
    seen: list[str] = field(default_factory=list)

    def counts(self, archive: Path) -> dict[str, int]:
        """Account → visitors, one after the other as they were received."""
        visitors: dict[str, set[int]] = {name: set() for name in ACCOUNTS}
        for line in reading.events(archive):
            assert isinstance(line, Archived)
            assert isinstance(line.event, KeptView)
            in_window = self.starts_ms <= line.event.at_ms < self.ends_ms
            if in_window and line.received_ms <= self.ends_ms:
                visitors[line.event.account_id].add(line.event.visitor)
        return {name: len(found) for name, found in visitors.items()}


class Play:
    """One run: a campaign of a second, two schedulers, and whatever happens."""

    def __init__(self, service: Service, directory: Path, model: Model) -> None:
        self._service, self._store, self._directory, self._model = service, service.store, directory, model
        recounting = Recounting(directory, id_memory_h=48, signing_key=KEY, apart=False)
        self._schedulers = [Scheduler(service.store, recounting) for _ in range(2)]
        self._sent: list[KeptView] = []
        self._steps: dict[str, Callable[[], Awaitable[object]]] = {
            "e": lambda: self._send(0),
            "i": lambda: self._send(1),
            "t": self._schedulers[0].tick,
            "T": self._schedulers[1].tick,
            "k": lambda: self._cut_off(self._schedulers[0], 0.002),
            "K": lambda: self._cut_off(self._schedulers[1], 0.03),
            "c": service.count,
            "a": lambda: archive(service, directory),
            "w": self._request,
            "p": lambda: asyncio.sleep(0.06),
        }

    async def run(self, steps: str) -> None:
        await asyncio.sleep((self._model.starts_ms - await self._store.now_ms()) / 1000 - BEFORE_S)
        for step in steps:
            await asyncio.sleep(BETWEEN_S)
            await self._steps[step]()
            await self._look()

    async def finish(self) -> None:
        """Everything that is to happen does, in the end."""
        async with asyncio.timeout(30):
            while (await self._look()).state != "certified":
                await self._request()
                await self._service.count()
                await archive(self._service, self._directory)
                await asyncio.gather(*(scheduler.tick() for scheduler in self._schedulers))

    async def _look(self) -> Life:
        life = await self._store.lifecycles.life(CAMPAIGN)
        if not self._model.seen or self._model.seen[-1] != life.state:
            self._model.seen.append(life.state)
        return life

    async def _send(self, account: int) -> None:
        """Now, or said to be of the window's last millisecond."""
        number, now_ms = len(self._sent), await self._store.now_ms()
        at_ms = now_ms if number % 2 else self._model.ends_ms - 1
        view = KeptView(f"v{number}", at_ms, ACCOUNTS[account], "p", 1_000 + number)
        self._sent.append(view)
        await self._store.inbox.append([view], "request")

    async def _cut_off(self, scheduler: Scheduler, after_s: float) -> None:
        """A tick that is killed on its way, wherever it is then."""
        task = asyncio.create_task(scheduler.tick())
        await asyncio.sleep(after_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _request(self) -> None:
        life, now_ms = await self._store.lifecycles.life(CAMPAIGN), await self._store.now_ms()
        if life.state == "review" and life.certifying is None:
            asked = requested(life, Certification(now_ms, "tester"), now_ms)
            await self._store.lifecycles.move(
                CAMPAIGN, life, asked, action="campaign.request", actor="tester"
            )


def _definition(apollo: Callable[..., str], starts: datetime) -> str:
    zone, ends = ZoneInfo("America/Los_Angeles"), starts + timedelta(seconds=LASTS_S)
    start, end = (one.astimezone(zone).replace(tzinfo=None).isoformat() for one in (starts, ends))
    text = apollo(start=start, end=end, close="clock").replace('late = "48h"', 'late = "0s"')
    return text.replace("effective_live >= 14h", "effective_live >= 0h")


async def _play(store_url: str, apollo: Callable[..., str], steps: str) -> None:
    async with fresh_store(store_url) as store, serving(store) as service:
        starts = datetime.fromtimestamp(ceil(await store.now_ms() / 1000 + OPENS_IN_S), UTC)
        await campaign_of_two(service, _definition(apollo, starts), ACCOUNTS)
        starts_ms = to_ms(starts)
        model = Model(starts_ms, starts_ms + round(LASTS_S * 1000))
        with TemporaryDirectory() as name:
            directory = Path(name)
            play = Play(service, directory, model)
            await play.run(steps)
            await play.finish()
            snapshot = await store.lifecycles.document(CAMPAIGN, "snapshot")
            result = await store.lifecycles.document(CAMPAIGN, "result|1")
            log = [entry.action for entry in (await store.audit_log.page(1_000, newest_first=False)).entries]
            expected = model.counts(directory)

    assert snapshot is not None
    assert result is not None
    assert {row.account: row.score for row in read_snapshot(snapshot).accounts} == expected
    assert {one["account_id"]: one["score"] for one in check(result).document["standings"]} == expected
    assert [one for one in ORDER if one in model.seen] == model.seen
    moves = [action for action in log if action.startswith("campaign.") and action != "campaign.put"]
    assert moves == [
        "campaign.open",
        "campaign.end",
        "campaign.freeze",
        "campaign.request",
        "campaign.certify",
    ]


@settings(
    max_examples=int(os.environ.get("LIFE_EXAMPLES", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
@example("eictaeictapppptaeeiipppppptaccTkKkKtTw")
@example("eiiepppppppppppppppppppppppppppppppp")
def test_whatever_happens_it_is_closed_once_and_the_right_ones_count(
    store_url: str, apollo: Callable[..., str], steps: str
) -> None:
    asyncio.run(_play(store_url, apollo, steps))
