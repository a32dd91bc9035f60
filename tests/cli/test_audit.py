"""`leaderboard audit`: what it says when all agrees, when something differs, and when it cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.cli.audit import _remarks, _summary
from leaderboard.domain.audits import Audit, Difference
from leaderboard.store import installation
from tests.cli.conftest import CommandLine, Done
from tests.conftest import PARTITIONS, Service, view
from tests.recount.real_path import CAMPAIGN, archive_inbox
from tests.recount.test_audit import broken


@pytest.fixture
async def audited(
    cli: CommandLine, apollo_service: Service, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Three views counted and archived in the data directory of the command line."""
    monkeypatch.setenv("LEADERBOARD_REDIS_URL", store_url)
    config = cli.data / "config.toml"
    config.write_text(f"[ingest]\npartitions = {PARTITIONS}\n")
    key = installation.identity_key(cli.data, "")
    await installation.check(apollo_service.store.client, PARTITIONS, key)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(n) for n in range(3)]})
    await archive_inbox(apollo_service.store, cli.data / "archive")
    await apollo_service.count()
    return cli


async def audit(cli: CommandLine, *words: str) -> Done:
    return await cli.without_options("--config", str(cli.data / "config.toml"), "audit", *words)


async def test_an_agreement_is_said_with_its_figures(audited: CommandLine) -> None:
    done = await audit(audited, CAMPAIGN)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("agrees on 3 accounts; 3 events recounted in ")


async def test_a_difference_is_named_with_its_account(audited: CommandLine, apollo_service: Service) -> None:
    await broken(apollo_service, "a1", orders=1200)

    done = await audit(audited, CAMPAIGN, "--rounds", "1")
    document = (await audit(audited, CAMPAIGN, "--json", "--rounds", "1")).json

    assert done.code == 1
    assert done.lines[1].split() == ["a1", "orders", "1,200", "0", "+1,200"]
    assert done.lines[3].startswith("differs in 1 account of 3; ")
    assert document["agrees"] is False
    assert document["differences"] == [{"account": "a1", "field": "orders", "live": 1200, "recounted": 0}]


async def test_what_is_missing_is_told(audited: CommandLine, tmp_path: Path) -> None:
    nowhere = await audit(audited, CAMPAIGN, "--from", str(tmp_path / "nowhere"))
    unknown = await audit(audited, "autumn")

    assert (nowhere.code, unknown.code) == (1, 1)
    assert "there is no archive in" in nowhere.err
    assert unknown.err == "leaderboard: there is no campaign autumn\n"


def test_a_verdict_by_figures_of_the_archive_may_be_late() -> None:
    late, other = Difference("a1", "eligible", True, False), Difference("a1", "reached_ms", 5, 4)
    found = Audit(
        at_ms=0,
        took_ms=0,
        events=1,
        accounts=1,
        differing_accounts=0,
        differences_count=0,
        notes=(late, other),
    )

    assert list(_remarks(found, 90)) == [
        "a1: eligible is true, recounted false; not yet refreshed from the archive (every 90 s)",
        "a1: reached_ms is 5, recounted 4; it decides nothing",
    ]


def test_an_agreement_says_which_result_it_is_about() -> None:
    found = Audit(
        at_ms=0,
        took_ms=1_500,
        events=9,
        accounts=3,
        differing_accounts=0,
        differences_count=0,
        result=2,
    )

    (line,) = _summary(found)

    assert line.startswith("agrees on 3 accounts and with result 2; 9 events recounted in 1.5 s")
