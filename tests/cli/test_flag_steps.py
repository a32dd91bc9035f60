"""`leaderboard flags show`, `decide`, `appeal` and `cases`, and the list of what detectors found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leaderboard.__main__ import main
from tests.cli.conftest import CommandLine
from tests.conftest import Service
from tests.web.reviewing import LINK, SENTENCE, People, finding, put_raised, raised
from tests.web.test_standings import live_row, publish

HELD = "integrity.cells~a1"
REASON = ("--reason", "Looked at.")


@pytest.fixture
async def people(apollo_service: Service) -> People:
    """a1 is on hold by a detector; a2, which is better, is warned."""
    await publish(apollo_service, live_row("a1", 9), live_row("a2", 12))
    idle = finding("a2", "warn", 0, detector="idle", rule="idle/1", host="maya")
    now_ms = await apollo_service.store.now_ms()
    await put_raised(apollo_service, raised("a1", first_ms=now_ms), raised("a2", idle, detector="idle"))
    return await People.of(apollo_service)


async def decide(cli: CommandLine, people: People, who: str, decision: str, *more: str) -> str:
    words = ("flags", "decide", "apollo-test", HELD, decision, *(more or REASON))
    return (await cli(*words, token=people.tokens[who])).err


async def test_what_detectors_found_is_listed_and_by_impact_the_best_come_first(
    cli: CommandLine, people: People
) -> None:
    plain = await cli("flags", "apollo-test")
    by_impact = await cli("flags", "apollo-test", "--by-impact")
    of_one = await cli("flags", "apollo-test", "--rule", "idle", "--json")

    assert [line.split()[0] for line in plain.lines] == ["flag", HELD, "integrity.idle~a2"]
    assert SENTENCE in plain.lines[1]
    assert [line.split()[:5] for line in by_impact.lines[1:]] == [
        ["integrity.idle~a2", "warn", "open", "1", "0"],
        [HELD, "hold", "open", "2", "0"],
    ]
    assert [flag["id"] for flag in of_one.json["items"]] == ["integrity.idle~a2"]


async def test_a_flag_is_shown_with_its_reasons_and_its_evidence(cli: CommandLine, people: People) -> None:
    await decide(cli, people, "ana", "disqualify", "--reason", "Own devices.", "--partner-link", LINK)
    await decide(cli, people, "bo", "disqualify", "--reason", "I agree.")
    await people.appeal(HELD, "A school.", attachments=[{"name": "letter.txt", "text": "x"}])
    shown = await cli("flags", "show", "apollo-test", HELD)
    as_json = await cli("flags", "show", "apollo-test", HELD, "--json")

    assert shown.lines[0] == f"{HELD}  hold, disqualified"
    for part in (SENTENCE, "Decided by two reviewers", "none of the campaign's awards", "share", LINK):
        assert part in shown.out
    steps = shown.lines[[line.startswith("at (UTC)") for line in shown.lines].index(True) + 1 :]
    assert [line.split("  ")[1] for line in steps] == [
        "disqualify proposed",
        "disqualify",
        "appeal 1, open",
    ]
    assert as_json.json["appeals"][0]["attachments"][0]["name"] == "letter.txt"


async def test_a_disqualification_takes_a_link_and_two_reviewers(cli: CommandLine, people: People) -> None:
    unlinked = await decide(cli, people, "ana", "disqualify")
    proposed = await decide(cli, people, "ana", "disqualify", *REASON, "--partner-link", LINK)
    alone = await decide(cli, people, "ana", "disqualify", "--reason", "I agree.")
    done = await decide(cli, people, "bo", "disqualify")

    assert unlinked.startswith("leaderboard: partner_link: a disqualification says what links the partner")
    assert proposed == (
        f"leaderboard: {HELD} is open; to disqualify it is proposed, and takes another reviewer to agree\n"
    )
    assert "takes another reviewer to agree" in alone
    assert done == f"leaderboard: {HELD} is disqualified\n"


async def test_an_agency_appeals_with_a_file_and_attachments(
    cli: CommandLine, people: People, tmp_path: Path
) -> None:
    text, letter = tmp_path / "appeal.txt", tmp_path / "letter.txt"
    text.write_text("They are pupils.", "utf-8")
    letter.write_text("We are a school.", "utf-8")
    words = ("flags", "appeal", "apollo-test", HELD, "--file", str(text), "--attach", str(letter))
    done = await cli(*words, token=people.tokens["north"])
    again = await cli("flags", "appeal", "apollo-test", HELD, "--text", "No.", token=people.tokens["north"])
    listed = await cli("flags", "apollo-test", "--account", "a1")

    assert done.err == f"leaderboard: the appeal on {HELD} waits for a reviewer with 1 attachment\n"
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert "there is one at a time" in again.err
    assert listed.lines[1].endswith("an answer to the appeal")


async def test_of_a_former_agencys_appeal_an_agency_is_shown_where_it_stands(
    cli: CommandLine, people: People
) -> None:
    await people.appeal(HELD, "They are pupils.")
    account = {"agency_id": "south", "name": "a1", "kind": "partner", "country": "US"}
    await people.service.ask("PUT", "/v1/accounts/a1", account)

    shown = await cli("flags", "show", "apollo-test", HELD, token=people.tokens["south"])

    assert "appeal 1, open" in shown.out
    assert "(of another agency)" in shown.out
    assert "pupils" not in shown.out


async def test_cases_are_a_json_object_a_line(cli: CommandLine, people: People) -> None:
    nothing = await cli("flags", "cases", "apollo-test")
    await decide(cli, people, "ana", "dismiss", "--reason", "A school.")
    [line] = (await cli("flags", "cases", "apollo-test")).lines

    assert (nothing.code, nothing.out, nothing.err.startswith("leaderboard: no cases")) == (0, "", True)
    assert (json.loads(line)["label"], json.loads(line)["reason"]) == ("honest", "A school.")


@pytest.mark.parametrize(
    "words",
    [
        ("show", "apollo-test"),
        ("cases", "apollo-test", "more"),
        ("appeal", "apollo-test", HELD),
        ("appeal", "apollo-test", HELD, "--text", "x", "--file", "y"),
        ("decide", "apollo-test", HELD, "acquit", "--reason", "x"),
    ],
)
async def test_half_a_command_is_wrong_usage(
    cli: CommandLine, people: People, words: tuple[str, ...]
) -> None:
    assert (await cli("flags", *words)).code == 2


async def test_a_file_that_cannot_be_read_is_one_line(
    cli: CommandLine, people: People, tmp_path: Path
) -> None:
    done = await cli("flags", "appeal", "apollo-test", HELD, "--file", str(tmp_path / "none"))

    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "cannot be read" in done.err


@pytest.mark.parametrize("verb", ["show", "decide", "appeal", "cases"])
def test_every_verb_has_a_help_of_its_own(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(("flags", verb, "--help"))

    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: leaderboard flags {verb} [-h]")
