"""Kill -9 of a real archiver under load, again and again, while segments are sealed: each event is there once."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from leaderboard.archive import manifest, reading
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Unreadable
from leaderboard.domain.kept_events import KeptView
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import Store, open_store

ROOT = Path(__file__).parents[2]
KILLS = 5
PARTITIONS = 4
CONFIG = '[archive]\nflush_interval_ms = 20\nsegment_mib = 1\ndirectory = "{}"\n'


def _start(tmp_path: Path, url: str) -> subprocess.Popen[bytes]:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(tmp_path / "archive"))
    options = ["--config", str(config), "--data", str(tmp_path / "data")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEADERBOARD_")}
    with (tmp_path / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "leaderboard", *options, "archiver"],
            stdout=log,
            stderr=log,
            env=clean | {"LEADERBOARD_REDIS_URL": url},
            cwd=ROOT,
        )


class Feed:
    """Appends batches until it is told to stop; each event has half a kilobyte of its own."""

    def __init__(self, store: Store) -> None:
        self._store, self._rng, self.sent = store, random.Random(3), list[KeptView]()

    async def run(self, done: asyncio.Event) -> None:
        while not done.is_set():
            await self.append()
            await asyncio.sleep(0.005)

    async def append(self) -> None:
        batch = [self._view(number) for number in range(self._rng.randint(1, 40))]
        await self._store.inbox.append(batch, "request")
        self.sent += batch

    def _view(self, number: int) -> KeptView:
        name, account = f"v{len(self.sent) + number}", f"account-{self._rng.randrange(9)}"
        agent = self._rng.randbytes(256).hex()
        return KeptView(name, 1_645_358_400_000, account, "p", self._rng.getrandbits(64), user_agent=agent)


@pytest.mark.timeout(120)
async def test_whenever_it_is_killed_every_event_is_archived_once(tmp_path: Path) -> None:
    rng, done, sealed = random.Random(11), asyncio.Event(), Layout(tmp_path / "archive").manifest
    with EmbeddedStore(tmp_path / "data") as embedded:
        async with open_store(embedded.url, partitions=PARTITIONS) as store:
            await store.inbox.create()
            feed = Feed(store)
            feeding = asyncio.create_task(feed.run(done))
            for _ in range(KILLS):
                process = _start(tmp_path, embedded.url)
                await _until_archived_more(process, store, tmp_path)
                await asyncio.sleep(rng.uniform(0.0, 0.4))
                process.kill()
                process.wait()
            done.set()
            await feeding
            await feed.append()  # left for the last archiver: once it is taken, the process hears a signal
            process = _start(tmp_path, embedded.url)
            await _until_archived_more(process, store, tmp_path)
            async with asyncio.timeout(60):
                while await store.archiving.lag_ms(2**52) or len(manifest.read(sealed)) < 2:
                    assert process.poll() is None, (tmp_path / "log").read_text()
                    await asyncio.sleep(0.05)
            process.terminate()
            code = await asyncio.to_thread(process.wait, 30)
    lines = [line for line in reading.events(tmp_path / "archive") if not isinstance(line, Unreadable)]

    assert code == 0, (tmp_path / "log").read_text()
    assert Counter(line.event.id for line in lines) == Counter(view.id for view in feed.sent)
    assert {line.event.id: line.event for line in lines} == {view.id: view for view in feed.sent}
    assert reading.verify(tmp_path / "archive") > 1


async def _until_archived_more(process: subprocess.Popen[bytes], store: Store, tmp_path: Path) -> None:
    """Killed too early it would not even have begun."""
    before = await store.archiving.figures()
    async with asyncio.timeout(30):
        while await store.archiving.figures() == before:
            assert process.poll() is None, (tmp_path / "log").read_text()
            await asyncio.sleep(0.02)
