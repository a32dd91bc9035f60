"""`leaderboard campaign example`: a start that can be applied as it is printed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import get_args

import pytest

from leaderboard.cli.campaign_example import example_names, moved
from leaderboard.domain.campaigns import Award, Bracket, Place, TierRow, parse_toml, unbuilt
from leaderboard.domain.campaigns.awards import Overflow, Rounding, TiePay
from leaderboard.domain.campaigns.pay import READERS
from tests.cli.conftest import CommandLine


@pytest.mark.parametrize("name", example_names())
async def test_every_example_can_be_applied_as_it_is(cli: CommandLine, name: str) -> None:
    done = await cli.without_options("campaign", "example", name)

    definition = parse_toml(done.out)
    assert (definition.id, unbuilt(definition)) == (name, [])


@pytest.mark.parametrize("name", example_names())
async def test_a_service_takes_every_example(
    cli: CommandLine, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("examples") / f"{name}.toml"
    path.write_text((await cli.without_options("campaign", "example", name, "--start", "today")).out)
    done = await cli("campaign", "apply", str(path))

    assert (done.code, done.out.partition(";")[0]) == (0, f"campaign {name}: created")


async def test_the_example_of_awards_has_every_kind_of_pay_and_explains_every_key(cli: CommandLine) -> None:
    text = (await cli.without_options("campaign", "example", "every-award")).out
    awards = parse_toml(text).awards
    parts = (Award, Place, Bracket, TierRow, *{type(award.pay) for award in awards})
    keys = {key for part in parts for key in part.__struct_fields__} - {"pay", "group", "once", "cumulative"}

    assert {award.pay.kind for award in awards} == set(READERS)
    assert [key for key in sorted(keys) if f"{key} = " not in text] == []
    for choices in (Overflow, Rounding, TiePay):
        assert [choice for choice in get_args(choices) if f'"{choice}"' not in text] == []


async def test_the_first_example_is_apollo_and_another_name_lists_what_there_is(cli: CommandLine) -> None:
    apollo = await cli.without_options("campaign", "example")
    other = await cli.without_options("campaign", "example", "none")

    assert 'id = "apollo-us-2022"' in apollo.out
    assert (other.code, other.out) == (1, "")
    assert "there are apollo-us-2022, every-award, recorded-day" in other.err


async def test_with_an_id_and_a_day_of_ones_own_it_is_live_at_once(
    cli: CommandLine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("own") / "spring.toml"
    path.write_text(
        (await cli.without_options("campaign", "example", "--id", "spring", "--start", "today")).out
    )
    done = await cli("campaign", "apply", str(path))

    assert done.out.startswith("campaign spring: created; live, ")


@pytest.mark.parametrize("name", example_names())
async def test_a_moved_window_keeps_its_length(cli: CommandLine, name: str) -> None:
    before = parse_toml((await cli.without_options("campaign", "example", name)).out).windows["main"]
    done = await cli.without_options("campaign", "example", name, "--start", "2026-03-30")
    after = parse_toml(done.out).windows["main"]

    assert before.start
    assert before.end
    assert after.start == datetime(2026, 3, 30)  # noqa: DTZ001  local times of the campaign's zone
    assert after.end
    assert after.end - after.start == before.end - before.start


async def test_today_is_the_day_that_it_is_in_the_zone_of_the_campaign(cli: CommandLine) -> None:
    text = (await cli.without_options("campaign", "example")).out

    # In Los Angeles it is still the day before.
    assert "start = 2026-11-22T00:00:00\n" in moved(text, "today", datetime(2026, 11, 23, 5, tzinfo=UTC))
    assert "start = 2026-11-23T00:00:00\n" in moved(
        text, date(2026, 11, 23), datetime(2026, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "words", [["--id", "Spring"], ["--id", ""], ["--start", "soon"], ["--start", "2026-02-30"]]
)
async def test_what_is_no_id_or_no_day_is_wrong_usage(cli: CommandLine, words: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        await cli.without_options("campaign", "example", *words)

    assert stop.value.code == 2
