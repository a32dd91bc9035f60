"""The archiver against a real store: each accepted event once, in order, whatever is interrupted."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError

from leaderboard.archive import manifest, reading, settings_file
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Unreadable, order
from leaderboard.domain.kept_events import KeptView
from leaderboard.store import keys, settings_backup
from leaderboard.store.batches import encode_batch
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import Store, open_store
from tests.conftest import PARTITIONS, Service
from workers.archive import ArchiveWorker
from workers.archive_claim import WrongArchive
from workers.archive_pace import ArchivePace

AT_MS = 1_645_358_400_000
AT_ONCE = ArchivePace(flush_interval_ms=0, chores_interval_ms=0, settings_interval_ms=0)
ACCOUNTS = ("a", "b", "c", "d")


FINE = {"problem": None, "problem_at_ms": None}


class Crash(Exception):
    """Stands for the end of the process."""


class Sender:
    """Accepts made-up events, and knows which."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sent: list[str] = []

    async def send(self, count: int = 3, agent: str | None = None) -> None:
        """A batch with events of every account."""
        for account in ACCOUNTS:
            names = [f"{account}-{len(self.sent) + number}" for number in range(count)]
            views = [KeptView(name, AT_MS, account, "p", 1, user_agent=agent) for name in names]
            await self.store.inbox.append(views, "request")
            self.sent += names


@pytest.fixture
def sender(store: Store) -> Sender:
    return Sender(store)


async def work_off(worker: ArchiveWorker) -> None:
    while await worker.step():
        pass
    await worker.flush()


async def run_until(worker: ArchiveWorker, reached: Callable[[], Awaitable[bool]]) -> None:
    """Runs it as its process does, and stops it as SIGTERM does."""
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    async with asyncio.timeout(30):
        while not running.done() and not await reached():
            await asyncio.sleep(0.02)
    stopping.set()
    await running


def nothing_waits(store: Store) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return await store.archiving.lag_ms(2**52) == 0

    return reached


def events(directory: Path) -> Iterator[Any]:
    return (line for line in reading.events(directory) if not isinstance(line, Unreadable))


def ids(directory: Path) -> list[str]:
    return [line.event.id for line in events(directory)]


