"""Rows judged by settings as they are and were, and by the archive's values; nothing older stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from leaderboard.domain.accounts import Account
from leaderboard.domain.enrollments import Enrollment, HostSchedule, Slot
from leaderboard.domain.standings import Row
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.store.test_directory import save_campaign

C = "apollo-test"
START_MS = 1_644_825_600_000  # 14 February 2022 in Los Angeles
FAR_MS = 4_102_444_800_000
ENOUGH_MS = 50_400_000

Apollo = Callable[..., str]


def account(kind: str = "partner", name: str = "Ana") -> Account:
    return Account("north", name, kind, "US")  # type: ignore[arg-type]


async def put(store: Store, name: str, value: Account) -> None:
    await store.settings.put_account(name, value, "test")


async def enroll(store: Store, name: str, enrollment: Enrollment | None = None) -> None:
    await store.settings.enroll(
        C, name, enrollment or Enrollment(), "test", starts_at_ms=START_MS, ends_at_ms=FAR_MS
    )


async def publish(store: Store, *rows: Row) -> list[Row]:
    await store.directory.refresh()
    await store.judge.publish(C, rows, 1)
    return (await store.standings.page(C, 0, 100)).rows


def row(name: str, effective_ms: int = ENOUGH_MS, version: int = 1) -> Row:
    return Row(name, version, 5, 1, effective_ms=effective_ms)


@pytest.fixture
async def apollo_store(store: Store, apollo: Apollo) -> Store:
    await save_campaign(store, apollo())
    for name in ("a", "b"):
        await put(store, name, account())
        await enroll(store, name)
    await store.directory.refresh()
    return store


async def test_who_has_reached_everything_is_eligible(apollo_store: Store) -> None:
    await put(apollo_store, "b", account("merchant"))

    # The first known state counts: the campaign began before the account was there.
    rows = await publish(apollo_store, row("a"), row("b"), row("stranger"), row("short", ENOUGH_MS - 1))

    assert {one.account_id: one.eligible for one in rows} == {
        "a": True, "b": True, "stranger": False, "short": False,
    }  # fmt: skip


async def test_an_admitted_account_shows_with_nothing_and_keeps_what_it_has(apollo_store: Store) -> None:
    await apollo_store.judge.publish(C, [row("a")], 1)
    for name in ("fresh", "a"):
        await apollo_store.judge.admit(C, name, 2)

    rows = (await apollo_store.standings.page(C, 0, 10)).rows

    assert [(one.account_id, one.score) for one in rows] == [("a", 5), ("fresh", 0)]


async def test_where_nothing_is_asked_for_everybody_is_eligible_from_the_start(
    store: Store, apollo: Apollo
) -> None:
    text = apollo().replace('require = ["effective_live >= 14h"]\nrank_by', "rank_by")
    await save_campaign(store, text)
    await put(store, "a", account())

    await store.judge.admit(C, "a", 1)

    assert [one.eligible for one in (await store.standings.page(C, 0, 9)).rows] == [True]


async def test_a_promise_stands_in_the_row(apollo_store: Store) -> None:
    slots = [Slot(START_MS - 1_000, START_MS + 5_000), Slot(START_MS + 9_000, START_MS + 10_000)]
    await enroll(apollo_store, "a", Enrollment([HostSchedule("h", slots)]))

    [found] = await publish(apollo_store, row("a"))

    assert found.promised_ms == 6_000


async def test_a_change_of_settings_changes_the_judgement_of_the_same_counts(
    store: Store, apollo: Apollo
) -> None:
    await save_campaign(store, apollo(start="2090-02-14T00:00:00", end="2090-02-28T00:00:00"))
    await put(store, "a", account())
    before = await publish(store, row("a"))
    await put(store, "a", account("merchant"))
    await store.directory.refresh()

    changed = [await store.judge.rejudge(C, ["a", "stranger"], 2) for _ in range(2)]

    after = (await store.standings.page(C, 0, 9)).rows
    assert ([one.eligible for one in before], [one.eligible for one in after]) == ([True], [False])
    assert changed == [1, 0]
    assert await store.client.do("ZCARD", keys.eligible(C)) == 0


async def test_newer_counts_with_an_older_judgement_are_judged_anew(store: Store, apollo: Apollo) -> None:
    await save_campaign(store, apollo(start="2090-02-14T00:00:00", end="2090-02-28T00:00:00"))
    await put(store, "a", account())
    await publish(store, row("a"))
    stale = await store.judge.judged(C, [row("a", version=2)])
    await put(store, "a", account("merchant"))
    await store.directory.refresh()
    await store.judge.rejudge(C, ["a"], 2)

    refused = await store.standings.publish(C, stale.rows, 3, stale.as_of)
    await store.judge.publish(C, stale.rows, 4)

    [found] = (await store.standings.page(C, 0, 9)).rows
    assert refused == (0, ["a"])
    assert (found.version, found.eligible) == (2, False)


async def test_a_judge_that_lags_behind_takes_in_what_it_missed(store: Store, apollo: Apollo) -> None:
    await save_campaign(store, apollo(start="2090-02-14T00:00:00", end="2090-02-28T00:00:00"))
    await put(store, "a", account())
    await publish(store, row("a"))
    judged = await store.judge.judged(C, [row("a", version=2)])
    newer = judged.as_of._replace(place=judged.as_of.place + 1)
    await store.standings.publish(C, [row("a")], 2, newer)
    await put(store, "a", account("merchant"))

    # Its directory has not been refreshed: what it hands in is older than what is published.
    await store.judge.publish(C, [row("a", version=2)], 3)

    [found] = (await store.standings.page(C, 0, 9)).rows
    assert (found.version, found.eligible) == (2, False)


async def test_what_no_counter_keeps_comes_from_the_archive(store: Store, apollo: Apollo) -> None:
    text = apollo().replace(
        'where = ["effective == true", "host.registered == true"]', 'where = ["effective == true"]'
    )
    await save_campaign(store, text)
    await put(store, "a", account())
    unknown = await publish(store, row("a", 0))
    [reason] = (await store.judge.verdicts(C, unknown))["a"].reasons
    eligible = []
    for as_of_ms, effective_ms in ((5, ENOUGH_MS), (6, ENOUGH_MS - 1), (7, ENOUGH_MS + 1)):
        await store.metric_values.put(C, {"a": {"effective_live": effective_ms}}, as_of_ms)
        await store.judge.rejudge(C, ["a"], as_of_ms)
        eligible += (await store.standings.page(C, 0, 9)).rows

    assert (reason.code, reason.rule) == ("not_evaluated", "effective_live")
    assert [one.eligible for one in [*unknown, *eligible]] == [False, True, False, True]


async def test_enrolment_decides_the_state_that_registration_looks_at(store: Store, apollo: Apollo) -> None:
    await save_campaign(store, apollo().replace('at = "open"', 'at = "register"'))
    await put(store, "a", account("merchant"))
    await put(store, "a", account("partner"))
    await enroll(store, "a")
    await asyncio.sleep(0.002)  # states are told apart by the millisecond
    await put(store, "a", account("merchant", "New"))

    assert [one.eligible for one in await publish(store, row("a"))] == [True]


async def test_every_award_has_a_verdict_of_its_own(apollo_store: Store, apollo: Apollo) -> None:
    await save_campaign(
        apollo_store,
        apollo().replace(
            'require = ["effective_live >= 14h"]\ninstrument', 'require = ["orders >= 1"]\ninstrument'
        ),
    )
    await apollo_store.directory.refresh()

    verdicts = [
        (await apollo_store.judge.verdicts(C, [row("a")], award))["a"] for award in (None, "gmv_rebate")
    ]

    assert [verdict.eligible for verdict in verdicts] == [True, False]
