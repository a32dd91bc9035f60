"""The ingest worker: what it counts, what it lists, and what happens when it or a batch breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic

import pytest

from leaderboard.domain.counted_work import CountedCampaign, Enrolled, Received
from leaderboard.domain.counting import Counting
from leaderboard.domain.exclusions import Window
from leaderboard.domain.kept_events import KeptView
from leaderboard.store import keys
from leaderboard.store.connection import UNAVAILABLE
from leaderboard.store.store import Store
from tests.conftest import PARTITIONS, Service, view
from workers.ingest import IngestWorker, Pace, run_lanes

EAGER = Pace(publish_interval_ms=0, takeover_after_ms=1_000, tries=2)


async def scores(service: Service) -> dict[str, int]:
    standings = await service.ask("GET", "/v1/campaigns/apollo-test/standings?limit=1000")
    return {entry["account_id"]: entry["score"] for entry in standings.json["entries"]}


async def send(service: Service, *events: Mapping[str, object]) -> None:
    answer = await service.ask("POST", "/v1/events", {"events": list(events)})
    assert (answer.status, answer.json["rejected"]) == (202, [])


async def excluded(service: Service) -> dict[str, int]:
    answer = await service.ask("GET", "/v1/campaigns/apollo-test/excluded")
    return {reason["code"]: reason["count"] for reason in answer.json["reasons"]}


async def test_what_does_not_count_is_listed_by_reason(apollo_service: Service) -> None:
    await send(
        apollo_service,
        view(1),
        view(2, at="2022-02-13T23:59:59-08:00"),
        view(3, at="2022-02-28T00:00:00-08:00"),
        view(4, account="stranger"),
        view(5, account="stranger", at="2021-01-01T00:00:00Z"),
        view(1, visitor="somebody else"),
    )
    await apollo_service.count()

    assert await excluded(apollo_service) == {"outside_window": 2, "not_enrolled": 1, "conflict": 1}
    assert await scores(apollo_service) == {"a1": 1, "a2": 0, "a3": 0}


async def test_the_window_is_half_open(apollo_service: Service) -> None:
    await send(
        apollo_service,
        view(1, at="2022-02-14T00:00:00-08:00"),
        view(2, at="2022-02-27T23:59:59.999-08:00"),
        view(3, at="2022-02-28T00:00:00-08:00"),
        view(4, at="2022-02-13T23:59:59.999-08:00"),
    )
    await apollo_service.count()

    assert (await scores(apollo_service))["a1"] == 2


async def test_what_was_received_before_the_enrolment_does_not_count(apollo_service: Service) -> None:
    setting = {"agency_id": "north", "name": "Late", "kind": "partner", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/late", setting)
    await send(apollo_service, view(1, account="late"))
    await asyncio.sleep(0.005)
    await apollo_service.ask("PUT", "/v1/campaigns/apollo-test/enrollments/late", {"hosts": []})
    await send(apollo_service, view(2, account="late"))
    await apollo_service.count()

    assert (await scores(apollo_service))["late"] == 1
    assert await excluded(apollo_service) == {"before_enrollment": 1}


async def test_a_campaign_closed_by_the_clock_counts_nothing_received_after_its_cut_off(
    apollo_service: Service, apollo: object
) -> None:
    text = apollo("by-clock", close="clock")  # type: ignore[operator]
    toml = {"Content-Type": "application/toml"}
    saved = await apollo_service.ask("PUT", "/v1/campaigns/by-clock", data=text.encode(), headers=toml)
    refused = await apollo_service.ask("PUT", "/v1/campaigns/by-clock/enrollments/a1", {"hosts": []})

    assert (saved.status, saved.json["state"]) == (201, "closing")
    assert (refused.status, refused.json["code"]) == (409, "campaign_over")


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("batch", [1, 37, 1_000])
async def test_order_repetition_batches_and_workers_do_not_matter(
    apollo_service: Service, workers: int, batch: int
) -> None:
    rng = random.Random(batch * workers)
    pairs = [(rng.choice(["a1", "a2", "a3"]), rng.randrange(300)) for _ in range(800 if batch > 1 else 150)]
    events = [view(n, account, f"visitor-{visitor}") for n, (account, visitor) in enumerate(pairs)]
    sent = events + rng.sample(events, len(events) // 3)
    rng.shuffle(sent)
    for start in range(0, len(sent), batch):
        await send(apollo_service, *sent[start : start + batch])

    crew = [IngestWorker(apollo_service.store, EAGER) for _ in range(workers)]
    while any(await asyncio.gather(*(worker.step() for worker in crew))):
        pass

    assert await scores(apollo_service) == {
        account: len({visitor for name, visitor in pairs if name == account})
        for account in ("a1", "a2", "a3")
    }
    assert await excluded(apollo_service) == {}
    assert (await apollo_service.store.inbox.progress(0)).pending == 0


async def test_a_worker_that_dies_is_taken_over_from(apollo_service: Service) -> None:
    await send(apollo_service, *(view(n) for n in range(10)))
    dead, alive = (IngestWorker(apollo_service.store, EAGER) for _ in range(2))
    entries = await apollo_service.store.inbox.read(dead._name, 100, 1)
    await dead._apply(entries)  # applied, but neither shown nor ended: it dies here

    before = await scores(apollo_service)
    await asyncio.sleep(1.1)
    await alive.step()

    assert before["a1"] == 0
    assert (await scores(apollo_service))["a1"] == 10
    assert (await apollo_service.store.inbox.progress(0)).applied == 10


async def test_a_batch_that_cannot_be_applied_is_buried_and_its_neighbours_count(
    apollo_service: Service,
) -> None:
    store = apollo_service.store
    await block(store, "a2")
    await send(apollo_service, view(1, account="a1"))
    await send(apollo_service, view(2, account="a2"))
    await send(apollo_service, view(3, account="a3"))
    await apollo_service.count()
    listed = await apollo_service.ask("GET", "/v1/buried")

    assert await scores(apollo_service) == {"a1": 1, "a2": 0, "a3": 1}
    assert [item["events"] for item in listed.json["items"]] == [1]
    assert "WRONGTYPE" in listed.json["items"][0]["reason"]
    assert (await store.inbox.progress(0)).pending == 0


async def test_a_buried_batch_counts_once_it_is_replayed(apollo_service: Service) -> None:
    store = apollo_service.store
    await block(store, "a2")
    await send(apollo_service, view(2, account="a2"))
    await apollo_service.count()
    (item,) = (await apollo_service.ask("GET", "/v1/buried")).json["items"]
    await store.client.do("DEL", keys.tally(keys.partition_of("a2", PARTITIONS), "apollo-test", "a2"))

    answer = await apollo_service.ask("POST", f"/v1/buried/{item['id']}/replay")
    await apollo_service.count()

    assert answer.status == 202
    assert (await scores(apollo_service))["a2"] == 1
    assert (await apollo_service.ask("GET", "/v1/buried")).json["items"] == []


async def block(store: Store, account: str) -> None:
    """A key of the wrong type where the account's tally should be."""
    await store.client.do(
        "SET", keys.tally(keys.partition_of(account, PARTITIONS), "apollo-test", account), "x"
    )


