"""The stream of standings: first everything, then what changes, and never more than the reader may see."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from leaderboard.domain.standings import Row
from leaderboard.store.awards import Given
from leaderboard.web.stream_tape import event_id
from tests.conftest import Service, serving
from tests.web.asking import refusal_of
from tests.web.streams import PATH, page, publish, watching

TOKEN_SOON_S = 6.0


async def test_the_first_message_is_the_page_as_it_stands(apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5), Row("a3", 1, 7, 5))
    async with watching(apollo_service, "limit=2") as watcher:
        first = await watcher.next()

    assert first.data["whole"]
    assert watcher.page == await page(apollo_service, "limit=2")
    assert watcher.head["version"] == (await apollo_service.ask("GET", PATH)).json["version"]


async def test_a_page_that_was_asked_for_has_the_id_of_the_message_that_shows_it(
    apollo_service: Service,
) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5, orders=3, refunded_orders=1))
    asked = (await apollo_service.ask("GET", f"{PATH}?limit=2")).json
    async with watching(apollo_service, "limit=2") as watcher:
        first = await watcher.next()

    assert event_id(asked) == first.id


async def test_it_is_kept_by_nobody_on_its_way(apollo_service: Service) -> None:
    async with watching(apollo_service) as watcher:
        headers = watcher.response.headers

    assert headers["Content-Type"] == "text/event-stream"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert headers["X-Request-Id"]


async def test_a_change_has_the_changed_entries_and_the_ranks_that_moved(apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5), Row("a2", 1, 8, 5), Row("a3", 1, 7, 5))
    async with watching(apollo_service) as watcher:
        await watcher.next()
        await publish(apollo_service, Row("a3", 2, 20, 6))
        change = (await watcher.next()).data

    assert (change["whole"], change["gone"]) == (False, [])
    assert [(one["account_id"], one["rank"], one["score"]) for one in change["entries"]] == [("a3", 1, 20)]
    assert change["moved"] == [
        {"account_id": "a1", "rank": 2, "award_rank": None},
        {"account_id": "a2", "rank": 3, "award_rank": None},
    ]
    assert "campaign" not in change
    assert watcher.page == await page(apollo_service)


async def test_who_leaves_the_page_is_said(apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5), Row("a2", 1, 8, 5), Row("a3", 1, 7, 5))
    async with watching(apollo_service, "limit=2") as watcher:
        await watcher.next()
        await publish(apollo_service, Row("a3", 2, 20, 6))
        change = (await watcher.next()).data

    assert change["gone"] == ["a2"]
    assert watcher.page == await page(apollo_service, "limit=2")


async def test_names_awards_and_states_are_told_too(apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5, orders=10, effective_ms=50_400_000))
    async with watching(apollo_service) as watcher:
        await watcher.next()
        setting = {"agency_id": "north", "name": "Renamed", "kind": "partner", "country": "US"}
        await apollo_service.ask("PUT", "/v1/accounts/a1", setting)
        renamed = (await watcher.next()).data
        await apollo_service.store.awards.replace(
            "apollo-test", {"a1": [Given("top_five", 1, 400_000)]}, at_ms=1_645_000_000_000
        )
        awarded = (await watcher.next()).data
        await apollo_service.ask("POST", "/v1/campaigns/apollo-test/close", {})
        closed = (await watcher.next()).data

    assert [one["name"] for one in renamed["entries"]] == ["Renamed"]
    assert [one["award"]["amount"] for one in awarded["entries"]] == ["4000.00"]
    assert (closed["campaign"]["state"], closed["entries"]) == ("closing", [])


async def test_an_agency_is_told_what_the_page_tells_it_and_no_more(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="agency", agency="south")
    async with watching(apollo_service, token=token) as watcher:
        await watcher.next()
        await publish(apollo_service, Row("a1", 1, 9, 5, orders=3), Row("a3", 1, 7, 5, orders=4))
        change = (await watcher.next()).data

    assert watcher.page == await page(apollo_service, token=token)
    assert {one["account_id"]: one["orders"] for one in change["entries"]} == {"a1": None, "a3": 4}
    other = next(one for one in change["entries"] if one["account_id"] == "a1")
    assert {name for name, value in other.items() if value is not None} == {
        "rank",
        "account_id",
        "name",
        "score",
    }


async def test_every_reader_of_the_same_page_is_sent_the_same(apollo_service: Service) -> None:
    north, south = [await apollo_service.issue(role="agency", agency=name) for name in ("north", "south")]
    readers = (None, north, south, north, None)
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(watching(apollo_service, token=one)) for one in readers]
        for watcher in watchers:
            await watcher.next()
        await publish(apollo_service, Row("a1", 1, 9, 5), Row("a3", 1, 7, 5))
        told = [(await watcher.next()).id for watcher in watchers]

    assert [told.index(one) for one in told] == [0, 1, 2, 1, 0]
    assert [watcher.page for watcher in watchers] == [
        await page(apollo_service, token=token) for token in readers
    ]


async def test_who_comes_back_is_told_what_was_missed_and_nothing_else(apollo_service: Service) -> None:
    async with AsyncExitStack() as stack:
        staying = await stack.enter_async_context(watching(apollo_service))
        await staying.next()
        async with watching(apollo_service) as watcher:
            await watcher.next()
        for score in (5, 6):
            await publish(apollo_service, Row("a1", score, score, 5))
            await staying.next()
        async with watching(apollo_service, last_id=watcher.last_id) as back:
            back.head, back.entries = watcher.head, watcher.entries
            missed = [(await back.next()).data for _ in range(2)]

    assert [[one["score"] for one in change["entries"]] for change in missed] == [[5], [6]]
    assert [change["whole"] for change in missed] == [False, False]
    assert back.page == await page(apollo_service)


async def test_who_has_missed_nothing_is_told_only_that(apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5))
    async with watching(apollo_service) as watcher:
        await watcher.next()
    async with watching(apollo_service, last_id=watcher.last_id) as back:
        said = await back.next("as_of")

    assert said.data["version"] == watcher.head["version"]
    assert said.data.keys() == {"as_of", "lag_ms", "awards_as_of", "version"}


async def test_another_process_takes_up_where_the_first_left_off(apollo_service: Service) -> None:
    await publish(apollo_service, Row("a1", 1, 9, 5))
    async with watching(apollo_service) as watcher:
        await watcher.next()
    async with serving(apollo_service.store) as other, watching(other, last_id=watcher.last_id) as back:
        said = await back.next("as_of")

    assert said.data["lag_ms"] == 0


@pytest.mark.parametrize("last_id", ["0123456789abcdef", "7", "x" * 500])
async def test_who_cannot_be_told_what_was_missed_is_told_everything(
    apollo_service: Service, last_id: str
) -> None:
    async with watching(apollo_service, last_id=last_id) as watcher:
        first = await watcher.next()

    assert first.data["whole"]
    assert watcher.page == await page(apollo_service)


async def test_something_is_said_while_nothing_happens(apollo_service: Service) -> None:
    async with watching(apollo_service) as watcher:
        await watcher.next()
        said = await watcher.next("as_of", within_s=10)

    assert said.data["as_of"] > "2022"
    assert said.id == ""


async def test_a_revoked_token_ends_its_streams_and_no_others(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="reviewer")
    async with watching(apollo_service) as other, watching(apollo_service, token=token) as watcher:
        await other.next()
        await watcher.next()
        await apollo_service.store.tokens.revoke(token.split("_")[1], "test", 1)
        await watcher.until_it_ends(TOKEN_SOON_S)
        await publish(apollo_service, Row("a1", 1, 9, 5))

        await other.next()
        assert other.page == await page(apollo_service)


async def test_an_expired_token_ends_its_streams(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="reviewer", expires="1s")
    async with watching(apollo_service, token=token) as watcher:
        await watcher.until_it_ends(TOKEN_SOON_S)


async def test_when_the_service_stops_streams_end_at_once(apollo_service: Service) -> None:
    async with AsyncExitStack() as clients, AsyncExitStack() as services:
        other = await services.enter_async_context(serving(apollo_service.store))
        other.session = apollo_service.session  # its own is closed first
        watchers = [await clients.enter_async_context(watching(other)) for _ in range(20)]
        for watcher in watchers:
            await watcher.next()
        began_s = time.monotonic()
        ending = asyncio.create_task(services.aclose())
        for watcher in watchers:
            await watcher.until_it_ends()
        await ending

    assert time.monotonic() - began_s < 2.0


async def test_an_unknown_campaign_is_not_found(service: Service) -> None:
    answer = await service.ask("GET", "/v1/campaigns/none/standings/stream")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
async def test_a_limit_is_that_of_the_page(apollo_service: Service, limit: str) -> None:
    answer = await apollo_service.ask("GET", f"{PATH}/stream?limit={limit}")

    assert (answer.status, refusal_of(answer)) == (422, "invalid")


async def test_a_sender_of_events_watches_nothing(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="ingest", accounts=["a1"])
    answer = await apollo_service.ask("GET", f"{PATH}/stream", token=token)

    assert (answer.status, refusal_of(answer)) == (403, "forbidden")


async def test_head_tells_what_it_is_and_ends(apollo_service: Service) -> None:
    answer = await apollo_service.ask("HEAD", f"{PATH}/stream")

    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "text/event-stream", b"")


async def test_metrics_tell_how_many_are_open(apollo_service: Service) -> None:
    async with watching(apollo_service), watching(apollo_service), watching(apollo_service, "limit=1"):
        metrics = (await apollo_service.ask("GET", "/metrics", token="")).body.decode().splitlines()

    assert "leaderboard_streams 3.0" in metrics
    assert "leaderboard_stream_channels 2.0" in metrics