async def test_every_accepted_event_is_archived_once_and_in_the_order_of_its_account(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    for _ in range(20):
        await sender.send()
    await run_until(ArchiveWorker(store, tmp_path), nothing_waits(store))

    found = ids(tmp_path)
    assert sorted(found) == sorted(sender.sent)
    for account in ACCOUNTS:
        ours = [name for name in found if name.startswith(account)]
        assert ours == [name for name in sender.sent if name.startswith(account)]


async def test_a_line_says_when_and_where_it_was_received(store: Store, tmp_path: Path) -> None:
    view = KeptView("v", AT_MS, "a", "p", 2**64 - 1, ip="203.0.113.7")
    await store.inbox.append([replace_id(view, "u"), view], "request")
    partition = keys.partition_of("a", PARTITIONS)
    ((entry_id, _),) = await store.client.do("XRANGE", keys.inbox(partition), "-", "+")
    worker = ArchiveWorker(store, tmp_path, AT_ONCE)
    await work_off(worker)
    line = list(events(tmp_path))[1]

    received_ms = int(entry_id.partition(b"-")[0])
    assert (line.partition, line.entry, line.index) == (partition, entry_id.decode(), 1)
    assert (line.received_ms, line.event) == (received_ms, view)


def replace_id(view: KeptView, name: str) -> KeptView:
    return KeptView(name, view.at_ms, view.account_id, view.product_id, view.visitor)


@pytest.mark.parametrize("call", ["acknowledge", "trim", "report", "read"])
async def test_a_crash_at_any_call_of_the_store_loses_nothing_and_repeats_nothing(
    store: Store, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    async def crash(*_: object) -> None:
        raise Crash

    await sender.send()
    await run_until(ArchiveWorker(store, tmp_path, AT_ONCE), nothing_waits(store))
    await sender.send()
    with monkeypatch.context() as patched:
        patched.setattr(type(store.archiving), call, crash)
        with pytest.raises(Crash):
            await ArchiveWorker(store, tmp_path, AT_ONCE).run(asyncio.Event())
    await sender.send()
    await run_until(ArchiveWorker(store, tmp_path, AT_ONCE), nothing_waits(store))

    assert sorted(ids(tmp_path)) == sorted(sender.sent)


async def test_what_was_written_before_a_crash_is_acknowledged_though_nothing_more_comes(
    store: Store, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise Crash

    await sender.send()
    with monkeypatch.context() as patched:
        patched.setattr(type(store.archiving), "acknowledge", crash)
        with pytest.raises(Crash):
            await ArchiveWorker(store, tmp_path, AT_ONCE).run(asyncio.Event())
    behind_ms = await store.archiving.lag_ms(2**52)

    await work_off(ArchiveWorker(store, tmp_path, AT_ONCE))

    assert behind_ms > 0
    assert await store.archiving.lag_ms(2**52) == 0


async def test_what_was_buried_and_put_back_is_archived_once_under_its_first_id(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    await sender.send()
    worker = ArchiveWorker(store, tmp_path, AT_ONCE)
    entries = await store.inbox.read("worker", 100, 1)
    await store.inbox.bury(entries[0], "no reason")
    for buried in await store.inbox.buried():
        await store.inbox.unbury(buried.partition, buried.stream_id)
    await work_off(worker)
    await store.inbox.bury((await store.inbox.read("worker", 100, 1))[0], "again")
    for buried in await store.inbox.buried():
        await store.inbox.unbury(buried.partition, buried.stream_id)
    await work_off(worker)

    assert sorted(ids(tmp_path)) == sorted(sender.sent)
    assert entries[0].id in {line.entry for line in events(tmp_path)}
    assert await store.archiving.lag_ms(2**52) == 0


async def test_an_entry_that_cannot_be_read_is_kept_as_it_is_and_stops_nothing(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    await sender.send()
    entry_id = await store.client.do("XADD", keys.inbox(1), "*", "v", 1, "r", "x", "n", 7, "b", b"\x00broken")
    await sender.send()
    await work_off(ArchiveWorker(store, tmp_path, AT_ONCE))
    (unreadable,) = (line for line in reading.events(tmp_path) if isinstance(line, Unreadable))

    assert sorted(ids(tmp_path)) == sorted(sender.sent)
    assert (unreadable.partition, unreadable.entry) == (1, entry_id.decode())
    assert (unreadable.events, unreadable.batch) == (7, b"\x00broken")


async def test_nothing_is_trimmed_that_workers_or_archive_are_not_through_with(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    # Random agents, which do not compress: each entry fills a node of its stream and can go by itself.
    rng = random.Random(5)
    worker = ArchiveWorker(store, tmp_path, replace(AT_ONCE, chores_interval_ms=3_600_000))
    in_work: list[Any] = []
    ended: set[tuple[int, str]] = set()
    seen: set[tuple[int, str]] = set()
    trimmed = 0
    for _ in range(150):
        await sender.send(1, rng.randbytes(3_000).hex())
        seen |= await _there(store)
        if rng.random() < 0.4:
            in_work += await store.inbox.read("worker", rng.randint(1, 4), 1)
        for entry in rng.sample(in_work, min(len(in_work), rng.randint(0, 6))):
            in_work.remove(entry)
            await store.client.do("XACK", keys.inbox(entry.partition), "workers", entry.id)
            ended.add((entry.partition, entry.id))
        if rng.random() < 0.3:
            await work_off(worker)
        trimmed += await store.archiving.trim()
        archived = reading.archived_through(tmp_path)
        there = await _there(store)
        seen |= there
        assert seen - there <= {
            (partition, entry)
            for partition, entry in ended
            if order(entry) <= order(archived.get(partition, "0-0"))
        }

    assert trimmed > 50


async def _there(store: Store) -> set[tuple[int, str]]:
    """(partition, id) of the entries in the inbox."""
    there: set[tuple[int, str]] = set()
    for partition in range(PARTITIONS):
        found = await store.client.do("XRANGE", keys.inbox(partition), "-", "+")
        there |= {(partition, entry_id.decode()) for entry_id, _ in found}
    return there


async def test_without_an_archiver_nothing_is_trimmed(apollo_service: Service) -> None:
    await Sender(apollo_service.store).send()
    await apollo_service.count()

    assert await apollo_service.store.archiving.trim() == 0
    assert await apollo_service.store.archiving.lag_ms(2**52) > 0


async def test_the_next_archiver_takes_over_when_the_first_has_left(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    first, second = (ArchiveWorker(store, tmp_path, AT_ONCE) for _ in range(2))
    await sender.send()
    stood_by = await first.step() > 0 and await second.step() == 0
    stopping = asyncio.Event()
    stopping.set()
    await first.run(stopping)
    await sender.send()
    await work_off(second)

    assert stood_by
    assert sorted(ids(tmp_path)) == sorted(sender.sent)


async def test_an_archiver_that_has_lost_its_lease_writes_no_more(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    pace = ArchivePace(flush_interval_ms=60_000, lease_ms=100)
    worker = ArchiveWorker(store, tmp_path, pace)
    await sender.send()
    await worker.step()
    await asyncio.sleep(0.2)
    taken = await store.archiving.hold("another", 60_000)
    await worker.flush()
    while_lost = ids(tmp_path)
    read_while_lost = await worker.step()
    await store.archiving.let_go("another")
    await work_off(worker)

    assert taken
    assert (while_lost, read_while_lost) == ([], 0)
    assert sorted(ids(tmp_path)) == sorted(sender.sent)


async def test_a_second_archiver_on_the_same_files_waits_for_the_first_whoever_has_the_lease(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    first = ArchiveWorker(store, tmp_path, replace(AT_ONCE, lease_ms=100))
    second = ArchiveWorker(store, tmp_path, AT_ONCE)
    await sender.send()
    await first.step()
    await asyncio.sleep(0.2)
    by_second = await second.step()
    await sender.send()
    await work_off(first)

    assert by_second == 0
    assert sorted(ids(tmp_path)) == sorted(sender.sent)


async def test_the_archive_of_another_store_is_refused(store: Store, sender: Sender, tmp_path: Path) -> None:
    await sender.send()
    await run_until(ArchiveWorker(store, tmp_path, AT_ONCE), nothing_waits(store))
    await store.client.do("FLUSHALL")
    await sender.send()

    with pytest.raises(WrongArchive, match=f"{tmp_path} holds the archive of another store"):
        await ArchiveWorker(store, tmp_path, AT_ONCE).run(asyncio.Event())
    assert len(ids(tmp_path)) == len(sender.sent) / 2


async def test_a_store_whose_archive_is_elsewhere_waits_for_it_or_begins_anew_when_told(
    store: Store, sender: Sender, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    await sender.send()
    await run_until(ArchiveWorker(store, first, AT_ONCE), nothing_waits(store))
    await sender.send()
    waiting = ArchiveWorker(store, second, AT_ONCE)
    by_waiting = [await waiting.step(), await waiting.step()]
    told = [record.message for record in caplog.records if "standing by" in record.message]
    await work_off(ArchiveWorker(store, second, AT_ONCE, begin_anew=True))

    assert by_waiting == [0, 0]
    assert len(told) == 1
    assert f"not in {second}" in told[0]
    assert sorted(ids(second)) == sorted(sender.sent)  # the workers are not through with any of it


async def test_the_settings_are_saved_when_they_have_changed(apollo_service: Service, tmp_path: Path) -> None:
    store = apollo_service.store
    await store.client.do("HSET", "{settings}:binary", b"\xff\x01", b"\x80")
    worker = ArchiveWorker(store, tmp_path, AT_ONCE)
    await worker.step()
    first, written_ns = settings_file.read(tmp_path), Layout(tmp_path).settings.stat().st_mtime_ns
    await worker.step()
    unchanged_ns = Layout(tmp_path).settings.stat().st_mtime_ns
    await apollo_service.ask("PUT", "/v1/agencies/west", {"name": "West", "country": "US"})
    async with asyncio.timeout(10):
        while (second := settings_file.read(tmp_path)) == first:
            await worker.step()

    assert first is not None
    assert second is not None
    assert written_ns == unchanged_ns
    assert "west" not in first[keys.AGENCIES]["value"]
    assert "west" in second[keys.AGENCIES]["value"]
    assert second == await settings_backup.dump(store.client)
    assert keys.enrollments("apollo-test") in second


async def test_settings_come_back_exactly_into_an_empty_store(apollo_service: Service) -> None:
    client = apollo_service.store.client
    await client.do("HSET", "{settings}:binary", b"\xff\x01", b"\x80\n")
    await client.do("RPUSH", "{settings}:list", "1", b"\xfe", "3")
    await client.do("SADD", "{settings}:set", "x", "y")
    await client.do("ZADD", "{settings}:zset", "1.5", "m")
    await client.do("SET", "{settings}:text", "t", "PX", 1_000_000)
    dumped = await settings_backup.dump(client)
    await client.do("FLUSHALL")
    await settings_backup.put_back(client, dumped)

    assert await settings_backup.dump(client) == dumped
    assert keys.AUDIT_LOG in dumped


async def test_full_segments_are_sealed_beside_the_writing(
    store: Store, sender: Sender, tmp_path: Path
) -> None:
    worker = ArchiveWorker(store, tmp_path, replace(AT_ONCE, segment_mib=0))
    async with asyncio.timeout(30):
        while len(manifest.read(Layout(tmp_path).manifest)) < 3:
            await sender.send()
            await work_off(worker)
            await asyncio.sleep(0.01)

    assert sorted(ids(tmp_path)) == sorted(sender.sent)
    assert reading.verify(tmp_path) >= 3


async def test_the_addresses_of_old_events_are_cut_and_those_of_new_ones_are_not(
    store: Store, tmp_path: Path
) -> None:
    worker = ArchiveWorker(store, tmp_path, replace(AT_ONCE, segment_mib=0, cut_addresses_after_days=30))
    now_ms = await store.now_ms()
    for name, days in (("old", 31), ("new", 29)):
        view = KeptView(name, AT_MS, "a", "p", 1, ip="203.0.113.77")
        entry_id = f"{now_ms - days * 86_400_000}-0"
        await store.client.do("XADD", keys.inbox(0), entry_id, "n", 1, "b", encode_batch([view]))
        await work_off(worker)
    async with asyncio.timeout(10):
        while len(manifest.read(Layout(tmp_path).manifest)) < 3:
            await asyncio.sleep(0.01)
            await worker.step()

    assert {line.event.id: line.event.ip for line in events(tmp_path)} == {
        "old": "203.0.113.0",
        "new": "203.0.113.77",
    }


async def test_the_figures_are_reported_and_shown(apollo_service: Service, tmp_path: Path) -> None:
    await Sender(apollo_service.store).send(2)
    before = (await apollo_service.ask("GET", "/v1/status")).json["archive"]
    await run_until(
        ArchiveWorker(apollo_service.store, tmp_path, AT_ONCE), nothing_waits(apollo_service.store)
    )
    after = (await apollo_service.ask("GET", "/v1/status")).json["archive"]

    assert (before["events"], before["segments"], before["bytes"]) == (0, 0, 0)
    assert before["lag_ms"] >= 0
    size = sum(path.stat().st_size for path in Layout(tmp_path).segments.iterdir())
    assert after == {"lag_ms": 0, "events": 8, "segments": 1, "bytes": size} | FINE


async def test_a_store_that_comes_back_finds_the_archiver_going_on(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "data") as embedded:
        async with open_store(embedded.url, partitions=PARTITIONS) as store:
            await store.inbox.create()
            sender, archive, stopping = Sender(store), tmp_path / "archive", asyncio.Event()
            running = asyncio.create_task(
                ArchiveWorker(store, archive, replace(AT_ONCE, lease_ms=500)).run(stopping)
            )
            for _ in range(3):
                await sender.send()
                await asyncio.sleep(0.2)
                await asyncio.to_thread(embedded.kill)
                await asyncio.sleep(0.8)
                await asyncio.to_thread(embedded.start)
            await sender.send()
            async with asyncio.timeout(30):
                while not await _has_all(store):
                    await asyncio.sleep(0.05)
            stopping.set()
            await running

    assert sorted(ids(archive)) == sorted(sender.sent)


async def _has_all(store: Store) -> bool:
    try:
        return await store.archiving.lag_ms(2**52) == 0
    except ConnectionError:
        return False


async def test_what_is_written_to_an_archive_that_was_removed_is_neither_acknowledged_nor_trimmed(
    store: Store, sender: Sender, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory, worker = tmp_path / "archive", ArchiveWorker(store, tmp_path / "archive", AT_ONCE)
    await sender.send()
    await work_off(worker)
    shutil.rmtree(directory)
    await sender.send()
    sent = await _there(store)

    async def reported() -> bool:
        problem = await store.archiving.problem()
        return problem is not None and "--begin-anew" in problem[0]

    await run_until(worker, reported)
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]

    assert await store.archiving.lag_ms(2**52) > 0
    assert await _there(store) == sent
    assert not directory.exists()
    assert len(errors) == 1
    assert str(directory) in errors[0]
    assert "nothing is archived or trimmed" in errors[0]


async def test_an_archive_that_was_moved_away_and_back_goes_on_and_has_everything_once(
    apollo_service: Service, tmp_path: Path
) -> None:
    store, directory, away = apollo_service.store, tmp_path / "archive", tmp_path / "away"
    sender, worker, stopping = Sender(store), ArchiveWorker(store, directory, AT_ONCE), asyncio.Event()
    await sender.send()
    await work_off(worker)
    directory.rename(away)
    await sender.send()
    running = asyncio.create_task(worker.run(stopping))
    async with asyncio.timeout(10):
        while not await store.archiving.problem():
            await asyncio.sleep(0.02)
    shown = (await apollo_service.ask("GET", "/v1/status")).json["archive"]
    away.rename(directory)
    await sender.send()
    async with asyncio.timeout(10):
        while await store.archiving.problem() or await store.archiving.lag_ms(2**52):
            await asyncio.sleep(0.02)
    stopping.set()
    await running

    assert str(directory) in shown["problem"]
    assert shown["problem_at_ms"] > 0
    assert sorted(ids(directory)) == sorted(sender.sent)


async def test_a_directory_that_cannot_be_made_is_reported_by_name(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    directory = tmp_path / "file" / "archive"

    async def reported() -> bool:
        return await store.archiving.problem() is not None

    await run_until(ArchiveWorker(store, directory, AT_ONCE), reported)
    problem = await store.archiving.problem()

    assert problem is not None
    assert f"cannot write to {directory} ([archive] directory)" in problem[0]
