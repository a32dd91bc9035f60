"""The hub: forms and permits of whoever streams, slow readers, too many of them, and a store that goes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from leaderboard.domain.standings import Row
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import open_store
from leaderboard.web.problems import Problem
from leaderboard.web.standings import Freshness
from leaderboard.web.stream_hub import CLOSE_WITHIN_S, INTERVAL_S, Hub
from leaderboard.web.stream_line import NOBODY, SEND_LIMIT_S, Channel, Permit, Subscription
from leaderboard.web.stream_tape import MESSAGES_KEPT, Change, Form
from tests.conftest import PARTITIONS, Service, serving, set_up_apollo
from tests.web.streams import page, publish, watching

ALWAYS = Permit((), lambda _answers, _now_ms: True)
EVERYTHING = Channel("apollo-test", None)
PATIENCE_S = 8.0


@pytest.fixture
async def hub(apollo_service: Service) -> AsyncIterator[Hub]:
    hub = Hub(apollo_service.store, Freshness(apollo_service.store), streams_most=3, channels_most=2)
    yield hub
    await hub.close()


async def told(subscription: Subscription) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(subscription)


def data_of(message: bytes) -> Any:
    return json.loads(message.partition(b"data: ")[2])


async def test_who_has_not_signed_in_is_told_no_details(hub: Hub, apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5, orders=3))
    subscription = hub.subscribe(Channel("apollo-test", NOBODY), ALWAYS)
    entries = data_of(await told(subscription))["entries"]

    seen = {name for one in entries for name, value in one.items() if value is not None}
    assert seen == {"rank", "account_id", "name", "score"}


async def test_a_form_writes_what_has_changed_in_its_own_way(hub: Hub, apollo_service: Service) -> None:
    changes: list[Change] = []

    def write(change: Change) -> bytes:
        changes.append(change)
        return b"%d" % len(changes)

    subscription = hub.subscribe(Channel("apollo-test", None, form=Form("row:th", write)), ALWAYS)
    first = await told(subscription)
    await publish(apollo_service, Row("a3", 1, 7, 5))
    second = await told(subscription)

    assert [message.partition(b"data: ")[2] for message in (first, second)] == [b"1\n\n", b"2\n\n"]
    assert [len(change.entries) for change in changes] == [3, 1]
    # Whole entries, for who shows more of them than their ranks.
    assert [(one["account_id"], one["score"]) for one in changes[1].moved] == [("a1", 0), ("a2", 0)]


async def test_all_who_listen_are_given_the_very_same_bytes(hub: Hub, apollo_service: Service) -> None:
    subscriptions = [hub.subscribe(EVERYTHING, ALWAYS) for _ in range(3)]
    whole = [await told(one) for one in subscriptions]
    await publish(apollo_service, Row("a3", 1, 7, 5))
    changes = [await told(one) for one in subscriptions]

    assert {id(one) for one in whole} == {id(whole[0])}
    assert {id(one) for one in changes} == {id(changes[0])}


async def test_nobody_is_told_more_than_four_times_a_second(hub: Hub, apollo_service: Service) -> None:
    subscription, said_s = hub.subscribe(EVERYTHING, ALWAYS), list[float]()
    publishing = asyncio.create_task(publish_for(apollo_service, 2.0))
    while not publishing.done():
        await told(subscription)
        said_s.append(subscription.line.said_s)

    assert min(later - earlier for earlier, later in pairwise(said_s)) >= 0.249
    assert len(said_s) > 3


async def publish_for(service: Service, seconds: float) -> None:
    until_s, score = monotonic() + seconds, 1
    while monotonic() < until_s:
        await publish(service, Row("a1", score, score, 5))
        score += 1
        await asyncio.sleep(0.02)


async def test_who_was_away_for_a_while_is_given_all_of_it_at_once(hub: Hub, apollo_service: Service) -> None:
    slow, quick = hub.subscribe(EVERYTHING, ALWAYS), hub.subscribe(EVERYTHING, ALWAYS)
    await told(slow)
    await told(quick)
    for score in (1, 2, 3):
        await publish(apollo_service, Row("a3", score, score, 5))
        await told(quick)

    assert (await told(slow)).count(b"event: standings") == 3


async def test_who_was_away_for_too_long_is_given_the_page(hub: Hub, apollo_service: Service) -> None:
    slow = hub.subscribe(EVERYTHING, ALWAYS)
    await told(slow)
    for _ in range(MESSAGES_KEPT + 1):
        slow.line.tape.comment("passes")
    await publish(apollo_service, Row("a3", 1, 7, 5))
    await asyncio.sleep(3 * INTERVAL_S)

    assert data_of(await told(slow))["whole"]


async def test_a_stream_ends_when_its_own_permit_does_not_hold(hub: Hub, apollo_service: Service) -> None:
    await apollo_service.store.client.do("SET", "visit", "1")
    visit = Permit((("GET", "visit"), ("TIME",)), lambda answers, _now_ms: answers[0] is not None)
    ending, going_on = hub.subscribe(EVERYTHING, visit), hub.subscribe(EVERYTHING, ALWAYS)
    await told(ending)
    await told(going_on)
    await apollo_service.store.client.do("DEL", "visit")

    async with asyncio.timeout(PATIENCE_S):
        rest = [message async for message in ending]
    await publish(apollo_service, Row("a3", 1, 7, 5))

    assert rest == []
    assert await told(going_on)


async def test_a_page_that_nobody_watches_any_more_is_not_read(hub: Hub) -> None:
    subscriptions = [hub.subscribe(EVERYTHING, ALWAYS) for _ in range(2)]
    await told(subscriptions[0])
    for one in subscriptions:
        one.close()

    assert (hub.streams, hub.channels) == (0, 0)


async def test_no_more_streams_are_opened_than_can_be_held(hub: Hub) -> None:
    open_ones = [hub.subscribe(EVERYTHING, ALWAYS) for _ in range(3)]
    with pytest.raises(Problem) as refused:
        hub.subscribe(EVERYTHING, ALWAYS)
    open_ones[0].close()
    hub.subscribe(EVERYTHING, ALWAYS)

    assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "2")


async def test_no_more_different_pages_are_read_than_can_be(hub: Hub) -> None:
    for limit in (1, 2):
        hub.subscribe(Channel("apollo-test", None, limit), ALWAYS)
    with pytest.raises(Problem) as refused:
        hub.subscribe(Channel("apollo-test", None, 3), ALWAYS)
    hub.subscribe(Channel("apollo-test", None, 2), ALWAYS)

    assert refused.value.status == 503


async def test_a_campaign_that_is_not_there_ends_its_streams(hub: Hub) -> None:
    with pytest.raises(StopAsyncIteration):
        await told(hub.subscribe(Channel("none", None), ALWAYS))


async def test_what_cannot_be_written_ends_its_own_streams_only(
    hub: Hub, caplog: pytest.LogCaptureFixture, apollo_service: Service
) -> None:
    def write(change: Change) -> bytes:
        if not change.whole:
            raise ValueError("no words for this")
        return b"{}"

    broken = hub.subscribe(Channel("apollo-test", None, form=Form("broken", write)), ALWAYS)
    good = hub.subscribe(EVERYTHING, ALWAYS)
    for one in (broken, good):
        await told(one)
    await publish(apollo_service, Row("a3", 1, 7, 5))
    with pytest.raises(StopAsyncIteration):
        await told(broken)

    assert data_of(await told(good))["entries"]
    assert "no words for this" in caplog.text


async def test_after_its_end_nobody_listens(hub: Hub) -> None:
    await hub.close()

    with pytest.raises(Problem):
        hub.subscribe(EVERYTHING, ALWAYS)


async def test_who_does_not_take_what_he_is_sent_is_cut_off_at_the_end(hub: Hub) -> None:
    stuck = hub.subscribe(EVERYTHING, ALWAYS)
    cut_off = []
    stuck.abort = lambda: cut_off.append(stuck)
    async with asyncio.timeout(2 * CLOSE_WITHIN_S):
        await hub.close()

    assert cut_off == [stuck]


async def test_who_takes_nothing_for_too_long_is_cut_off(hub: Hub) -> None:
    stuck, slow = hub.subscribe(EVERYTHING, ALWAYS), hub.subscribe(EVERYTHING, ALWAYS)
    cut_off: list[object] = []
    for one in (stuck, slow):
        one.abort = partial(cut_off.append, one)
    slow.sending_s = monotonic()
    stuck.sending_s = monotonic() - SEND_LIMIT_S - 1
    await asyncio.sleep(2 * INTERVAL_S)

    assert set(cut_off) == {stuck}


async def test_a_client_that_takes_nothing_holds_up_nobody(apollo_service: Service) -> None:
    async with watching(apollo_service) as stuck, watching(apollo_service) as watcher:
        connection = stuck.response.connection
        assert connection
        assert connection.transport
        connection.transport.pause_reading()
        await watcher.next()
        await publish(apollo_service, Row("a3", 1, 7, 5))
        await watcher.next()

        assert watcher.page == await page(apollo_service)


async def test_while_the_store_is_away_streams_stay_open_and_say_so(tmp_path: Path, apollo: Any) -> None:
    with EmbeddedStore(tmp_path) as embedded:
        async with open_store(embedded.url, partitions=PARTITIONS) as store:
            await store.inbox.create()
            await store.directory.open()
            async with serving(store) as service:
                await set_up_apollo(service, apollo())
                async with watching(service) as watcher:
                    await watcher.next()
                    embedded.kill()
                    said = await watcher.next("comment", within_s=15)
                    embedded.start()
                    await publish(service, Row("a3", 1, 7, 5))
                    change = await watcher.next(within_s=10)

                    assert said.data == "the store is away"
                    assert not change.data["whole"]
                    assert watcher.page == await page(service)
