"""`leaderboard campaign close`, `certify`, `cancel`, `result`, and what `show` tells of a campaign's life."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.cli.campaign_life_view import life_lines, step_sentence
from tests.cli.conftest import CommandLine
from tests.conftest import Service
from tests.web.lives import (
    CAMPAIGN,
    carrying_out,
    put_life,
    put_result,
    ready_to_certify,
    signed_file,
)


async def test_a_campaign_is_closed_and_says_what_is_next(cli: CommandLine, apollo_service: Service) -> None:
    done = await cli("campaign", "close", CAMPAIGN, "--reason", "All is in.")

    assert done.code == 0
    assert done.out.startswith("campaign apollo-test: closing; next review at ")
    assert done.out.endswith(" America/Los_Angeles, waiting for its cut-off\n")


async def test_giving_up_takes_a_reason(cli: CommandLine, apollo_service: Service) -> None:
    with pytest.raises(SystemExit) as left:
        await cli("campaign", "cancel", CAMPAIGN)
    done = await cli("campaign", "cancel", CAMPAIGN, "--reason", "The sponsor has left.")

    assert left.value.code == 2
    assert (done.code, done.out) == (0, "campaign apollo-test: cancelled\n")


async def test_what_the_service_refuses_is_one_line(cli: CommandLine, apollo_service: Service) -> None:
    await put_life(apollo_service, state="certified")
    done = await cli("campaign", "cancel", CAMPAIGN, "--reason", "x")

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("leaderboard: The campaign is certified: ")


async def test_certifying_waits_until_it_is_done(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    async with carrying_out(apollo_service):
        done = await cli("campaign", "certify", CAMPAIGN, "--json")

    assert (done.code, done.json["state"], done.json["life"]["result"]["version"]) == (0, "certified", 1)


async def test_a_correction_waits_for_the_next_version_and_names_it(
    cli: CommandLine, apollo_service: Service
) -> None:
    await ready_to_certify(apollo_service)
    await put_result(apollo_service, signed_file())
    async with carrying_out(apollo_service):
        done = await cli("campaign", "certify", CAMPAIGN, "--correct", "--reason", "Wrong.")

    assert (done.code, done.lines[-1]) == (0, "result 2 was written")


@pytest.mark.parametrize("is_noted", [True, False])
async def test_a_correction_that_is_refused_is_said_to_be_none_with_its_reason(
    cli: CommandLine, apollo_service: Service, is_noted: bool
) -> None:
    await ready_to_certify(apollo_service)
    await put_result(apollo_service, signed_file())
    async with carrying_out(apollo_service, refuses="there is nothing to correct", notes=is_noted):
        done = await cli("campaign", "certify", CAMPAIGN, "--correct", "--reason", "Wrong.")

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.lower().endswith("no correction was made: there is nothing to correct\n")
    assert "certified" not in done.err


async def test_a_refusal_may_be_read_as_json(cli: CommandLine, apollo_service: Service) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=5)
    blocked = await cli("campaign", "certify", CAMPAIGN, "--json")
    await ready_to_certify(apollo_service)
    async with carrying_out(apollo_service, refuses="the archive gives other figures."):
        refused = await cli("campaign", "certify", CAMPAIGN, "--json")

    assert (blocked.code, [one["code"] for one in blocked.json["blockers"]]) == (
        1,
        ["scheduler", "audit", "integrity"],
    )
    assert (refused.code, refused.json["code"], refused.json["status"]) == (1, "blocked", 409)
    assert refused.json["detail"].endswith("t was not certified: the archive gives other figures.")


async def test_each_blocker_has_a_line_of_its_own(cli: CommandLine, apollo_service: Service) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=5)
    done = await cli("campaign", "certify", CAMPAIGN)

    warning, scheduler, audit, integrity, last = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    assert warning.startswith("leaderboard: warning: Its budget is funded with USD 0.00")
    assert scheduler.startswith("scheduler: No scheduler runs")
    assert integrity.startswith("integrity: Detectors have not looked at all that counts: ")
    assert audit.startswith("audit: There was no audit since the cut-off")
    assert last == "leaderboard: apollo-test is not certified: 3 blockers"


async def test_what_is_found_on_the_way_ends_the_waiting(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    async with carrying_out(apollo_service, refuses="the archive gives other figures."):
        done = await cli("campaign", "certify", CAMPAIGN)

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.endswith("t was not certified: the archive gives other figures.\n")
    assert done.err.count("not certified") == 1


async def test_nobody_waits_longer_than_he_said(cli: CommandLine, apollo_service: Service) -> None:
    await ready_to_certify(apollo_service)
    done = await cli("campaign", "certify", CAMPAIGN, "--wait", "0")

    assert (done.code, done.err) == (
        1,
        "leaderboard: apollo-test is still being certified after 0 s, which goes on by itself\n",
    )


async def test_a_result_comes_byte_for_byte(
    service: Service, apollo_service: Service, tmp_path: Path, capfdbinary: Any
) -> None:
    await put_life(apollo_service, state="review")
    await put_result(apollo_service, signed_file())
    await put_result(apollo_service, signed_file([{"account_id": "a1", "name": "Ä"}]))
    cli = CommandLine(service, tmp_path, lambda: [text.decode() for text in capfdbinary.readouterr()])
    shown, older = (
        await cli("campaign", "result", CAMPAIGN),
        await cli("campaign", "result", CAMPAIGN, "--version", "1"),
    )
    written = await cli("campaign", "result", CAMPAIGN, "--out", str(tmp_path / "result.json"))

    assert shown.out.encode() == signed_file([{"account_id": "a1", "name": "Ä"}])
    assert older.out.encode() == signed_file()
    assert (written.code, written.out) == (0, "")
    assert (tmp_path / "result.json").read_bytes() == shown.out.encode()


async def test_before_there_is_a_result_none_is_written(
    cli: CommandLine, apollo_service: Service, tmp_path: Path
) -> None:
    done = await cli("campaign", "result", CAMPAIGN, "--out", str(tmp_path / "result.json"))

    assert (done.code, done.err) == (1, "leaderboard: The campaign is live: it has no certified result.\n")
    assert not (tmp_path / "result.json").exists()


async def test_show_tells_what_is_next_and_what_blocks_it(cli: CommandLine, apollo_service: Service) -> None:
    live = await cli("campaign", "show", CAMPAIGN)
    await put_life(apollo_service, state="review", cutoff_ms=5)
    review = await cli("campaign", "show", CAMPAIGN)

    assert "next          closing, waiting for somebody to close it" in live.lines
    blocked = "next          certified, waiting for what blocks it, then for somebody to certify it"
    assert blocked in review.lines
    assert any(line.startswith("blocked       scheduler: No scheduler runs") for line in review.lines)


async def test_show_tells_staff_why_a_campaign_was_cancelled(
    cli: CommandLine, apollo_service: Service
) -> None:
    await cli("campaign", "cancel", CAMPAIGN, "--reason", "The sponsor has left.")
    for_admin = await cli("campaign", "show", CAMPAIGN)
    for_agency = await cli(
        "campaign", "show", CAMPAIGN, token=await apollo_service.issue(role="agency", agency="north")
    )

    start = next(n for n, line in enumerate(for_admin.lines) if line.startswith("stands"))
    stands, because = for_admin.lines[start : start + 2]
    assert stands.startswith("stands        cancelled since 20")
    assert because == "because       The sponsor has left."
    assert (for_agency.code, "because" in for_agency.out) == (0, False)


async def test_what_an_agency_gets_is_said_to_be_unsigned(
    cli: CommandLine, apollo_service: Service, tmp_path: Path
) -> None:
    await put_life(apollo_service, state="review")
    await put_result(apollo_service, signed_file([{"account_id": "a1", "agency_id": "north"}]))
    token, file = await apollo_service.issue(role="agency", agency="north"), str(tmp_path / "result.json")
    written = await cli("campaign", "result", CAMPAIGN, "--out", file, token=token)
    verified = await cli.without_options("verify", file)

    assert (written.code, written.err.endswith(" bytes; an extract for your agency, unsigned\n")) == (0, True)
    assert (verified.code, verified.out) == (1, "")
    assert verified.err == f"leaderboard: {file}: it is an agency's extract, which is not signed\n"


async def test_a_reason_of_spaces_is_told_to_say_something(cli: CommandLine, apollo_service: Service) -> None:
    done = await cli("campaign", "cancel", CAMPAIGN, "--reason", "  ")

    assert (done.code, done.err) == (1, "leaderboard: reason: must say something\n")


async def test_a_draft_is_applied_and_published_by_the_same_file(
    cli: CommandLine, apollo: Callable[..., str], apollo_service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(apollo("mine", start="2126-02-14T00:00:00", end="2126-02-28T00:00:00"))
    draft = await cli("campaign", "apply", str(file), "--draft")
    enrolled = await cli("enroll", "mine", "a1")
    published = await cli("campaign", "apply", str(file))
    late_draft = await cli("campaign", "apply", str(file), "--draft")

    assert draft.out.startswith("campaign mine: created; draft, ")
    assert published.out.startswith("campaign mine: published; scheduled, ")
    assert "a draft: apply it without --draft first" in enrolled.err
    assert late_draft.err.endswith("the campaign is published already: apply it without --draft\n")


# ── Lines ───────────────────────────────────────────────────────────────────────────────────────

QUIET: dict[str, Any] = {
    "since": None,
    "cutoff_at": None,
    "refunds_until": None,
    "next": None,
    "boundary": None,
    "waiting": None,
    "certifying": None,
    "result": None,
    "payment": None,
    "late": {"events": 0, "see": "/x"},
    "refused_writes": None,
}


def campaign(**life: Any) -> dict[str, Any]:
    return {
        "id": "spring", "state": "closing", "zone": "Asia/Jakarta", "blockers": None, "warnings": None,
        "life": QUIET | life,
    }  # fmt: skip


def test_where_nothing_is_to_be_said_only_the_state_is() -> None:
    assert list(life_lines(campaign())) == ["stands        closing"]
    assert step_sentence(campaign()) == ""


def test_times_are_those_of_the_campaigns_zone() -> None:
    lines = list(
        life_lines(
            campaign(
                since="2031-03-09T17:00:00.000Z",
                cutoff_at="2031-03-11T17:00:00.000Z",
                next={"state": "review", "at": "2031-03-11T17:00:00.001Z", "waits_for": "its cut-off"},
                boundary={"window": "day", "run": 3, "event": "opens", "at": "2031-03-11T17:00:00.000Z"},
                waiting={"at": "2031-03-11T17:00:05.000Z", "text": "3 batches could not be applied"},
                late={"events": 1_200, "see": "/x"},
                refused_writes={
                    "count": 2,
                    "newest": [
                        {
                            "at": "2031-03-11T17:00:06.000Z",
                            "carried": 2,
                            "needed": 3,
                            "accounts": 1,
                            "sample": "a",
                        }
                    ],
                },
                result={"version": 1, "sha256": "ab"},
                certifying={"requested_at": "2031-03-11T17:00:07.000Z"},
            )
        )
    )

    assert lines == [
        "stands        closing since 2031-03-10 00:00:00 Asia/Jakarta",
        "next          review at 2031-03-12 00:00:00 Asia/Jakarta, waiting for its cut-off",
        "window        day, run 3, opens at 2031-03-12 00:00:00",
        "waits         3 batches could not be applied (since 2031-03-12 00:00:05)",
        "certifying    asked for at 2031-03-12 00:00:07",
        "result        version 1, SHA-256 ab",
        "late          1,200 events after the cut-off of 2031-03-12 00:00:00: "
        "`leaderboard excluded spring` lists them",
        "refused       2 writes by processes that had not heard of the close, the last at 2031-03-12 00:00:06",
    ]


def test_names_from_outside_cannot_move_the_cursor() -> None:
    (line, *_) = list(life_lines(campaign() | {"state": "li\x1b[2Jve"}))

    assert "\x1b" not in line


async def test_a_close_that_comes_twice_at_once_is_one(cli: CommandLine, apollo_service: Service) -> None:
    first, second = await asyncio.gather(
        apollo_service.ask("POST", f"/v1/campaigns/{CAMPAIGN}/close"),
        cli("campaign", "close", CAMPAIGN, "--json"),
    )

    assert first.json["life"]["cutoff_at"] == second.json["life"]["cutoff_at"]
