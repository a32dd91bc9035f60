"""How the service is: for load balancers, for Prometheus, and for those who look after it."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from leaderboard import __version__
from leaderboard.config import Config, Ingest
from leaderboard.store import keys
from leaderboard.store.batches import encode_batch
from leaderboard.store.store import Store
from leaderboard.web.status import READY_LAG_MS
from tests.conftest import PARTITIONS, Answer, Service, serving, view
from tests.web.asking import refusal_of


async def send(service: Service, *events: object) -> Answer:
    return await service.ask("POST", "/v1/events", {"events": list(events)})


async def metrics(service: Service) -> dict[str, float]:
    answer = await service.ask("GET", "/metrics", token="")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        sample.name + "".join(f"|{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


async def test_the_process_says_that_it_is_alive(service: Service) -> None:
    answer = await service.ask("GET", "/healthz", token="")

    assert (answer.status, answer.json) == (200, {"status": "ok", "version": __version__})


async def test_a_service_without_a_backlog_is_ready(service: Service) -> None:
    answer = await service.ask("GET", "/readyz", token="")

    assert (answer.status, answer.json) == (200, {"status": "ready", "lag_ms": 0})


async def test_a_service_with_more_than_its_inbox_may_hold_is_not_ready(store: Store) -> None:
    async with serving(store, Config(ingest=Ingest(inbox_limit_events=5))) as service:
        await send(service, *(view(number) for number in range(6)))
        answer = await service.ask("GET", "/readyz")

    assert (answer.status, refusal_of(answer)) == (503, "not_ready")
    assert answer.json["detail"].startswith("6 events wait, the oldest for ")
    assert "Retry-After" in answer.headers


async def test_a_service_that_is_far_behind_is_not_ready(service: Service) -> None:
    long_ago_ms = await service.store.now_ms() - READY_LAG_MS - 1_000
    await service.store.client.together(
        [
            ("XADD", keys.inbox(0), f"{long_ago_ms}-0", "v", 1, "r", "x", "n", 1, "b", encode_batch([])),
            ("HINCRBY", keys.progress(0), "accepted", 1),
        ]
    )
    answer = await service.ask("GET", "/readyz")

    assert (answer.status, refusal_of(answer)) == (503, "not_ready")


async def test_pending_is_nothing_when_everything_shows(apollo_service: Service) -> None:
    await send(apollo_service, view(1), view(2), view(3, account="a2"))
    before = (await apollo_service.ask("GET", "/v1/status")).json
    await apollo_service.count()
    after = (await apollo_service.ask("GET", "/v1/status")).json

    assert [before["inbox"][key] for key in ("pending", "accepted", "applied")] == [3, 3, 0]
    assert [after["inbox"][key] for key in ("pending", "accepted", "applied", "lag_ms")] == [0, 3, 3, 0]
    assert before["inbox"]["lag_ms"] >= 0
    assert (after["store"], after["buried"], after["workers"]) == ("ok", 0, 1)


async def test_the_figures_can_be_read_by_prometheus(apollo_service: Service) -> None:
    await send(
        apollo_service, view(1), view(2), view(3, source="billboard"), view(4, at="2200-01-01T00:00:00Z")
    )
    await apollo_service.count()
    await send(apollo_service, view(5))
    found = await metrics(apollo_service)

    assert {name: value for name, value in found.items() if "lag" not in name} == {
        "leaderboard_events_accepted": 3,
        "leaderboard_events_applied": 2,
        "leaderboard_events_buried": 0,
        "leaderboard_inbox_pending_events": 1,
        "leaderboard_workers": 1,
        "leaderboard_streams": 0,
        "leaderboard_stream_channels": 0,
        "leaderboard_payout_unpaid_awards": 0,
        "leaderboard_events_rejected|invalid": 1,
        "leaderboard_events_rejected|future": 1,
    }
    assert found["leaderboard_inbox_lag_seconds"] >= 0


async def test_the_figures_name_nobody(apollo_service: Service) -> None:
    await send(apollo_service, view(1, account="a1"), view(2, account="a2", source="x"))
    answer = await apollo_service.ask("GET", "/metrics", token="")

    assert not any(name in answer.body for name in (b"a1", b"a2", b"north", b"apollo"))


def tally_of(account: str) -> str:
    return keys.tally(keys.partition_of(account, PARTITIONS), "apollo-test", account)


async def bury(service: Service, account: str) -> str:
    """A batch that cannot be applied, since a key has the wrong type; its id."""
    await service.store.client.do("SET", tally_of(account), "x")
    await send(service, view(1, account=account), view(2, account=account))
    await service.count()
    (item,) = (await service.ask("GET", "/v1/buried")).json["items"]
    buried_id: str = item["id"]
    return buried_id


async def test_what_cannot_be_applied_is_listed_with_its_reason(apollo_service: Service) -> None:
    await bury(apollo_service, "a2")
    listed = (await apollo_service.ask("GET", "/v1/buried")).json
    found = (await apollo_service.ask("GET", "/v1/status")).json

    (item,) = listed["items"]
    assert item.keys() == {"id", "entry_id", "events", "reason"}
    assert (item["events"], "WRONGTYPE" in item["reason"], listed["cursor"]) == (2, True, None)
    assert (found["buried"], found["inbox"]["pending"]) == (2, 0)


async def test_a_buried_batch_is_replayed_once(apollo_service: Service) -> None:
    buried_id = await bury(apollo_service, "a2")
    await apollo_service.store.client.do("DEL", tally_of("a2"))
    replayed = await apollo_service.ask("POST", f"/v1/buried/{buried_id}/replay")
    again = await apollo_service.ask("POST", f"/v1/buried/{buried_id}/replay")
    await apollo_service.count()

    standings = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/standings?around=a2&limit=1")
    assert (replayed.status, replayed.json) == (202, {"id": buried_id, "events": 2})
    assert (again.status, refusal_of(again)) == (404, "not_found")
    assert standings.json["entries"][0]["score"] == 2
    assert (await apollo_service.ask("GET", "/v1/status")).json["buried"] == 0


async def test_what_still_cannot_be_applied_is_buried_again(apollo_service: Service) -> None:
    buried_id = await bury(apollo_service, "a2")
    await apollo_service.ask("POST", f"/v1/buried/{buried_id}/replay")
    await apollo_service.count()

    assert len((await apollo_service.ask("GET", "/v1/buried")).json["items"]) == 1


@pytest.mark.parametrize(
    "buried_id", ["0:0-0", "9:1-1", "x", "0:", ":1-1", "-1:1-1", "0:1-1:2", "%00", "a" * 65]
)
async def test_a_batch_that_is_not_there_is_not_found(service: Service, buried_id: str) -> None:
    answer = await service.ask("POST", f"/v1/buried/{buried_id}/replay")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")
