"""`leaderboard buried`: what could not be applied, and once more."""

from __future__ import annotations

from leaderboard.store.inbox import Entry
from tests.cli.conftest import CommandLine
from tests.conftest import Service, view


async def _bury(service: Service, batches: int, reason: str = "the disk is full") -> None:
    """Batches of two events each, set aside as a worker does it."""
    for number in range(batches):
        events = [view(2 * number), view(2 * number + 1)]
        await service.ask("POST", "/v1/events", {"events": events})
    entries: list[Entry] = await service.store.inbox.read("test", 100, 1)
    for entry in entries:
        await service.store.inbox.bury(entry, reason)


async def test_nothing_buried_is_said(cli: CommandLine) -> None:
    done = await cli("buried")

    assert (done.code, done.out, done.err) == (0, "", "leaderboard: nothing is buried\n")


async def test_a_batch_is_listed_with_its_reason_and_applied_again(
    cli: CommandLine, apollo_service: Service
) -> None:
    await _bury(apollo_service, 1)
    status = await cli("status")
    listed = await cli("buried")
    buried_id = (await cli("buried", "--json")).json["items"][0]["id"]
    replayed = await cli("buried", "replay", buried_id)
    again = await cli("buried", "replay", buried_id)
    await apollo_service.count()
    standings = await cli("standings", "apollo-test", "--json")

    assert "2 events could not be applied: `leaderboard buried` says why" in status.err
    assert listed.lines[1].split(maxsplit=2) == [buried_id, "2", "the disk is full"]
    assert (replayed.code, replayed.err) == (0, "leaderboard: 1 batch with 2 events on the way again\n")
    assert (again.code, again.err) == (1, f"leaderboard: buried batch {buried_id} does not exist\n")
    assert standings.json["entries"][0]["score"] == 2


async def test_all_of_them_are_replayed_once(cli: CommandLine, apollo_service: Service) -> None:
    await _bury(apollo_service, 3)
    done = await cli("buried", "replay", "--all")

    assert done.err == "leaderboard: 3 batches with 6 events on the way again\n"
    assert (await cli("buried")).err == "leaderboard: nothing is buried\n"


async def test_a_listing_that_is_full_says_that_there_may_be_more(
    cli: CommandLine, apollo_service: Service
) -> None:
    await _bury(apollo_service, 100)
    done = await cli("buried", "replay", "--all")

    assert done.err.endswith("leaderboard: there may be more: run it again\n")


async def test_neither_one_nor_all_is_wrong_usage(cli: CommandLine) -> None:
    done = [await cli("buried", "replay"), await cli("buried", "replay", "0:1-1", "--all")]

    assert [(one.code, one.err) for one in done] == [(2, "leaderboard: name one batch, or --all\n")] * 2
