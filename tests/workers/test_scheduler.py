"""The scheduler: what no counter keeps comes from the archive on a tick, and decides with the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.signing import SigningKey
from leaderboard.store.directory import Campaign, counted_campaign
from tests.conftest import Service, view
from tests.workers.closing import archive
from workers.scheduler import Recounting, Scheduler, is_due

SESSIONS = """
[metric.valid_sessions]
source = "live"
where = ["effective == true"]
steps = [{ by = ["session"], agg = "sum", keep = ">= 1m" }, { agg = "count" }]

[[validator]]
id = "refunds"
"""
NOON = datetime(2022, 2, 20, 12, tzinfo=UTC)


@pytest.fixture
async def by_sessions(service: Service, apollo: Callable[..., str]) -> Service:
    """Apollo, but who wants to win needs a session of at least a minute; accounts a1 and a2 are enrolled."""
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    toml = apollo().replace('\n[[validator]]\nid = "refunds"', SESSIONS, 1)
    toml = toml.replace('require = ["effective_live >= 14h"]', 'require = ["valid_sessions >= 1"]')
    headers = {"Content-Type": "application/toml"}
    answer = await service.ask("PUT", "/v1/campaigns/apollo-test", data=toml.encode(), headers=headers)
    assert answer.status == 201, answer.body
    for account in ("a1", "a2"):
        setting = {"agency_id": "north", "name": account, "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/{account}", setting)
        await service.ask("PUT", f"/v1/accounts/{account}/hosts/h1", {"name": "Host"})
        path = f"/v1/campaigns/apollo-test/enrollments/{account}"
        assert (await service.ask("PUT", path, {"hosts": [{"host_id": "h1"}]})).status == 201
    await asyncio.sleep(0.002)
    return service


def beat(number: int, account: str, session: str) -> dict[str, Any]:
    return {
        "type": "heartbeat",
        "id": f"{session}-{number}",
        "at": (NOON + timedelta(seconds=20 * number)).isoformat(),
        "account_id": account,
        "host_id": "h1",
        "live_session_id": session,
        "covers": 20,
        "activity": "explaining",
        "product_id": "p1",
        "order_channel": "in_app",
        "motion": 0.5,
    }


async def standings(service: Service) -> dict[str, tuple[bool, list[str]]]:
    answer = await service.ask("GET", "/v1/campaigns/apollo-test/standings")
    return {
        entry["account_id"]: (entry["eligible"], [reason["code"] for reason in entry["reasons"]])
        for entry in answer.json["entries"]
    }


async def test_a_metric_that_no_counter_keeps_decides_once_it_is_recounted(
    by_sessions: Service, tmp_path: Path
) -> None:
    service = by_sessions
    long, short = (beat(n, "a1", "s1") for n in range(3)), (beat(n, "a2", "s2") for n in range(2))
    await service.ask("POST", "/v1/events", {"events": [view(1), view(2, account="a2"), *long, *short]})
    await service.count()
    before = await standings(service)
    await archive(service, tmp_path)

    # With the key that every real one has, which is handed to no other process.
    key = SigningKey(b"s" * 32)
    scheduler = Scheduler(service.store, Recounting(tmp_path, 48, interval_s=0, signing_key=key))
    recounted = await scheduler.tick()
    after = await standings(service)

    assert {account: codes for account, (_, codes) in before.items()} == {
        "a1": ["not_evaluated"],
        "a2": ["not_evaluated"],
    }
    assert recounted == ["apollo-test"]
    assert after == {"a1": (True, []), "a2": (False, ["requirement"])}


async def test_of_two_schedulers_one_acts(by_sessions: Service, tmp_path: Path) -> None:
    await archive(by_sessions, tmp_path)
    first, second = (
        Scheduler(by_sessions.store, Recounting(tmp_path, id_memory_h=48, interval_s=0)) for _ in range(2)
    )

    assert [await first.tick(), await second.tick()] == [["apollo-test"], []]


async def test_a_scheduler_runs_by_its_clock_and_gives_its_lease_back(
    by_sessions: Service, tmp_path: Path
) -> None:
    await archive(by_sessions, tmp_path)
    values, stopping = by_sessions.store.metric_values, asyncio.Event()
    scheduler = Scheduler(by_sessions.store, Recounting(tmp_path, id_memory_h=48, interval_s=0))

    running = asyncio.create_task(scheduler.run(stopping))
    async with asyncio.timeout(20):
        while not await values.as_of_ms("apollo-test"):
            await asyncio.sleep(0.05)
    stopping.set()
    await running

    await by_sessions.ask("POST", "/v1/events", {"events": [view(1)]})
    other = Scheduler(by_sessions.store, Recounting(tmp_path, id_memory_h=48, interval_s=0))
    assert await other.tick() == ["apollo-test"]


async def test_values_are_no_newer_than_the_archive(by_sessions: Service, tmp_path: Path) -> None:
    store = by_sessions.store
    await archive(by_sessions, tmp_path)
    await by_sessions.ask("POST", "/v1/events", {"events": [view(1)]})
    await asyncio.sleep(0.3)

    recounted = await Scheduler(store, Recounting(tmp_path, id_memory_h=48, interval_s=0)).tick()

    assert recounted == ["apollo-test"]
    assert await store.metric_values.as_of_ms("apollo-test") <= await store.now_ms() - 300


async def test_without_an_archive_nothing_is_evaluated(by_sessions: Service, tmp_path: Path) -> None:
    await Scheduler(by_sessions.store, Recounting(tmp_path, id_memory_h=48, interval_s=0)).tick()

    assert await by_sessions.store.metric_values.as_of_ms("apollo-test") == 0


def test_values_are_due_when_they_are_old_and_something_came_in_since(
    apollo: Callable[..., str],
) -> None:
    definition = parse_toml(apollo(close="clock"))
    campaign = Campaign(definition, "", counted_campaign(definition), definition)
    window = campaign.counted.window
    start_ms, cutoff_ms = window.starts_at_ms, window.cutoff_ms

    assert not is_due(campaign, 0, start_ms - 1, 60, start_ms)
    assert is_due(campaign, 0, start_ms, 60, start_ms - 1)
    assert not is_due(campaign, start_ms, start_ms + 59_999, 60, start_ms)
    assert is_due(campaign, start_ms, start_ms + 60_000, 60, start_ms)
    assert not is_due(campaign, start_ms + 1, start_ms + 60_001, 60, start_ms)
    # A refund that comes after the cut-off takes back what its order brought.
    assert is_due(campaign, cutoff_ms + 1, cutoff_ms + 86_400_000, 60, cutoff_ms + 86_300_000)
