"""What the demo of cheats tells: who was planted, what was found, and commands that exist."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from leaderboard.__main__ import build_parser
from leaderboard.demo.cheats_told import Case, Desk, case_of, how_to_decide, what_was_found
from leaderboard.demo.client import DemoError
from tests.demo.terminal import CHANGES, commands_of

CASE = Case("integrity.cells~acc-1", "acc-1", "agency-000", "203.0.113.0/24")
DESK = Desk("http://127.0.0.1:1", Path("/data"), CASE, "tokenoffirst")
LABELS = [
    {
        "account": "acc-1",
        "agency": "agency-000",
        "kind": "attack",
        "name": "farm",
        "fake_share": 0.41,
        "hosts": [],
    },
    {
        "account": "acc-2",
        "agency": "agency-001",
        "kind": "honest",
        "name": "normal",
        "fake_share": 0.0,
        "hosts": [{"kind": "attack", "name": "loop"}, {"kind": "honest", "name": "chatty"}],
    },
]

Item = dict[str, Any]


def flag(name: str, action: str, said: str) -> Item:
    account = name.partition("~")[2]
    return {"id": name, "account_id": account, "action": action, "reason": {"detail": said}}


def test_it_is_told_who_was_planted_and_what_was_found() -> None:
    flags = [
        flag("integrity.loop~acc-2", "hold", "The sound comes again."),
        flag("refunds~acc-1", "hold", "Many."),
    ]

    said = what_was_found(LABELS, flags).splitlines()

    assert said == [
        "Planted on purpose, which no detector is told:",
        "  acc-1 buys visitors of a click farm: 41% of all it has",
        "  acc-2 has a host who plays a recording over and over",
        "Found by the detectors:",
        "  integrity.loop~acc-2",
        "      The sound comes again.",
        "Found by the rules of the campaign: 1 hold or warning.",
    ]


def test_the_case_is_a_hold_that_names_a_network_of_a_farm_rather_than_of_others() -> None:
    named = "41% of the visitors came from one network (203.0.113.0/24)"
    flags = [
        flag("integrity.cells~acc-2", "hold", named),
        flag("integrity.dwell~acc-1", "review", named),
        flag("integrity.fresh~acc-1", "hold", "few are known"),
        flag("integrity.cells~acc-1", "hold", named),
    ]

    assert case_of(flags, LABELS) == CASE
    assert case_of(flags[:3], LABELS).account == "acc-2"


def test_a_world_without_such_a_case_is_told_of() -> None:
    with pytest.raises(DemoError, match="take another --seed"):
        case_of([flag("integrity.fresh~acc-2", "hold", "few are known")], LABELS)


def test_the_commands_exist() -> None:
    commands = [line for line in commands_of(how_to_decide(DESK)) if " leaderboard " in f" {line}"]

    for command in commands:
        words = shlex.split(command.partition("leaderboard ")[2])
        build_parser().parse_args(words)

    assert sum(any(change in command for change in CHANGES) for command in commands) == 6
