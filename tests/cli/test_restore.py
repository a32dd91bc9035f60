"""`leaderboard restore`: an empty store filled from the archive has the same standings, and the archive goes on."""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.archive import manifest, reading
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Unreadable
from leaderboard.domain.standings import Row
from leaderboard.store import installation, keys, restoring, settings_backup
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import Store, open_store
from tests.cli.conftest import CommandLine, Done
from tests.conftest import KEY, PARTITIONS, Service, view
from workers.archive import ArchiveWorker
from workers.archive_pace import ArchivePace

AT_ONCE = ArchivePace(flush_interval_ms=0, segment_mib=0, chores_interval_ms=0, settings_interval_ms=0)
CAMPAIGN = "apollo-test"
ACCOUNTS = ("a1", "a2", "a3")


def _event(rng: random.Random, number: int) -> dict[str, Any]:
    """A view, a heartbeat, an order or a refund; ids and visitors come again, also with other content."""
    account = rng.choice(ACCOUNTS)
    at = f"2022-02-{rng.randint(13, 20)}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:00Z"
    money = {"amount": f"{rng.randint(1, 90)}.50", "currency": rng.choice(["USD", "USD", "USD", "EUR"])}
    common = {"at": at, "account_id": account, "id": f"id-{rng.randint(0, number)}"}
    kind = rng.randint(0, 9)
    if kind == 0:
        return common | {"type": "order", "value": money}
    if kind == 1:
        return common | {"type": "refund", "order_id": f"id-{rng.randint(0, number)}", "value": money}
    if kind in (2, 3):
        return common | {
            "type": "heartbeat",
            "host_id": rng.choice(["host-1", "nobody"]),
            "live_session_id": f"session-{account}",
            "covers": 60,
            "activity": rng.choice(["explaining", "explaining", "idle"]),
            "order_channel": "in_app",
            "product_id": "p",
            "motion": 0.5,
        }
    more = {"ip": f"203.0.113.{rng.randint(1, 250)}", "dwell_s": rng.random() * 60}
    return view(number, account, f"visitor-{rng.randint(0, 80)}") | {"id": common["id"], "at": at} | more


async def _fill(service: Service) -> None:
    """Traffic with everything that may go wrong: repetitions, conflicts, batches buried and put back, one unreadable.

    What is buried goes back before anything is applied that was received later: of two views with one id and other
    content the first that is applied stands while the service runs, and the first that was received after a restore.
    """
    rng, store = random.Random(9), service.store
    hosts = {
        "hosts": [
            {
                "host_id": "host-1",
                "schedule": [{"start": "2022-02-15T00:00:00Z", "end": "2022-02-15T08:00:00Z"}],
            }
        ]
    }
    for account in ("a1", "a2"):
        await service.ask("PUT", f"/v1/accounts/{account}/hosts/host-1", {"name": "One"})
        await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}/enrollments/{account}", hosts)
    for batch in range(40):
        events = [_event(rng, 25 * batch + number) for number in range(25)]
        answer = await service.ask("POST", "/v1/events", {"events": events})
        assert answer.json["accepted"] == 25, answer.json
        if batch == 20:
            await _bury_and_put_back(store)
        if batch % 7 == 0:
            await service.count()
    broken = ("v", 1, "r", "x", "n", 2, "b", b"\x00broken")
    await store.client.do("XADD", keys.inbox(1), "*", *broken)
    await store.client.do("HINCRBY", keys.progress(1), "accepted", 2)
    await service.count()


async def _bury_and_put_back(store: Store) -> None:
    for entry in await store.inbox.read("somebody", 100, 1):
        await store.inbox.bury(entry, "out of luck")
    for buried in await store.inbox.buried():
        await store.inbox.unbury(buried.partition, buried.stream_id)


async def _archive(store: Store, directory: Path) -> None:
    worker, stopping = ArchiveWorker(store, directory, AT_ONCE), asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    async with asyncio.timeout(30):
        while await store.archiving.lag_ms(2**52) and not running.done():
            await asyncio.sleep(0.02)
    stopping.set()
    await running


