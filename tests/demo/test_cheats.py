"""The demo of cheats: found by the detectors, and reviewed from flag to audit log by the very commands it prints."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from leaderboard.demo.cheats import perform_cheats
from leaderboard.demo.client import Client, DemoError
from leaderboard.demo.closing import CAMPAIGN
from leaderboard.demo.show import Plan
from tests.demo.terminal import Terminal

# The clocks and counts that tell one look from another; the rest is who stands where, and why.
LOOKS = ("as_of", "awards_as_of", "version")

Item = dict[str, Any]


class Looks:
    """What the API says to the reviewers, the agency and the admin."""

    def __init__(self, session: ClientSession, said: str, data: Path) -> None:
        match = re.search(r"export LEADERBOARD_URL=(\S+)", said)
        assert match
        self.by = {
            path.stem: Client(session, match[1], path.read_text().strip()) for path in data.glob("*.token")
        }

    async def standings(self) -> Item:
        page = await self.by["reviewer"].get(f"{CAMPAIGN}/standings?limit=1000")
        return {name: value for name, value in page.items() if name not in LOOKS}

    async def standings_like(self, part: Callable[[Item], Item], expected: Item) -> Item:
        """The standings, once they are as expected: awards follow a moment behind."""
        for _ in range(100):
            page = await self.standings()
            if part(page) == expected:
                break
            await asyncio.sleep(0.2)
        assert part(page) == expected
        return page


async def told(show: asyncio.Task[None], out: StringIO) -> str:
    """All that the show prints before it only stays."""
    while "Ctrl-C ends it" not in out.getvalue():
        if show.done():
            show.result()
        await asyncio.sleep(0.1)
    return out.getvalue()


def foretold(before: Item, preview: Item) -> Item:
    """Account → rank, score and award as the preview has them."""
    stand = standing(before)
    return stand | {
        one["account_id"]: (one["after"]["rank"], one["after"]["score"], one["after"]["award"]["amount"])
        for one in preview["moved"]
    }


def standing(page: Item) -> Item:
    """Account → rank, score and award."""
    return {
        one["account_id"]: (one["rank"], one["score"], (one["award"] or {"amount": "0.00"})["amount"])
        for one in page["entries"]
    }


@pytest.mark.timeout(300)  # a service, and thirty commands that each start anew
async def test_a_cheat_is_reviewed_by_the_commands_that_are_printed(tmp_path: Path) -> None:
    data, elsewhere, out = tmp_path / "data", tmp_path / "elsewhere", StringIO()
    data.mkdir(mode=0o700)
    elsewhere.mkdir()
    show = asyncio.create_task(
        perform_cheats(Plan(seed=7, accounts=12, rate=1, port=0, for_s=None), data, out)
    )
    try:
        said = await told(show, out)
        async with ClientSession() as session:
            await review(Terminal(said, elsewhere), Looks(session, said, data), said)
    finally:
        show.cancel()
        await asyncio.wait([show])

    assert {stat.S_IMODE(path.stat().st_mode) for path in data.glob("*.token")} == {0o600}


async def review(terminal: Terminal, looks: Looks, said: str) -> None:
    """From the flag to the audit log."""
    case = re.search(r"flags show apollo-demo (\S+)", said)
    assert case
    name = case[1]
    await the_flag_has_its_reasons(terminal, name)
    await another_reviewer_answers(terminal, looks, name)

    assert "agrees on 12 accounts" in await terminal.give_until(" audit ")
    before = await looks.standings()
    await terminal.give_until("rescore show")
    rescoring = await looks.by["reviewer"].get(f"{CAMPAIGN}/rescorings/{rescoring_of(said)}")
    after = await looks.standings_like(standing, foretold(before, rescoring["preview"]))
    assert [one["account_id"] for one in after["entries"] if one["voided_uv"]] == [name.partition("~")[2]]
    assert "agrees on 12 accounts" in await terminal.give_until(" audit ")

    await terminal.give_until("rescore reverse")
    await looks.standings_like(lambda page: page, before)
    assert "agrees on 12 accounts" in await terminal.give_until(" audit ")

    assert "chain whole" in await terminal.give_until("audit-log verify")
    await every_decision_is_in_the_audit_log(looks, name)
    assert "sim-v" not in terminal.heard
    assert re.findall(r"\b\d+\.\d+\.\d+\.\d+\b(?!/24)", terminal.heard) == []


def rescoring_of(said: str) -> str:
    match = re.search(r"rescore apply apollo-demo (\S+)", said)
    assert match
    return match[1]


async def the_flag_has_its_reasons(terminal: Terminal, name: str) -> None:
    listed = await terminal.give_until("--by-impact")
    shown = await terminal.give_until("flags show")

    assert name in listed
    assert re.search(r"\d+% of the visitors \(\d+ of \d+\) came from one network \(\S+/24\)", shown)
    assert "No person has decided on it yet." in shown


async def another_reviewer_answers(terminal: Terminal, looks: Looks, name: str) -> None:
    path = f"{CAMPAIGN}/flags/{name}"
    await terminal.give_until("flags appeal")
    with pytest.raises(DemoError, match=r"403 .*another reviewer answers the appeal"):
        await looks.by["reviewer"].post(f"{path}/decision", {"decision": "dismiss", "reason": "Mine."})
    await terminal.give_until("flags decide")

    shown = await looks.by["reviewer"].get(path)
    first, answer = shown["history"]
    assert first["by"] != answer["by"]
    assert [(one["number"], one["state"]) for one in shown["appeals"]] == [(1, "rejected")]


async def every_decision_is_in_the_audit_log(looks: Looks, name: str) -> None:
    log = (await looks.by["admin"].get("/v1/audit-log?subject=apollo-demo/&limit=200"))["items"]
    decided = {"decision.put", "appeal.put", "appeal.answer"}
    rescored = {"rescoring.ask", "rescoring.prepare", "rescoring.apply", "rescoring.reverse"}
    found = [entry for entry in reversed(log) if entry["action"] in decided | rescored]

    assert [entry["action"] for entry in found] == [
        "decision.put",
        "appeal.put",
        "decision.put",
        "appeal.answer",
        "rescoring.ask",
        "rescoring.prepare",
        "rescoring.apply",
        "rescoring.reverse",
    ]
    assert [states_of(entry) for entry in found if entry["action"] in rescored] == [
        (None, "preparing"),
        ("preparing", "prepared"),
        ("prepared", "applied"),
        ("applied", "reversed"),
    ]
    assert [decision_of(entry) for entry in found if entry["action"] == "decision.put"] == [
        (None, "uphold"),
        ("uphold", "uphold"),
    ]
    assert all(name in entry["subject"] for entry in found if entry["action"] in decided)


def states_of(entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Before and after; the log leaves out what a rescoring begins with."""
    before, after = (one and one.get("state", "preparing") for one in (entry["before"], entry["after"]))
    return before, after


def decision_of(entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Before and after."""
    before, after = (one and one["decision"] for one in (entry["before"], entry["after"]))
    return before, after