async def test_an_entry_that_is_no_batch_is_buried(apollo_service: Service) -> None:
    store = apollo_service.store
    commands = [
        ("XADD", keys.inbox(0), "*", "v", 1, "r", "x", "n", 3, "b", b"not zstd"),
        ("HINCRBY", keys.progress(0), "accepted", 3),
    ]
    await store.client.together(commands)
    await apollo_service.count()

    progress = await store.inbox.progress(0)
    assert (progress.pending, progress.buried) == (0, 3)


async def test_publications_are_held_back_and_nothing_is_ended_before_it_shows(
    apollo_service: Service,
) -> None:
    worker = IngestWorker(apollo_service.store, Pace(publish_interval_ms=300, takeover_after_ms=60_000))
    await send(apollo_service, view(1))
    await worker.step()
    await send(apollo_service, view(2))
    await worker.step()
    held = (await scores(apollo_service))["a1"], (await apollo_service.store.inbox.progress(0)).pending

    await asyncio.sleep(0.4)
    await worker.step()

    assert held == (1, 1)
    assert (await apollo_service.store.inbox.progress(0)).pending == 0


async def test_orders_and_refunds_show_with_their_rate(apollo_service: Service) -> None:
    def money(amount: str) -> dict[str, str]:
        return {"amount": amount, "currency": "USD"}

    at, account = "2022-02-20T12:00:00Z", "a1"
    order = {"type": "order", "at": at, "account_id": account}
    await send(
        apollo_service,
        *(order | {"id": f"o{n}", "value": money("10.00")} for n in range(4)),
        {
            "type": "refund",
            "id": "r1",
            "at": at,
            "account_id": account,
            "order_id": "o1",
            "value": money("2.50"),
        },
        {
            "type": "refund",
            "id": "r2",
            "at": at,
            "account_id": account,
            "order_id": "o1",
            "value": money("7.50"),
        },
    )
    await apollo_service.count()

    standings = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/standings?around=a1&limit=1")
    entry = standings.json["entries"][0]

    assert (entry["orders"], entry["refunds"], entry["refund_rate"]) == (4, 1, 0.25)
    assert entry["net_gmv"] == money("30.00")