async def _rows(store: Store) -> list[Row]:
    """As of no version: how often a row was written is not part of the standings."""
    accounts = await store.standings.accounts(CAMPAIGN)
    rows = await store.standings.rows(CAMPAIGN, sorted(accounts))
    return [msgspec.structs.replace(row, version=0) for row in rows]


async def _excluded(service: Service) -> dict[str, int]:
    found = (await service.ask("GET", f"/v1/campaigns/{CAMPAIGN}/excluded")).json
    return {str(reason["code"]): int(reason["count"]) for reason in found["reasons"]}


@pytest.fixture
async def archived(apollo_service: Service, cli: CommandLine, store_url: str) -> Path:
    """A filled service and its archive in DATA; the configuration names its store."""
    store = apollo_service.store
    (cli.data / "identity.key").write_text(KEY.hex() + "\n")
    (cli.data / "config.toml").write_text(
        f'[redis]\nurl = "{store_url}"\n[ingest]\npartitions = {PARTITIONS}\n'
    )
    await installation.check(store.client, PARTITIONS, KEY)
    await _fill(apollo_service)
    await _archive(store, cli.data / "archive")
    return cli.data / "archive"


async def _restore(cli: CommandLine, *more: str) -> Done:
    return await cli.without_options("--config", str(cli.data / "config.toml"), "restore", *more)


def _ids(directory: Path) -> list[str]:
    return [line.event.id for line in reading.events(directory) if not isinstance(line, Unreadable)]


async def test_a_restored_store_has_identical_standings_and_settings(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    store = apollo_service.store
    before = await _rows(store), await _excluded(apollo_service), await settings_backup.dump(store.client)
    progress = await store.inbox.progress(0)
    await store.client.do("FLUSHALL")
    done = await _restore(cli)
    await store.directory.open()
    after = await _rows(store), await _excluded(apollo_service), await settings_backup.dump(store.client)
    restored = await store.inbox.progress(0)

    assert done.code == 0, done.err
    assert after == before
    assert {row.account_id for row in before[0]} == set(ACCOUNTS)
    assert all(row.score and row.orders and row.refunded_orders for row in before[0])
    assert any(row.effective_ms and row.kept_ms for row in before[0])
    assert sum(before[1].values()) > 0
    assert (restored.accepted, restored.pending, restored.buried) == (progress.accepted, 0, 2)
    assert f"restored {progress.accepted:,} events and " in done.err
    assert "2 events could not be applied: `leaderboard buried` says why" in done.err


async def test_the_archive_goes_on_and_has_nothing_twice(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    store, before = apollo_service.store, _ids(archived)
    await store.client.do("FLUSHALL")
    await _restore(cli)
    await _archive(store, archived)
    unchanged = _ids(archived)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(99_999)]})
    await _archive(store, archived)

    assert unchanged == before
    assert _ids(archived) == [*before, "view-99999"]


async def test_new_events_follow_the_archived_ones_also_where_the_clock_is_behind(store: Store) -> None:
    ahead = f"{await store.now_ms() + 10_000_000}-5"
    await restoring.follow_on(store.client, {0: ahead})
    entry_id = await store.client.do("XADD", keys.inbox(0), "*", "n", 0)

    assert entry_id == ahead.replace("-5", "-6").encode()


