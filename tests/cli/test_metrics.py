"""`leaderboard metrics`: what a definition's metrics come to, also of one whose awards are not built."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.store import installation
from tests.cli.conftest import CommandLine, Done
from tests.conftest import PARTITIONS, Service, view
from tests.recount.real_path import CAMPAIGN, archive_inbox

DAILY = """\
schema = 1
id = "daily"
title = "Every day"
currency = "USD"
[clock]
zone = "America/Los_Angeles"
[window.days]
start = 2022-02-20T00:00:00
end = 2022-02-22T00:00:00
every = "day"
[window.whole]
start = 2022-02-14T00:00:00
end = 2022-02-28T00:00:00
[metric.views]
source = "view"
[metric.visitors]
source = "view"
steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]
[metric.all_views]
source = "view"
window = "whole"
[metric.best]
source = "view"
window = "days"
[metric.share]
op = "ratio"
of = ["views", "all_views"]
[metric.on_air]
source = "live"
[metric.sales]
source = "order"
[instrument.mark]
kind = "perk"
[[award]]
id = "day"
window = "days"
instrument = "mark"
pay = { kind = "fixed", amount = 1 }
[settlement]
close = "manual"
"""


@pytest.fixture
async def archived(
    cli: CommandLine, apollo_service: Service, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Three views in the archive of the data directory, and the definition beside them."""
    monkeypatch.setenv("LEADERBOARD_REDIS_URL", store_url)
    (cli.data / "config.toml").write_text(f"[ingest]\npartitions = {PARTITIONS}\n")
    (cli.data / "daily.toml").write_text(DAILY)
    key = installation.identity_key(cli.data, "")
    await installation.check(apollo_service.store.client, PARTITIONS, key)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(n) for n in range(3)]})
    await archive_inbox(apollo_service.store, cli.data / "archive")
    return cli


async def metrics(cli: CommandLine, *words: str) -> Done:
    config, file = str(cli.data / "config.toml"), str(cli.data / "daily.toml")
    return await cli.without_options("--config", config, "metrics", file, *words)


async def test_each_run_of_a_window_has_a_table(archived: CommandLine) -> None:
    done = await metrics(archived, "--like", CAMPAIGN, "--account", "a1")

    assert done.code == 0
    assert done.lines[0] == "days 1, 2022-02-20 00:00 to 2022-02-21 00:00 America/Los_Angeles"
    assert done.lines[1].split() == [
        "account",
        "views",
        "visitors",
        "all_views",
        "best",
        "share",
        "on_air",
        "sales",
    ]
    assert [line.split()[0] for line in done.lines if line.startswith("a1")] == ["a1", "a1"]


async def test_the_document_has_units_and_no_value_as_null(archived: CommandLine) -> None:
    document = (await metrics(archived, "--like", CAMPAIGN, "--account", "a1", "--json")).json
    seen = [row["metrics"]["views"] for row in document["rows"]]

    assert document["units"]["on_air"] == "time"
    assert seen == [3, 0]
    assert document["rows"][1]["metrics"]["all_views"] == 3
    assert document["rows"][0]["starts_at"] == "2022-02-20T08:00:00.000Z"
    assert [row["metrics"]["share"] for row in document["rows"]] == [1.0, 0.0]


async def test_a_metric_of_another_recurring_window_is_named(archived: CommandLine) -> None:
    done = await metrics(archived, "--like", CAMPAIGN, "--window", "whole")

    assert done.code == 0
    assert "best" not in done.lines[1].split()
    assert done.err == "leaderboard: best goes with another window: name it with --window\n"


async def test_what_is_missing_is_told(archived: CommandLine, tmp_path: Path) -> None:
    unknown = await metrics(archived)
    window = await metrics(archived, "--window", "month")
    nobody = await metrics(archived, "--like", CAMPAIGN, "--account", "a9")
    nowhere = await metrics(archived, "--from", str(tmp_path / "nowhere"))

    assert {unknown.code, window.code, nobody.code, nowhere.code} == {1}
    assert "there is no campaign daily: name one whose accounts are meant with --like" in unknown.err
    assert "there is no window month; there are days, whole" in window.err
    assert "there is no archive in " in nowhere.err
    assert "a9 is not enrolled" in nobody.err


async def test_a_faulty_definition_is_refused_as_apply_refuses_it(archived: CommandLine) -> None:
    file = archived.data / "daily.toml"
    file.write_text(DAILY.replace("title =", "titel =").replace("USD", "XXXX"))

    done, applied = await metrics(archived), await archived("campaign", "apply", str(file))

    assert done.code == 1
    assert f"{file}:3: titel: " in done.err
    assert len(done.err.splitlines()) == 4
    assert done.err == applied.err


async def test_a_window_that_opens_for_nobody_says_why(archived: CommandLine) -> None:
    anchored = '[window.first_week]\nanchor = "attr.joined_at"\nlength = "7d"\n[metric.views]'
    (archived.data / "daily.toml").write_text(DAILY.replace("[metric.views]", anchored))
    words = ("--like", CAMPAIGN, "--window", "first_week")

    done, document = await metrics(archived, *words), (await metrics(archived, *words, "--json"))

    why = "leaderboard: first_week opens for none of 3 accounts: attr.joined_at is missing or no time"
    assert (done.code, done.out, document.code, document.json["rows"]) == (0, "", 0, [])
    assert why in done.err.splitlines()
    assert why in document.err.splitlines()


async def test_awards_that_nobody_records_give_no_value(archived: CommandLine) -> None:
    awards = """\
[metric.places]
source = "award"
value = "count"
[metric.least]
op = "min"
of = ["places", "views"]
[metric.views]"""
    (archived.data / "daily.toml").write_text(DAILY.replace("[metric.views]", awards))

    done = await metrics(archived, "--like", CAMPAIGN, "--account", "a1", "--json")

    values = done.json["rows"][0]["metrics"]
    assert (values["places"], values["least"], values["views"]) == (None, None, 3)
    assert done.err.splitlines() == [
        "leaderboard: places: awards are not recorded yet",
        "leaderboard: least: awards are not recorded yet",
    ]