async def test_lanes_count_exactly_while_settings_change_under_them(apollo_service: Service) -> None:
    stopping = asyncio.Event()
    lanes = asyncio.create_task(run_lanes(apollo_service.store, EAGER, 2, stopping))

    async def enrol_more() -> None:
        for number in range(60):
            setting = {"agency_id": "north", "name": "More", "kind": "partner", "country": "US"}
            await apollo_service.ask("PUT", f"/v1/accounts/more{number}", setting)
            path = f"/v1/campaigns/apollo-test/enrollments/more{number}"
            await apollo_service.ask("PUT", path, {"hosts": []})

    async def send_views() -> None:
        for start in range(0, 3_000, 100):
            await send(apollo_service, *(view(n, f"a{n % 3 + 1}") for n in range(start, start + 100)))

    await asyncio.gather(enrol_more(), send_views(), enrol_more())
    async with asyncio.timeout(20):
        while (await apollo_service.store.inbox.progress(0)).pending:
            await asyncio.sleep(0.05)
    stopping.set()
    await lanes

    assert await excluded(apollo_service) == {}
    found = await scores(apollo_service)
    assert [found[account] for account in ("a1", "a2", "a3")] == [1_000, 1_000, 1_000]


async def test_an_account_of_very_many_campaigns_counts_in_all_of_them(
    apollo_service: Service, apollo: Callable[..., str]
) -> None:
    toml = {"Content-Type": "application/toml"}
    campaigns = [f"many-{number:02d}" for number in range(70)]
    for campaign in campaigns:
        await apollo_service.ask(
            "PUT", f"/v1/campaigns/{campaign}", data=apollo(campaign).encode(), headers=toml
        )
        await apollo_service.ask("PUT", f"/v1/campaigns/{campaign}/enrollments/a1", {"hosts": []})
    order = {"type": "order", "id": "o", "value": {"amount": "1.00", "currency": "USD"}}
    await send(
        apollo_service, *(view(n) for n in range(5)), order | {"at": view(1)["at"], "account_id": "a1"}
    )
    await apollo_service.count()

    rows = [await apollo_service.store.standings.row(campaign, "a1") for campaign in campaigns]
    assert {(row.score, row.orders) if row else None for row in rows} == {(5, 1)}
    assert await excluded(apollo_service) == {}


