"""Checkpoints over HTTP: who may ask for one, what is told of the last, and its report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.domain.checkpoints import Failure, Wish
from leaderboard.domain.lifecycle import opened
from tests.conftest import Service, view
from tests.web.asking import refusal_of
from tests.web.lives import put_life
from tests.workers.closing import CAMPAIGN, campaign_of_two, how, move, send
from tests.workers.looking import find_a1
from workers.checkpointing import checkpoint

CHECKPOINTS = f"/v1/campaigns/{CAMPAIGN}/checkpoints"
REPORT = f"/v1/campaigns/{CAMPAIGN}/integrity"


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    await campaign_of_two(service, apollo())
    await move(service, opened)
    views = [view(1), view(2), view(3, user_agent="curl/8.0"), view(4, account="a2")]
    await send(service, tmp_path, views)
    return service


async def read(service: Service, path: str) -> Any:
    answer = await service.ask("GET", path, token=await service.issue(role="reviewer"))
    assert answer.status == 200, answer.body
    return answer.json


async def test_before_the_first_one_there_is_nothing_to_say(live: Service) -> None:
    found = await read(live, CHECKPOINTS)

    assert found == {
        "campaign_id": CAMPAIGN,
        "mode": "act",
        "last": None,
        "asked": None,
        "running": None,
        "problem": None,
    }
    assert refusal_of(await live.ask("GET", REPORT)) == "not_found"


async def test_a_reviewer_asks_for_one_and_others_wait_with_him(live: Service) -> None:
    first, second = await live.issue(role="reviewer"), await live.issue(role="reviewer")
    asked = await live.ask("POST", CHECKPOINTS, token=first)
    again = await live.ask("POST", CHECKPOINTS, token=second)

    assert (asked.status, again.status) == (202, 202)
    assert asked.json["asked"] == again.json["asked"] == (await read(live, CHECKPOINTS))["asked"]
    assert asked.json["asked"]["by"] in first


async def test_the_last_one_is_shown_with_what_goes_on(live: Service, tmp_path: Path) -> None:
    store = live.store
    await checkpoint(store, CAMPAIGN, how(tmp_path), "t1", find_a1)
    await store.checkpoints.fail(CAMPAIGN, Failure(1_000, "It broke.", "t2"))
    await store.checkpoints.begin(CAMPAIGN, Wish(2_000, "scheduler"))
    found = await read(live, CHECKPOINTS)

    last = found["last"]
    assert (last["number"], last["by"], last["mode"], last["state"]) == (1, "t1", "act", "live")
    assert (last["flags"], last["holds"], last["discounted_uv"]) == ({"cells": 1}, 1, 1)
    assert found["running"] == {"at": "1970-01-01T00:00:02.000Z", "by": "scheduler"}
    assert found["problem"] == {"at": "1970-01-01T00:00:01.000Z", "by": "t2", "text": "It broke."}


async def test_the_report_shows_the_figures_side_by_side(live: Service, tmp_path: Path) -> None:
    await checkpoint(live.store, CAMPAIGN, how(tmp_path), "t1", find_a1)
    found = await read(live, REPORT)

    assert (found["checkpoint"], found["mode"], found["rules"]) == (1, "act", ["cells/1"])
    assert (found["flags"], found["held"], found["reranked"]) == ({"cells": 1}, 1, 0)
    assert {one["account_id"]: one for one in found["items"]}["a1"] == {
        "account_id": "a1",
        "gross_uv": 3,
        "invalid_uv": {"crawler": 1},
        "counted_uv": 2,
        "discounted_uv": 1,
        "net_uv": 1,
        "held": True,
        "flags": ["integrity.cells~a1"],
        "before": {
            "rank": 1, "score": 3, "eligible": False, "award": {"amount": "0.00", "currency": "USD"},
        },
        "after": {
            "rank": 1, "score": 1, "eligible": False, "award": {"amount": "0.00", "currency": "USD"},
        },
    }  # fmt: skip


async def test_the_report_is_read_a_page_at_a_time(live: Service, tmp_path: Path) -> None:
    await checkpoint(live.store, CAMPAIGN, how(tmp_path), "t1", find_a1)
    first = await read(live, f"{REPORT}?limit=1")
    second = await read(live, f"{REPORT}?limit=1&cursor={first['cursor']}")

    assert [one["account_id"] for one in first["items"] + second["items"]] == ["a1", "a2"]
    assert second["cursor"] is None


@pytest.mark.parametrize(("method", "path"), [("POST", CHECKPOINTS), ("GET", CHECKPOINTS), ("GET", REPORT)])
async def test_it_is_no_business_of_agencies(live: Service, method: str, path: str) -> None:
    agency = await live.issue(role="agency", agency="north")

    assert refusal_of(await live.ask(method, path, token=agency)) == "forbidden"


async def test_where_nothing_is_looked_at_the_reason_is_told(
    live: Service, apollo: Callable[..., str]
) -> None:
    await put_life(live, state="certified")
    final = await live.ask("POST", CHECKPOINTS)
    off = apollo("apollo-off") + '\n[integrity]\nmode = "off"\n'
    headers = {"Content-Type": "application/toml"}
    assert (
        await live.ask("PUT", "/v1/campaigns/apollo-off", data=off.encode(), headers=headers)
    ).status == 201
    without = await live.ask("POST", "/v1/campaigns/apollo-off/checkpoints")

    assert refusal_of(final) == refusal_of(without) == "no_checkpoint"
    assert (
        final.json["detail"]
        == f"{CAMPAIGN} has no checkpoint made: it is certified, by the flags that it had."
    )
    assert "integrity is off in its definition" in without.json["detail"]
