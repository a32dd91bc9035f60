"""Decisions on flags: kept with their history, told to who caches, and at work in the award ranking."""

from __future__ import annotations

import asyncio

from leaderboard.domain.flags import Decision
from leaderboard.domain.judging import Ruling
from leaderboard.domain.standings import Row
from leaderboard.store import settings_backup
from leaderboard.store.store import Store
from tests.store.test_judge import C, account, apollo_store, enroll, publish, put

__all__ = ["apollo_store"]

ENOUGH_MS = 50_400_000


def held_row(name: str, score: int) -> Row:
    """Three of ten orders refunded: on hold by Apollo's rule `refunds`."""
    return Row(name, 1, score, 5, orders=10, refunded_orders=3, effective_ms=ENOUGH_MS)


async def decide(
    store: Store, name: str, ruling: Ruling, reason: str = "Looked at.", campaign: str = C
) -> None:
    decision = Decision(ruling, reason, "token-1", await store.now_ms())
    await store.decisions.put(campaign, f"refunds~{name}", decision)


async def award_order(store: Store) -> list[str]:
    return [name for name, _ in (await store.standings.everything(C)).award_order]


async def test_the_newest_decision_stands_and_the_ones_before_are_kept(store: Store) -> None:
    before_ms = await store.now_ms() - 1
    await decide(store, "a", "uphold", "First.")
    first_ms = await store.now_ms()
    await asyncio.sleep(0.003)  # decisions are told apart by the millisecond
    await decide(store, "a", "dismiss", "Second.")
    await decide(store, "b", "uphold", campaign="another")

    now, then = await store.decisions.of(C), await store.decisions.as_of(C, first_ms)

    assert {flag: (one.decision, one.reason, one.by) for flag, one in now.items()} == {
        "refunds~a": ("dismiss", "Second.", "token-1")
    }
    assert {flag: (one.decision, one.reason) for flag, one in then.items()} == {
        "refunds~a": ("uphold", "First.")
    }
    assert await store.decisions.as_of(C, before_ms) == {}
    assert await store.decisions.as_of(C, await store.now_ms()) == now


async def test_every_decision_stands_in_the_audit_log(store: Store) -> None:
    for ruling in ("uphold", "dismiss"):
        await decide(store, "a", ruling)

    entries = (await store.audit_log.page(10)).entries

    shown = [(one.actor, one.action, one.subject, bool(one.before), one.why) for one in reversed(entries)]
    assert shown == [
        ("token-1", "decision.put", f"{C}/refunds~a", False, "Looked at."),
        ("token-1", "decision.put", f"{C}/refunds~a", True, "Looked at."),
    ]


async def test_decisions_come_back_with_the_other_settings(store: Store) -> None:
    await decide(store, "a", "uphold")
    before = await store.decisions.of(C)
    dumped = await settings_backup.dump(store.client)
    await store.client.do("FLUSHALL")

    await settings_backup.put_back(store.client, dumped)

    assert await store.decisions.of(C) == before
    assert await store.decisions.as_of(C, await store.now_ms()) == before


async def test_a_decision_is_seen_after_a_refresh_and_told_to_who_follows(apollo_store: Store) -> None:
    directory = apollo_store.directory
    news, before = directory.follow(), await directory.rulings(C)

    await decide(apollo_store, "a", "uphold")
    await directory.refresh()

    assert (before, await directory.rulings(C)) == ({}, {"a": {"refunds": "uphold"}})
    assert (news.accounts, news.campaigns, news.everything) == ({"a"}, set(), False)
    assert await directory.rulings("another") == {}


async def test_an_upheld_account_leaves_the_award_order_and_who_stood_below_moves_up(
    apollo_store: Store,
) -> None:
    await publish(apollo_store, held_row("a", 9), held_row("b", 8))
    orders = [await award_order(apollo_store)]
    for ruling in ("uphold", "dismiss"):
        await decide(apollo_store, "a", ruling)
        await apollo_store.directory.refresh()
        await apollo_store.judge.rejudge(C, ["a", "b"], 2)
        orders.append(await award_order(apollo_store))

    assert orders == [["a", "b"], ["b"], ["a", "b"]]
    assert [row.account_id for row in (await apollo_store.standings.page(C, 0, 9)).rows] == ["a", "b"]


async def test_newer_counts_do_not_bring_an_upheld_account_back(apollo_store: Store) -> None:
    await publish(apollo_store, held_row("a", 9))
    await decide(apollo_store, "a", "uphold")

    # Enough orders more to be below the limit of the rule.
    [row] = await publish(
        apollo_store, Row("a", 2, 12, 5, orders=99, refunded_orders=3, effective_ms=ENOUGH_MS)
    )

    assert (row.version, row.eligible) == (2, False)
    [reason] = (await apollo_store.judge.verdicts(C, [row]))["a"].reasons
    assert reason.code == "validator.upheld"


async def test_a_decision_concerns_one_campaign_and_one_account(apollo_store: Store) -> None:
    await put(apollo_store, "c", account())
    await enroll(apollo_store, "c")
    await decide(apollo_store, "a", "uphold", campaign="another")
    await decide(apollo_store, "c", "uphold")

    rows = await publish(apollo_store, held_row("a", 9), held_row("b", 8), held_row("c", 7))

    assert {row.account_id: row.eligible for row in rows} == {"a": True, "b": True, "c": False}


async def test_a_judge_that_has_not_heard_of_a_decision_does_not_undo_it(apollo_store: Store) -> None:
    await publish(apollo_store, held_row("a", 9))
    stale = await apollo_store.judge.judged(C, [held_row("a", 9)])
    await decide(apollo_store, "a", "uphold")
    await apollo_store.directory.refresh()
    await apollo_store.judge.rejudge(C, ["a"], 2)

    await apollo_store.standings.publish(C, stale.rows, 3, stale.as_of)

    assert await award_order(apollo_store) == []
