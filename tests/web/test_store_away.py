"""While the store is away: nothing is taken that would be lost, everybody is told so, and all goes on afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import open_store
from tests.conftest import PARTITIONS, Answer, Service, serving, view
from tests.web.asking import refusal_of


@dataclass
class Private:
    """A service on a store of its own, which may be killed."""

    service: Service
    embedded: EmbeddedStore


@pytest.fixture
async def private(tmp_path: Path) -> AsyncIterator[Private]:
    with EmbeddedStore(tmp_path) as embedded:
        async with open_store(embedded.url, partitions=PARTITIONS) as store:
            await store.inbox.create()
            await store.directory.open()
            async with serving(store) as service:
                yield Private(service, embedded)


async def test_while_the_store_is_away_nothing_is_taken_and_the_same_request_succeeds_afterwards(
    private: Private,
) -> None:
    before = await send(private.service, view(1))
    private.embedded.kill()
    away = [await send(private.service, view(2)) for _ in range(3)]
    private.embedded.start()
    after = await send(private.service, view(2))

    assert (before.status, after.status) == (202, 202)
    assert {(one.status, refusal_of(one)) for one in away} == {(503, "unavailable")}
    assert all(int(one.headers["Retry-After"]) > 0 for one in away)
    assert await pending(private.service) == 2


async def test_what_was_taken_survives_the_end_of_the_store(private: Private) -> None:
    for number in range(20):
        assert (await send(private.service, view(number))).status == 202
    private.embedded.kill()
    private.embedded.start()

    assert await pending(private.service) == 20


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/v1/status"),
        ("GET", "/v1/campaigns"),
        ("POST", "/v1/events"),
    ],
)
async def test_every_door_says_so_while_the_store_is_away(private: Private, method: str, path: str) -> None:
    private.embedded.kill()
    answer = await private.service.ask(method, path)

    assert answer.status == 503
    assert refusal_of(answer) in ("unavailable", "not_ready")
    assert int(answer.headers["Retry-After"]) > 0


async def test_the_process_answers_and_explains_itself_while_the_store_is_away(private: Private) -> None:
    private.embedded.kill()
    statuses = {
        path: (await private.service.ask("GET", path)).status
        for path in ("/healthz", "/docs", "/openapi.json")
    }

    assert set(statuses.values()) == {200}


async def test_the_dialect_does_not_say_yes_while_the_store_is_away(private: Private) -> None:
    private.embedded.kill()
    answer = await private.service.ask(
        "POST", "/open_api/v1.3/event/track/", {}, headers={"Access-Token": private.service.admin_token}
    )

    assert (answer.status, refusal_of(answer)) == (503, "unavailable")


async def send(service: Service, *events: object) -> Answer:
    return await service.ask("POST", "/v1/events", {"events": list(events)})


async def pending(service: Service) -> int:
    count: int = (await service.ask("GET", "/v1/status")).json["inbox"]["pending"]
    return count
