"""The whole way of a rescoring: counted and archived, previewed from the archive, applied, audited, and put back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Service, view
from tests.recount.real_path import archive_inbox
from tests.web.rescoring import CAMPAIGN, NETWORK, PATH, ask_for, step, voided
from tests.web.test_standings import standings
from workers.auditing import audit
from workers.moments import How
from workers.rescoring import RescoringWork

FIGURES = ("rank", "account_id", "score", "counted_uv", "voided_uv", "reached_at", "effective_s")


async def published(service: Service) -> list[dict[str, Any]]:
    await service.count()
    entries = (await standings(service)).json["entries"]
    return [{name: entry[name] for name in FIGURES} for entry in entries]


@pytest.fixture
async def bought(apollo_service: Service, tmp_path: Path) -> Service:
    """a1 has five visitors, four of them from one network; a2 has two, one of them seen there, too."""
    there = {"ip": "203.0.113.9"}
    views = [view(n, **there) for n in range(4)] + [view(4)]
    others = [view(5, "a2"), view(6, "a2", **there), view(7, "a2", visitor="visitor-6")]
    await apollo_service.ask("POST", "/v1/events", {"events": views + others})
    await apollo_service.count()
    await archive_inbox(apollo_service.store, tmp_path)
    return apollo_service


async def test_what_was_bought_is_taken_out_and_put_back_and_the_audit_agrees_each_time(
    bought: Service, tmp_path: Path
) -> None:
    how = How(tmp_path, id_memory_h=48, rounds=1, wait_s=0.3, threads=1)
    work = RescoringWork(bought.store, how, interval_s=0)
    before = await published(bought)
    name = (await ask_for(bought, NETWORK)).json["id"]

    await work.step()
    preview = (await bought.ask("GET", f"{PATH}/{name}")).json["preview"]
    untouched = await published(bought)
    applied = await step(bought, name, "apply", preview_sha256=preview["sha256"])
    during, audited = await published(bought), await audit(bought.store, CAMPAIGN, how)
    taken_out = await voided(bought)
    await work.step()
    recounted = await voided(bought)
    back = await step(bought, name, "reverse")
    after, audited_again = await published(bought), await audit(bought.store, CAMPAIGN, how)

    moved = {one["account_id"]: (one["before"], one["after"]) for one in preview["moved"]}
    assert (preview["views"], preview["accounts"]) == (5, 1)
    assert [(figures["rank"], figures["score"]) for figures in moved["a1"]] == [(1, 5), (2, 1)]
    assert [(figures["rank"], figures["score"]) for figures in moved["a2"]] == [(2, 2), (1, 2)]
    assert untouched == before
    assert (applied.status, back.status) == (200, 200)
    assert [(one["account_id"], one["score"], one["voided_uv"]) for one in during] == [
        ("a2", 2, 0),
        ("a1", 1, 4),
        ("a3", 0, 0),
    ]
    assert recounted == taken_out
    assert (audited.differences, audited_again.differences) == ((), ())
    assert after == before
