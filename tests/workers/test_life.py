"""The sweep: moves that the clock alone decides, also long after their time, and each of them once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from leaderboard.store.store import Store, open_store
from tests.conftest import PARTITIONS, Service
from workers.closing import Stuck
from workers.life import attempt, sweep

BOTH = ["campaign.open", "campaign.end"]


async def put(service: Service, toml: str, campaign: str) -> None:
    headers = {"Content-Type": "application/toml"}
    answer = await service.ask("PUT", f"/v1/campaigns/{campaign}", data=toml.encode(), headers=headers)
    assert answer.status == 201, answer.body


async def put_past_and_future(service: Service, apollo: Callable[..., str]) -> None:
    """Two campaigns that are long over, one that people close, and one that begins much later."""
    await put(service, apollo("first", close="clock"), "first")
    new_year = apollo("second", start="2023-12-31T00:00:00", end="2024-01-01T00:00:00", close="clock")
    await put(service, new_year, "second")
    await put(service, apollo("by-hand"), "by-hand")
    later = apollo("later", start="2190-12-31T00:00:00", end="2191-01-01T00:00:00", close="clock")
    await put(service, later, "later")


async def moves_of(store: Store, campaign: str) -> list[str]:
    """What the scheduler did, the oldest first, by the audit log."""
    page = await store.audit_log.page(1_000, newest_first=False)
    return [one.action for one in page.entries if one.subject == campaign and one.actor == "scheduler"]


async def test_what_passed_long_ago_is_opened_and_ended_in_one_go(
    service: Service, apollo: Callable[..., str]
) -> None:
    await put_past_and_future(service, apollo)

    done = await sweep(service.store)
    again = await sweep(service.store)

    assert sorted(done) == sorted(
        [*(f"first: {one}" for one in BOTH), *(f"second: {one}" for one in BOTH), "by-hand: campaign.open"]
    )
    assert again == []
    assert await moves_of(service.store, "first") == BOTH
    assert await moves_of(service.store, "second") == BOTH
    states = {name: one.life.state for name, one in service.store.directory.campaigns.items()}
    assert states == {"first": "closing", "second": "closing", "by-hand": "live", "later": "scheduled"}


async def test_three_sweeps_at_once_make_each_move_once(
    service: Service, store_url: str, apollo: Callable[..., str]
) -> None:
    await put_past_and_future(service, apollo)
    async with AsyncExitStack() as opened:
        others = [
            await opened.enter_async_context(open_store(store_url, partitions=PARTITIONS)) for _ in range(3)
        ]
        for other in others:
            await other.directory.open()

        done = await asyncio.gather(*(sweep(other) for other in others))

    assert sorted(action for each in done for action in each) == sorted(
        [*(f"first: {one}" for one in BOTH), *(f"second: {one}" for one in BOTH), "by-hand: campaign.open"]
    )
    assert await moves_of(service.store, "first") == BOTH
    assert await moves_of(service.store, "second") == BOTH
    assert await moves_of(service.store, "by-hand") == BOTH[:1]
    assert (await service.store.lifecycles.life("first")).version == len(BOTH)


async def noted(store: Store) -> str | None:
    found = await store.lifecycles.noted("apollo-test")
    return found.text if found else None


async def test_what_a_campaign_waits_for_is_noted_until_it_is_done(store: Store) -> None:
    async def waits() -> None:
        raise Stuck("for the archive")

    async def is_done() -> None:
        return None

    await attempt(store, "apollo-test", waits)
    before = await noted(store)
    await attempt(store, "apollo-test", is_done)

    assert (before, await noted(store)) == ("for the archive", None)


async def test_what_fails_is_noted_and_keeps_nobody_else_from_moving_on(store: Store) -> None:
    async def fails() -> None:
        raise ValueError("no such thing")

    await attempt(store, "apollo-test", fails)

    assert await noted(store) == "it failed, and is tried again: ValueError: no such thing"


async def test_what_the_work_itself_has_noted_stays(store: Store) -> None:
    async def waits() -> None:
        raise Stuck("for the archive")

    async def is_refused() -> None:
        await store.lifecycles.note("apollo-test", "It was not certified", await store.now_ms())

    await attempt(store, "apollo-test", waits)
    await attempt(store, "apollo-test", is_refused)

    assert await noted(store) == "It was not certified"
