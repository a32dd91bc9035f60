"""Audits honour what reviewers decided: an upheld account is nobody's winner, in SQL as in the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.domain.flags import Decision
from leaderboard.domain.judging import Ruling
from leaderboard.store.store import Store
from tests.conftest import Service
from tests.recount.archive_lines import a_view
from tests.recount.test_audit import how
from tests.recount.test_audit_closed import CAMPAIGN, came_in, certified, closed
from workers.auditing import audit, examine
from workers.recount_settings import read_settings


@pytest.fixture
async def counted(apollo_service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """Accounts a1 and a2 win with any visitor, a1 with two and a2 with one."""
    text = apollo(CAMPAIGN).replace(">= 14h", ">= 0h")
    toml = {"Content-Type": "application/toml"}
    saved = await apollo_service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}", data=text.encode(), headers=toml)
    assert saved.status == 201, saved.body
    for account in ("a1", "a2"):
        path = f"/v1/campaigns/{CAMPAIGN}/enrollments/{account}"
        assert (await apollo_service.ask("PUT", path, {"hosts": []})).status == 201
    views = (a_view(1, 1), a_view(2, 2), a_view(1, 1, account="a2"))
    await came_in(apollo_service, tmp_path, *views)
    return apollo_service


async def decide(store: Store, flag: str, ruling: Ruling) -> None:
    await store.decisions.put(CAMPAIGN, flag, Decision(ruling, "Looked at.", "token-1", await store.now_ms()))


@pytest.mark.parametrize(
    ("flag", "ruling", "winners"),
    [
        ("refunds~a1", "uphold", {"a2": 1}),
        ("refunds~a1", "dismiss", {"a1": 1, "a2": 2}),
        # A warning that is upheld stays a warning.
        ("schedule~a1", "uphold", {"a1": 1, "a2": 2}),
    ],
)
async def test_the_audit_agrees_after_a_decision(
    counted: Service, tmp_path: Path, flag: str, ruling: Ruling, winners: dict[str, int]
) -> None:
    await decide(counted.store, flag, ruling)
    await counted.count()

    found = await examine(counted.store, CAMPAIGN, how(tmp_path))

    ranks = {name: one.eligible_rank for name, one in found.accounts.items() if one.eligible_rank}
    assert (found.audit.differences, ranks) == ((), winners)
    assert [name for name, _ in found.published.award_order] == list(winners)


async def test_a_decision_that_the_rows_do_not_follow_is_found(counted: Service, tmp_path: Path) -> None:
    await decide(counted.store, "refunds~a1", "uphold")

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))

    assert ("a1", "eligible", True, False) in [
        (one.account, one.field, one.live, one.recounted) for one in found.differences
    ]


async def test_a_certified_result_agrees_whatever_is_decided_later(counted: Service, tmp_path: Path) -> None:
    store = counted.store
    await decide(store, "refunds~a1", "uphold")
    await counted.count()
    await closed(store)
    await certified(store, tmp_path)
    certified_ms = await store.now_ms()
    await asyncio.sleep(0.003)  # decisions are told apart by the millisecond
    for flag, ruling in (("refunds~a1", "dismiss"), ("refunds~a2", "uphold")):
        await decide(store, flag, ruling)  # type: ignore[arg-type]

    found = await audit(store, CAMPAIGN, how(tmp_path))
    then, now = [await read_settings(store, CAMPAIGN, 48, at_ms) for at_ms in (certified_ms, None)]

    assert (found.agrees, found.differences, found.result) == (True, (), 1)
    assert (set(then.upheld), set(now.upheld)) == ({"a1"}, {"a2"})
