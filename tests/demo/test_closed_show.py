"""The demo of a closed campaign: certified by itself, and paid by the very commands that it prints."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import stat
import sys
from io import StringIO
from pathlib import Path

from leaderboard.__main__ import build_parser
from leaderboard.demo.closed_show import how_to_pay, perform_closed
from leaderboard.demo.payees import payee_setting
from leaderboard.demo.show import Plan

MADE_UP_ACCOUNT = payee_setting(1)["bank"]["account"]
AWARDS = [
    {"account_id": "a", "amount": {"amount": "4000.00", "currency": "USD"}},
    {"account_id": "a", "amount": {"amount": "0.50", "currency": "USD"}},
    {"account_id": "b", "amount": {"amount": "2500.00", "currency": "USD"}},
]


def test_it_is_said_what_is_to_be_paid_with_commands_that_exist() -> None:
    said = how_to_pay("http://127.0.0.1:1", Path("/data"), AWARDS)

    assert said.startswith("apollo-demo is certified: 3 awards, USD 6500.50, to 2 made-up accounts")
    commands = re.findall(r"^  (?:LEADERBOARD_TOKEN=\S+ )?leaderboard (.*)$", said, re.MULTILINE)
    assert [" ".join(command.split()[:2]) for command in commands] == [
        "payouts prepare",
        "payouts approve",
        "payouts export",
        "verify apollo-demo-1.ach",
        "payouts reconcile",
        "payouts ledger",
    ]
    for command in commands:
        build_parser().parse_args(shlex.split(command))


async def run_printed(said: str, directory: Path) -> str:
    """What comes of the printed commands, each run twice as somebody in doubt would; any failure is one of the test."""
    lines = [
        line.strip()
        for line in said.partition("in another terminal")[2].splitlines()
        if line.startswith("  ")
    ]
    settings, commands = lines[:2], lines[2:]
    doubled = [command for command in commands for _ in range(2)]
    script = [f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}', *settings, *doubled]
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euc", "\n".join(script)),
        cwd=directory,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_a_closed_campaign_is_paid_by_the_commands_that_are_printed(tmp_path: Path) -> None:
    data, elsewhere, out = tmp_path / "data", tmp_path / "elsewhere", StringIO()
    data.mkdir(mode=0o700)
    elsewhere.mkdir()
    show = asyncio.create_task(
        perform_closed(Plan(seed=7, accounts=8, rate=100, port=0, for_s=None), data, out)
    )
    while "Ctrl-C ends it" not in out.getvalue() and not show.done():
        await asyncio.sleep(0.1)
    if show.done():
        show.result()
    paid = await run_printed(out.getvalue(), elsewhere)
    show.cancel()
    await asyncio.wait([show])

    assert "apollo-demo-1, settled, of campaign apollo-demo" in paid
    assert paid.count("compared   apollo-demo-1.ach is this file, byte for byte") == 2
    assert re.search(
        r"^checked: \d+ entries add up to the balances; the sum of all is USD 0\.00$",
        paid.rstrip().splitlines()[-1],
    )
    assert stat.S_IMODE((elsewhere / "apollo-demo-1.ach").stat().st_mode) == 0o600
    assert {stat.S_IMODE(path.stat().st_mode) for path in data.glob("*.token")} == {0o600}
    assert MADE_UP_ACCOUNT not in paid