async def test_an_archive_from_elsewhere_is_copied_and_goes_on_in_its_new_place(
    cli: CommandLine, apollo_service: Service, archived: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "archive"
    before, ids = await _rows(apollo_service.store), _ids(archived)
    shutil.move(archived, elsewhere)
    await apollo_service.store.client.do("FLUSHALL")
    done = await _restore(cli, "--from", str(elsewhere))
    await _archive(apollo_service.store, archived)

    assert done.code == 0, done.err
    assert await _rows(apollo_service.store) == before
    assert _ids(archived) == _ids(elsewhere) == ids


async def test_a_store_that_has_an_installation_is_refused_by_name(
    cli: CommandLine, archived: Path, store_url: str
) -> None:
    done = await _restore(cli)

    assert done.code == 1
    assert f"the store {store_url} has an installation (archive " in done.err
    assert f"partitions {PARTITIONS}): restore fills an empty one only: use an empty store" in done.err
    assert "verified" not in done.err


async def test_a_store_with_anything_in_it_is_refused(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    await apollo_service.store.client.do("FLUSHALL")
    await apollo_service.store.client.do("SET", "somebody's", "key")
    done = await _restore(cli)

    assert (done.code, "is not empty: it has 1 key" in done.err) == (1, True)


async def test_a_restore_that_was_cut_off_can_be_used_by_nobody(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    client = apollo_service.store.client
    dumped = await settings_backup.dump(client)
    await client.do("FLUSHALL")
    await restoring.begin(client, dumped)
    done = await _restore(cli)

    assert "was cut off before its end: empty it and begin again" in done.err
    with pytest.raises(installation.WrongInstallation, match="format restoring"):
        await installation.check(client, PARTITIONS, KEY)


async def test_a_damaged_segment_is_named_before_anything_is_restored(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    first = manifest.newest(Layout(archived).manifest)[1]
    path = Layout(archived).sealed(1)
    path.write_bytes(path.read_bytes()[:-1])
    await apollo_service.store.client.do("FLUSHALL")
    done = await _restore(cli)

    assert done.code == 1
    assert f"segment 1 ({path}) is damaged" in done.err
    assert first.sha256 in done.err
    assert await apollo_service.store.client.do("DBSIZE") == 0


async def test_what_does_not_belong_to_the_archive_is_refused(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    await apollo_service.store.client.do("FLUSHALL")
    key, config = cli.data / "identity.key", cli.data / "config.toml"
    key.write_text("00" * 32)
    wrong_key = await _restore(cli)
    key.unlink()
    no_key = await _restore(cli)
    left_without = not key.exists()
    key.write_text(KEY.hex())
    config.write_text(config.read_text().replace("partitions = 3", "partitions = 5"))
    wrong_partitions = await _restore(cli)
    nothing = await _restore(cli, "--from", str(cli.data / "nothing"))

    assert "was made with another identity key" in wrong_key.err
    assert f"{key} is missing: bring it back" in no_key.err
    assert left_without
    assert "ingest.partitions = 3, the configuration says 5" in wrong_partitions.err
    assert f"there is no archive in {cli.data / 'nothing'}" in nothing.err
    assert {done.code for done in (wrong_key, no_key, wrong_partitions, nothing)} == {1}
    assert await apollo_service.store.client.do("DBSIZE") == 0


async def test_the_embedded_store_is_started_for_it(
    cli: CommandLine, apollo_service: Service, archived: Path
) -> None:
    before = await _rows(apollo_service.store)
    config = cli.data / "config.toml"
    config.write_text(f"[ingest]\npartitions = {PARTITIONS}\n")
    done = await _restore(cli)
    again = await _restore(cli)
    with EmbeddedStore(cli.data) as embedded:
        async with open_store(embedded.url, partitions=PARTITIONS) as store:
            after = await _rows(store)

    assert (done.code, again.code) == (0, 1), done.err
    assert "has an installation" in again.err
    assert after == before


async def test_a_configured_archive_whose_disk_is_not_there_is_refused(
    cli: CommandLine, tmp_path: Path
) -> None:
    (cli.data / "config.toml").write_text(f'[archive]\ndirectory = "{tmp_path}/unmounted/archive"\n')
    done = [
        await cli.without_options("--config", str(cli.data / "config.toml"), role)
        for role in ("restore", "up")
    ]

    assert [one.code for one in done] == [1, 1]
    assert all(f"{tmp_path}/unmounted is not there: mount its disk" in one.err for one in done)
    assert not (tmp_path / "unmounted").exists()
