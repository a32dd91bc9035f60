"""The whole way of an event, through the real door and a real store."""

from __future__ import annotations

from tests.conftest import Service, view


async def test_visitors_are_counted_once_and_show_in_the_standings(apollo_service: Service) -> None:
    events = [view(1), view(2), view(3, visitor="visitor-1"), view(4, account="a2")]
    answer = await apollo_service.ask("POST", "/v1/events", {"events": events})
    await apollo_service.count()

    standings = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/standings")
    scores = [(entry["rank"], entry["account_id"], entry["score"]) for entry in standings.json["entries"]]

    assert (answer.status, answer.json["accepted"]) == (202, 4)
    assert scores == [(1, "a1", 2), (2, "a2", 1), (3, "a3", 0)]
