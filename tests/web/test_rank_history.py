"""Ranks over time, and movement since an hour ago: everybody sees those of all, and nothing where nothing is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.lifecycle import closed_by_hand, opened
from leaderboard.domain.rank_history import SLOT_MS, Moment
from leaderboard.domain.times import rfc3339
from tests.conftest import Answer, Service, set_up_apollo, view
from tests.web.asking import refusal_of
from tests.workers.closing import move, pinned

CAMPAIGN = "apollo-test"
PATH = f"/v1/campaigns/{CAMPAIGN}/standings"
Order = list[tuple[str, int]]


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str]) -> Service:
    """In the middle of its window: a3 leads with two visitors, then a1 with one."""
    await set_up_apollo(service, apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00"))
    events = [view(1, "a3"), view(2, "a3"), view(3, "a1")]
    await service.ask("POST", "/v1/events", {"events": events})
    await service.count()
    await move(service, opened)
    return service


async def was(service: Service, age_ms: int, order: Order) -> int:
    """The order was so at that age."""
    at_ms = await service.store.now_ms() - age_ms
    await service.store.rank_history.take(CAMPAIGN, order, at_ms)
    return at_ms


async def history(service: Service, query: str = "", token: str | None = None) -> Answer:
    return await service.ask("GET", f"{PATH}/history?{query}", token=token)


def lines(answer: Answer) -> dict[str, tuple[list[int | None], list[int | None]]]:
    return {one["account_id"]: (one["ranks"], one["scores"]) for one in answer.json["accounts"]}


async def hour_ago(service: Service, token: str | None = None) -> dict[str, Any]:
    entries = (await service.ask("GET", PATH, token=token)).json["entries"]
    return {entry["account_id"]: entry["rank_an_hour_ago"] for entry in entries}


async def test_ranks_and_scores_are_told_up_to_this_moment(live: Service) -> None:
    at_ms = await was(live, 2 * HOUR_MS, [("a1", 1), ("a3", 0), ("a2", 0)])
    answer = await history(live)

    assert lines(answer) == {
        "a3": ([2, 1], [0, 2]),
        "a1": ([1, 2], [1, 1]),
        "a2": ([3, 3], [0, 0]),
    }
    assert answer.json["times"][0] == {"at": rfc3339(at_ms), "by_hour": False}
    assert answer.json["accounts"][0]["name"] == "Account a3"


async def test_accounts_are_named_or_lead(live: Service) -> None:
    found = [
        list(lines(await history(live, query)))
        for query in ("top=1", "account=a2", "account=a2&account=a1", "account=a2&top=1", "top=0")
    ]

    assert found == [["a3"], ["a2"], ["a1", "a2"], ["a3", "a2"], []]


async def test_an_account_that_was_not_there_has_no_rank(live: Service) -> None:
    await was(live, 2 * HOUR_MS, [("a1", 1)])

    assert lines(await history(live))["a3"] == ([None, 1], [None, 2])


async def test_of_late_there_is_a_rank_behind_the_first_hundred_too(live: Service) -> None:
    many = [(f"x{number:03}", 9) for number in range(120)]
    for age_ms in (HOUR_MS // 2, 3 * HOUR_MS):
        await was(live, age_ms, [*many, ("a1", 1)])

    assert lines(await history(live, "account=a1"))["a1"] == ([None, 121, 2], [None, 1, 1])


async def test_hours_that_were_worked_out_are_told_as_such(live: Service) -> None:
    at_ms = await live.store.now_ms() // HOUR_MS * HOUR_MS - 3 * HOUR_MS
    await live.store.rank_history.put_hours(CAMPAIGN, [Moment(at_ms, [("a1", 1)], by_hour=True)])
    answer = await history(live, "top=2")

    assert answer.json["times"][0] == {"at": rfc3339(at_ms), "by_hour": True}
    assert [one["by_hour"] for one in answer.json["times"]] == [True, False]


async def test_a_history_ends_with_the_window_and_what_came_of_it(apollo_service: Service) -> None:
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1, "a2")]})
    await apollo_service.count()
    answer = await history(apollo_service, "top=1")

    assert answer.json["times"] == [{"at": "2022-02-28T08:00:00.000Z", "by_hour": False}]
    assert lines(answer) == {"a2": ([1], [1])}


async def test_before_its_start_a_campaign_has_no_history(
    service: Service, apollo: Callable[..., str]
) -> None:
    await set_up_apollo(service, apollo(start="2089-01-01T00:00:00", end="2089-02-01T00:00:00"))
    await service.count()

    assert (await history(service)).json["times"] == []
    assert lines(await history(service))["a1"] == ([], [])


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("top=21", 422, "invalid"),
        ("top=x", 422, "invalid"),
        ("account=", 422, "invalid"),
        ("&".join(f"account=a{number}" for number in range(21)), 422, "invalid"),
        ("account=nobody", 404, "not_found"),
    ],
)
async def test_what_cannot_be_told_is_said(live: Service, query: str, status: int, code: str) -> None:
    answer = await history(live, query)

    assert (answer.status, refusal_of(answer)) == (status, code)


async def test_an_agency_sees_the_ranks_of_all(live: Service) -> None:
    await was(live, HOUR_MS, [("a1", 1), ("a3", 0), ("a2", 0)])
    token = await live.issue(role="agency", agency="north")

    assert lines(await history(live, token=token)) == lines(await history(live))
    assert await hour_ago(live, token) == {"a3": 2, "a1": 1, "a2": 3}


async def test_an_ingest_token_reads_no_history(live: Service) -> None:
    answer = await history(live, token=await live.issue(role="ingest"))

    assert (answer.status, refusal_of(answer)) == (403, "forbidden")


async def test_without_a_snapshot_of_an_hour_ago_there_is_no_movement(live: Service) -> None:
    await was(live, HOUR_MS - SLOT_MS, [("a1", 1), ("a3", 0), ("a2", 0)])
    await was(live, HOUR_MS + 4 * SLOT_MS, [("a1", 1), ("a3", 0), ("a2", 0)])

    assert await hour_ago(live) == {"a3": None, "a1": None, "a2": None}


async def test_an_account_that_was_not_there_an_hour_ago_has_not_moved(live: Service) -> None:
    await was(live, HOUR_MS, [("a1", 1), ("a2", 0)])

    assert await hour_ago(live) == {"a3": None, "a1": 1, "a2": 2}


async def test_what_is_frozen_does_not_move(live: Service) -> None:
    await was(live, HOUR_MS, [("a1", 1), ("a3", 0), ("a2", 0)])
    await move(live, closed_by_hand)
    await pinned()
    await move(live, lambda life, now_ms: life.moved("review", now_ms))

    assert await hour_ago(live) == {"a3": None, "a1": None, "a2": None}


async def test_an_agency_cannot_tell_from_hours_what_was_taken_out_of_anothers_score(live: Service) -> None:
    at_ms = await live.store.now_ms() // HOUR_MS * HOUR_MS - 3 * HOUR_MS
    order = [("a1", 9), ("a3", 8)]
    await live.store.rank_history.put_hours(CAMPAIGN, [Moment(at_ms, order, by_hour=True)])
    north = await live.issue(role="agency", agency="north")
    answer = await history(live, "account=a1&account=a3", token=north)
    scores = {one["account_id"]: one["scores"][0] for one in answer.json["accounts"]}
    ranks = {one["account_id"]: one["ranks"][0] for one in answer.json["accounts"]}

    assert scores == {"a1": 9, "a3": None}
    assert ranks == {"a1": 1, "a3": 2}
