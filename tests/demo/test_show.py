"""The whole demo against a small door: settings, feed, screen, summary, and how it ends."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from leaderboard.demo.client import DemoError
from leaderboard.demo.service import Service
from leaderboard.demo.show import Plan, Serve, perform
from leaderboard.demo.world import make_world

if TYPE_CHECKING:
    from tests.demo.conftest import Door

PLAN = Plan(seed=7, accounts=16, rate=300, port=0, for_s=1.0)


def _serve(door: Door) -> Serve:
    """The door in place of a child that runs the service."""

    @asynccontextmanager
    async def serve(data: Path, port: int) -> AsyncIterator[Service]:
        (data / "admin.token").write_text("admin-secret")
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # noqa: ASYNC220
        service = Service(child, data, port)
        service.url = door.url
        try:
            yield service
        finally:
            child.kill()
            child.wait()

    return serve


@pytest.fixture
def out() -> StringIO:
    return StringIO()


async def test_the_settings_the_history_and_the_feed_go_through_the_door(
    door: Door, tmp_path: Path, out: StringIO
) -> None:
    await perform(PLAN, tmp_path, out, _serve(door))

    world = make_world(7, 16)
    assert tomllib.loads(door.puts["/v1/campaigns/apollo-demo"].decode())["id"] == "apollo-demo"
    assert sum(path.startswith("/v1/agencies/") for path in door.puts) == 8
    assert sum(path.count("/") == 3 and "/accounts/" in path for path in door.puts) == 16
    assert {path.rpartition("/")[2] for path in door.puts if "/enrollments/" in path} == {
        account.id for account in world.accounts if account.enrolled
    }
    assert {event["type"] for body in door.bodies for event in orjson.loads(body)["events"]} >= {
        "heartbeat",
        "product_view",
    }
    assert door.tokens == {"Bearer feed-secret"}


async def test_somebody_of_each_role_gets_a_link_and_everybody_who_may_win_bank_details(
    door: Door, tmp_path: Path, out: StringIO
) -> None:
    await perform(PLAN, tmp_path, out, _serve(door))

    links = re.findall(r"^  (\S+) +http\S+/sign-in/link/\d+$", out.getvalue(), re.MULTILINE)
    assert links == ["operator", "reviewer", "second-reviewer", "preparer", "approver", "agency"]
    assert door.links == ["admin", "reviewer", "reviewer", "payout_preparer", "payout_approver", "agency"]
    assert set(door.confirmed) == {account.id for account in make_world(7, 16).accounts if account.enrolled}


async def test_it_ends_by_itself_and_sums_up(door: Door, tmp_path: Path, out: StringIO) -> None:
    began = time.monotonic()
    await perform(PLAN, tmp_path, out, _serve(door))

    text = out.getvalue()
    assert 1 < time.monotonic() - began < 30
    assert "MADE-UP DATA" in text
    assert "| final |" in text
    assert "not_enrolled" in text
    assert "10 s short" in text
    assert "0 without an answer" in text
    assert "buys views from a click farm" in text
    assert "\x1b" not in text


async def test_ended_by_a_person_it_still_sums_up(door: Door, tmp_path: Path, out: StringIO) -> None:
    endless = Plan(seed=7, accounts=16, rate=300, port=0, for_s=None)
    show = asyncio.create_task(perform(endless, tmp_path, out, _serve(door)))
    await door.seen.wait()

    show.cancel()
    await show

    assert "| final |" in out.getvalue()
    assert "Planted on purpose" in out.getvalue()


async def test_a_refused_setting_ends_it_with_the_reason(door: Door, tmp_path: Path, out: StringIO) -> None:
    door.url += "/nowhere"

    with pytest.raises(DemoError, match="PUT /v1/agencies/demo-agency-01: 404"):
        await perform(PLAN, tmp_path, out, _serve(door))
