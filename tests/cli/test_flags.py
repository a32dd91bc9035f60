"""`leaderboard flags`: the queue of a reviewer, and a decision."""

from __future__ import annotations

import pytest

from leaderboard.__main__ import main
from tests.cli.conftest import CommandLine
from tests.conftest import Service
from tests.web.test_standings import live_row, publish


@pytest.fixture
async def held(apollo_service: Service) -> Service:
    """a1 and a3 are on hold by the rule `refunds`."""
    await publish(apollo_service, live_row("a1", 9, refunds=3), live_row("a3", 7, refunds=5))
    return apollo_service


async def test_flags_are_listed_with_what_was_found(cli: CommandLine, held: Service) -> None:
    done = await cli("flags", "apollo-test")
    as_json = (await cli("flags", "apollo-test", "--json")).json

    assert [line.split()[:3] for line in done.lines] == [
        ["flag", "action", "status"],
        ["refunds~a1", "hold", "open"],
        ["refunds~a3", "hold", "open"],
    ]
    assert "refund rate is 50% (at least 30%)" in done.lines[2]
    assert [flag["id"] for flag in as_json["items"]] == ["refunds~a1", "refunds~a3"]


async def test_a_decision_is_made_and_shows_in_the_list(cli: CommandLine, held: Service) -> None:
    first, second = [await held.issue(role="reviewer", name=name) for name in ("ana", "bo")]
    decide = ("flags", "decide", "apollo-test", "refunds~a1", "uphold", "--reason", "Own staff.")
    proposed = await cli(*decide, token=first)
    waiting = await cli("flags", "apollo-test", "--account", "a1")
    done = await cli(*decide, token=second)
    upheld, still_open = (
        await cli("flags", "apollo-test", "--status", "upheld"),
        await cli("flags", "--status", "open", "--json", "apollo-test"),
    )

    assert "refunds~a1 is open; to uphold it is proposed, and takes another reviewer" in proposed.err
    assert waiting.lines[1].endswith("a second reviewer")
    assert (done.code, done.out, done.err) == (0, "", "leaderboard: refunds~a1 is upheld\n")
    assert upheld.lines[1].split()[:3] == ["refunds~a1", "hold", "upheld"]
    assert upheld.lines[1].endswith("Own staff.")
    assert [flag["id"] for flag in still_open.json["items"]] == ["refunds~a3"]


async def test_a_decision_can_be_read_as_json(cli: CommandLine, held: Service) -> None:
    token = await held.issue(role="reviewer")
    words = ("flags", "decide", "apollo-test", "refunds~a1", "dismiss", "--reason", "Fine.", "--json")
    done = await cli(*words, token=token)

    assert (done.json["status"], done.json["takes_effect"]) == ("dismissed", "at_once")


async def test_where_there_is_nothing_it_is_said(cli: CommandLine, held: Service) -> None:
    warned, other = (
        await cli("flags", "apollo-test", "--action", "warn"),
        await cli("flags", "apollo-test", "--account", "a2"),
    )

    assert {(one.code, one.out, one.err) for one in (warned, other)} == {
        (0, "", "leaderboard: no flags fit the filter\n")
    }


@pytest.mark.parametrize(
    "words",
    [
        ("apollo-test", "refunds~a1"),
        ("decide", "apollo-test", "refunds~a1"),
        ("decide", "apollo-test", "refunds~a1", "acquit", "--reason", "x"),
        ("decide", "apollo-test", "refunds~a1", "uphold"),
        ("decide", "apollo-test", "refunds~a1", "uphold", "--reason", ""),
    ],
)
async def test_half_a_decision_is_wrong_usage(cli: CommandLine, words: tuple[str, ...]) -> None:
    done = await cli("flags", *words)

    assert done.code == 2
    assert "--reason" in done.err


async def test_a_refusal_is_one_line(cli: CommandLine, held: Service) -> None:
    done = await cli("flags", "decide", "apollo-test", "refunds~a1", "uphold", "--reason", "x")

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("leaderboard: A token of role admin may not do this; it takes reviewer. Set ")


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (("flags", "--help"), "usage: leaderboard flags [-h] [--status STATUS]"),
        (("flags", "decide", "--help"), "usage: leaderboard flags decide [-h] --reason TEXT"),
        (("flags", "decide", "c", "f", "uphold", "-h"), "usage: leaderboard flags decide [-h] --reason TEXT"),
    ],
)
def test_the_list_and_a_decision_have_a_help_of_their_own(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], usage: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)

    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(usage)


async def test_the_audit_log_lists_what_was_decided_and_why(cli: CommandLine, held: Service) -> None:
    token = await held.issue(role="reviewer")
    await cli(
        "flags", "decide", "apollo-test", "refunds~a1", "dismiss", "--reason", "One batch.", token=token
    )
    log = await cli("audit-log", "--action", "decision.put")

    assert log.lines[1].split()[-3:] == ["dismiss", "One", "batch."]
