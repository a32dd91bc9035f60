"""`leaderboard campaign list` and `show`."""

from __future__ import annotations

from tests.cli.conftest import CommandLine
from tests.conftest import Service


async def test_a_list_has_windows_in_the_zones_of_the_campaigns(
    cli: CommandLine, apollo_service: Service
) -> None:
    done = await cli("campaign", "list")

    assert done.lines[1].split()[0] == "apollo-test"
    assert "live   2022-02-14 00:00  2022-02-28 00:00  America/Los_Angeles" in done.lines[1]


async def test_the_rules_are_shown_in_plain_words(cli: CommandLine, apollo_service: Service) -> None:
    done = await cli("campaign", "show", "apollo-test")

    assert done.code == 0
    for sentence in (
        "2022-02-14 00:00 to 2022-02-28 00:00 America/Los_Angeles; the end itself no longer counts",
        "distinct visitors of the account's products, each counted once",
        "whoever reached the score first",
        "top_five: the first 5 by product_uv above zero, among those with effective_live at least 14 h; ",
        "places 4 to 5, each: USD 1000.00",
        "5% of net_gmv",
        "official-partner: kind is partner and country is US",
        "within 20 business days of the end",
    ):
        assert sentence in done.out


async def test_show_as_json_is_what_the_service_says(cli: CommandLine, apollo_service: Service) -> None:
    shown = (await cli("campaign", "show", "apollo-test", "--json")).json
    listed = (await cli("campaign", "list", "--json")).json

    assert shown["definition"]["award"][0]["id"] == "top_five"
    assert [one["id"] for one in listed["items"]] == ["apollo-test"]


async def test_a_campaign_that_does_not_exist_is_named(cli: CommandLine) -> None:
    done = await cli("campaign", "show", "none/../such")

    assert (done.code, done.err) == (1, "leaderboard: campaign none/../such does not exist\n")
