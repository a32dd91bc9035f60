"""`leaderboard excluded` and `leaderboard rejected`: nothing is dropped silently."""

from __future__ import annotations

from tests.cli.conftest import CommandLine
from tests.conftest import Service, view


async def test_what_does_not_count_is_listed_by_reason(cli: CommandLine, apollo_service: Service) -> None:
    outside = [view(number, at="2022-01-01T00:00:00Z") for number in range(5)]
    await apollo_service.ask("POST", "/v1/events", {"events": outside})
    await apollo_service.count()
    done = await cli("excluded", "apollo-test")
    as_json = (await cli("excluded", "apollo-test", "--json")).json

    assert done.lines[0] == "outside_window: 5 events. Its time lies outside the campaign's window."
    assert done.lines[4:] == ["  and 2 more: --limit 5"]
    assert "product_view view-" in done.lines[1]
    assert "of a1, at 2022-01-01T00:00:00.000Z" in done.lines[1]
    assert (as_json["total"], len(as_json["reasons"][0]["samples"])) == (5, 5)


async def test_one_reason_and_as_many_events_as_wanted(cli: CommandLine, apollo_service: Service) -> None:
    outside = [view(number, at="2022-01-01T00:00:00Z") for number in range(5)]
    await apollo_service.ask("POST", "/v1/events", {"events": outside})
    await apollo_service.count()
    whole = await cli("excluded", "apollo-test", "--reason", "outside_window", "--limit", "5")
    none = await cli("excluded", "apollo-test", "--limit", "0")
    other = await cli("excluded", "apollo-test", "--reason", "late")

    assert (len(whole.lines), "more" in whole.out) == (6, False)
    assert none.lines[1:] == ["  and 5 more: --limit 5"]
    assert (other.out, other.err) == ("", "leaderboard: nothing is excluded as late\n")


async def test_of_an_invalid_view_it_is_said_what_the_door_found(
    cli: CommandLine, apollo_service: Service
) -> None:
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1, user_agent="curl/8.5.0")]})
    await apollo_service.count()
    done = await cli("excluded", "apollo-test", "--reason", "invalid")

    assert done.lines[0].startswith("invalid: 1 event. ")
    assert done.lines[1].endswith(", crawler")


async def test_an_agency_sees_its_own_events_and_no_total(cli: CommandLine, apollo_service: Service) -> None:
    events = [view(1, at="2022-01-01T00:00:00Z"), view(2, account="a3", at="2022-01-01T00:00:00Z")]
    await apollo_service.ask("POST", "/v1/events", {"events": events})
    await apollo_service.count()
    done = await cli(
        "excluded", "apollo-test", token=await apollo_service.issue(role="agency", agency="south")
    )

    assert done.lines[0].startswith("outside_window. Its time")
    assert [line.split()[3] for line in done.lines[1:]] == ["a3,"]


async def test_what_the_door_refused_is_listed_by_code(cli: CommandLine, service: Service) -> None:
    await service.ask(
        "POST", "/v1/events", {"events": [{"type": "wish"}, view(1, at="2999-01-01T00:00:00Z")]}
    )
    done = await cli("rejected")

    assert [line.split() for line in done.lines[1:3]] == [["future", "1"], ["invalid", "1"]]
    assert any("a1" in line and "view-1" in line for line in done.lines[4:])
    assert (await cli("rejected", "--json")).json["counts"] == {"future": 1, "invalid": 1}


async def test_where_there_is_nothing_it_is_said(cli: CommandLine, apollo_service: Service) -> None:
    excluded, rejected = await cli("excluded", "apollo-test"), await cli("rejected")

    assert (excluded.code, excluded.out) == (0, "")
    assert "nothing is excluded" in excluded.err
    assert (rejected.out, rejected.err) == ("", "leaderboard: nothing was refused\n")