async def test_a_closed_campaign_lists_nothing_of_other_times(
    apollo_service: Service, apollo: Callable[..., str]
) -> None:
    window = Window(1_000, 2_000, cutoff_ms=3_000)
    campaign = CountedCampaign("c", window, "USD")
    counting = Counting({"a": [Enrolled(campaign, 0)]}, [campaign])

    events = [KeptView(str(at_ms), at_ms, "a", "p", 1) for at_ms in (500, 1_500, 2_500)]
    counting.add(0, Received(2_900, "x", events))
    counting.add(1, Received(9_000, "x", events))

    assert [(one.entry, one.reason, one.event.at_ms) for one in counting.excluded] == [
        (0, "outside_window", 500),
        (0, "outside_window", 2_500),
        (1, "late", 1_500),
    ]


async def test_a_store_without_memory_buries_nothing(apollo_service: Service) -> None:
    store = apollo_service.store
    worker = IngestWorker(store, Pace(publish_interval_ms=0, takeover_after_ms=1_000, tries=1))
    await send(apollo_service, *(view(n) for n in range(50)))
    await store.client.do("CONFIG", "SET", "maxmemory", "1mb")
    try:
        for _ in range(6):
            with suppress(*UNAVAILABLE):
                await worker.step()
            worker._next_takeover_s = 0
            await asyncio.sleep(1.05)
    finally:
        await store.client.do("CONFIG", "SET", "maxmemory", "0")
    worker._next_takeover_s = 0
    await worker.step()

    assert (await store.inbox.progress(0)).buried == 0
    assert (await scores(apollo_service))["a1"] == 50


async def test_what_waits_to_be_shown_is_not_taken_over_from_oneself(apollo_service: Service) -> None:
    worker = IngestWorker(
        apollo_service.store, Pace(publish_interval_ms=60_000, takeover_after_ms=1_000, tries=1)
    )
    worker._published_s = monotonic()
    await send(apollo_service, view(1))
    await worker.step()
    await asyncio.sleep(1.1)
    worker._next_takeover_s = 0

    taken = await worker._take_over()

    assert taken == []


async def test_a_sum_that_could_not_be_exact_is_refused_and_the_rest_counts(apollo_service: Service) -> None:
    store, partition = apollo_service.store, keys.partition_of("a1", PARTITIONS)
    await store.client.do("HSET", keys.tally(partition, "apollo-test", "a1"), "g:USD", 2**53 - 50)
    order = {"type": "order", "at": view(1)["at"], "account_id": "a1"}
    await send(
        apollo_service,
        *(view(n) for n in range(50)),
        order | {"id": "fits", "value": {"amount": "0.50", "currency": "USD"}},
        order | {"id": "does not", "value": {"amount": "0.01", "currency": "USD"}},
    )
    await apollo_service.count()

    row = await store.standings.row("apollo-test", "a1")
    assert row is not None
    assert (row.score, row.orders, row.sales_minor) == (50, 1, 2**53)
    assert await excluded(apollo_service) == {"too_large": 1}


async def test_a_script_that_fails_half_way_loses_no_visitor(apollo_service: Service) -> None:
    store, partition = apollo_service.store, keys.partition_of("a1", PARTITIONS)
    broken = keys.product_visitors(partition, "apollo-test", "a1", "p2")
    await send(apollo_service, view(0, product_id="p2"))
    await apollo_service.count()
    await store.client.do("SET", broken, "no estimate")
    await send(apollo_service, *(view(n) for n in range(1, 30)), view(30, product_id="p2"))
    await apollo_service.count()
    (item,) = (await apollo_service.ask("GET", "/v1/buried")).json["items"]

    await store.client.do("DEL", broken)
    await apollo_service.ask("POST", f"/v1/buried/{item['id']}/replay")
    await apollo_service.count()

    assert (await scores(apollo_service))["a1"] == 31
