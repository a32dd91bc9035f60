"""The traffic: the same from the same seed, valid, and shaped like the thing it stands for."""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice, pairwise
from statistics import mean
from typing import Any

import msgspec
import pytest

from leaderboard.demo.audience import CRAWLERS
from leaderboard.demo.farm import NETWORKS
from leaderboard.demo.sales import DEFECTIVE_PRODUCT
from leaderboard.demo.traffic import BATCH, Traffic, generate
from leaderboard.demo.world import World, make_world
from leaderboard.domain.events import EVENT_TYPES, Event
from leaderboard.domain.kept_events import keep
from leaderboard.domain.times import to_ms

START_MS = 1_790_000_000_000
COUNT = 150_000


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return list(chain.from_iterable(generate(7, START_MS, count=COUNT)))


@pytest.fixture(scope="module")
def views(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == "product_view"]


@pytest.fixture(scope="module")
def sales(world: World) -> list[dict[str, Any]]:
    """Orders and refunds of some minutes, in the order of their arrival."""
    traffic = Traffic(world, START_MS, 1_500)
    return [
        event for _, events in traffic.ticks(400) for event in events if event["type"] in ("order", "refund")
    ]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(7)


def _role_of(world: World) -> dict[str, str]:
    return {account.id: account.role for account in world.accounts}


def test_the_same_seed_and_start_give_the_same_events() -> None:
    assert list(generate(5, START_MS, count=5_000)) == list(generate(5, START_MS, count=5_000))
    assert list(generate(5, START_MS, count=500)) != list(generate(6, START_MS, count=500))


def test_another_start_gives_other_ids_so_that_two_runs_do_not_collide() -> None:
    first = {event["id"] for batch in generate(5, START_MS, count=2_000) for event in batch}
    second = {event["id"] for batch in generate(5, START_MS + 1, count=2_000) for event in batch}

    assert not first & second


def test_every_event_is_one_that_the_door_takes(events: list[dict[str, Any]]) -> None:
    decoder = msgspec.json.Decoder(Event)

    for raw in events:
        event = decoder.decode(msgspec.json.encode(raw))
        keep(event, START_MS + 86_400_000, len)


def test_all_types_occur_and_an_id_that_comes_again_brings_the_same(events: list[dict[str, Any]]) -> None:
    contents: dict[tuple[str, str, str], set[bytes]] = {}
    for event in events:
        name = event["type"], event["account_id"], event["id"]
        contents.setdefault(name, set()).add(msgspec.json.encode(event))

    assert {event["type"] for event in events} == set(EVENT_TYPES) - {"ad_spend"}
    assert max(map(len, contents.values())) == 1
    assert {kind for kind, _, _ in contents} == set(EVENT_TYPES) - {"ad_spend"}


def test_batches_keep_to_the_count_and_to_the_size_of_the_door() -> None:
    batches = list(generate(1, START_MS, count=12_345, rate=30_000))

    assert sum(map(len, batches)) == 12_345
    assert max(map(len, batches)) <= BATCH


def test_a_duration_ends_the_traffic_and_the_rate_is_kept_over_a_whole_day() -> None:
    sent = sum(len(batch) for batch in generate(1, START_MS, duration_s=60, rate=1_000))

    assert 57_000 < sent < 63_000


def test_without_an_end_it_goes_on() -> None:
    assert len(list(islice(generate(1, START_MS), 700))) == 700


def test_the_evening_is_busier_than_the_night() -> None:
    sizes = [len(batch) for batch in generate(1, START_MS, duration_s=60, rate=2_000)]

    assert max(sizes) > 4 * min(sizes)


def test_nothing_is_sent_before_it_happened(events: list[dict[str, Any]]) -> None:
    views_ms = [event["at"] for event in events if event["type"] == "product_view"]
    heard_ms = START_MS
    for event in events:
        at_ms = event["at"] if isinstance(event["at"], int) else to_ms(msgspec.convert(event, Event).at)
        heard_ms = max(heard_ms, event["at"]) if event["type"] == "product_view" else heard_ms
        assert START_MS <= at_ms < heard_ms + 200

    assert max(later - earlier for earlier, later in pairwise(views_ms)) < 200


def test_unique_visitors_begin_at_a_third_of_the_views_and_fall(views: list[dict[str, Any]]) -> None:
    def share(some: list[dict[str, Any]]) -> float:
        return len({(view["account_id"], view["visitor_id"]) for view in some}) / len(some)

    assert 0.32 < share(views[:50_000]) < 0.40
    assert share(views) < share(views[:50_000]) - 0.01


def test_visitors_are_shared_between_accounts(views: list[dict[str, Any]]) -> None:
    accounts_of: dict[str, set[str]] = {}
    for view in views:
        accounts_of.setdefault(view["visitor_id"], set()).add(view["account_id"])

    assert 0.05 < mean(len(accounts) > 1 for accounts in accounts_of.values()) < 0.5


def test_one_to_two_views_of_a_hundred_become_orders(events: list[dict[str, Any]]) -> None:
    count = Counter(event["type"] for event in events)

    assert 0.01 < count["order"] / count["product_view"] < 0.02
    assert count["funnel_step"] > 3 * count["order"]


def test_refunds_name_an_order_and_never_give_back_more(sales: list[dict[str, Any]]) -> None:
    paid = {event["id"]: event["value"] for event in sales if event["type"] == "order"}
    given_back: dict[str, dict[str, float]] = {}
    for refund in (event for event in sales if event["type"] == "refund" and event["order_id"] in paid):
        assert refund["value"]["currency"] == paid[refund["order_id"]]["currency"]
        given_back.setdefault(refund["order_id"], {})[refund["id"]] = float(refund["value"]["amount"])

    assert len(given_back) > 200
    assert all(sum(parts.values()) <= float(paid[id_]["amount"]) + 1e-6 for id_, parts in given_back.items())


def test_refunds_come_late_in_parts_again_and_before_their_order(sales: list[dict[str, Any]]) -> None:
    place = {event["id"]: number for number, event in enumerate(sales) if event["type"] == "order"}
    at_ms = {event["id"]: to_ms(msgspec.convert(event, Event).at) for event in sales}
    refunds = [event for event in sales if event["type"] == "refund" and event["order_id"] in place]
    ids_of = Counter(order_id for order_id, _ in {(event["order_id"], event["id"]) for event in refunds})
    latency_ms = sorted(at_ms[event["id"]] - at_ms[event["order_id"]] for event in refunds)
    early = [event for number, event in enumerate(sales) if place.get(event.get("order_id", ""), -1) > number]

    assert 0.05 < mean(count > 1 for count in ids_of.values()) < 0.25
    assert 0.01 < 1 - len({event["id"] for event in refunds}) / len(refunds) < 0.06
    assert 0.005 < len(early) / len(ids_of) < 0.06
    assert latency_ms[0] < 5_000
    assert latency_ms[len(latency_ms) // 2] > 10_000
    assert latency_ms[-1] > 150_000


def test_an_order_in_another_currency_comes_now_and_then(sales: list[dict[str, Any]]) -> None:
    currencies = Counter(event["value"]["currency"] for event in sales if event["type"] == "order")

    assert set(currencies) == {"USD", "CAD", "MXN", "EUR"}
    assert 0.002 < 1 - currencies["USD"] / currencies.total() < 0.012


def test_one_product_of_one_account_comes_back_through_the_sellers_fault(
    sales: list[dict[str, Any]], world: World
) -> None:
    [place] = world.places_in("defective")
    account = world.accounts[place]
    product_of = {
        event["id"]: event["product_ids"][0]
        for event in sales
        if event["type"] == "order" and event["account_id"] == account.id
    }
    refunds = [event for event in sales if event["type"] == "refund" and event["order_id"] in product_of]
    back = {product_of[event["order_id"]]: set[str]() for event in refunds}
    for event in refunds:
        back[product_of[event["order_id"]]].add(event["order_id"])
    worst = account.id + DEFECTIVE_PRODUCT
    sold = Counter(product_of.values())

    assert 0.35 < len(back[worst]) / sold[worst] < 0.75
    assert sum(len(ids) for product, ids in back.items() if product != worst) < 0.15 * sold.total()
    assert {event["reason"] for event in refunds if product_of[event["order_id"]] == worst} == {
        "seller_fault"
    }


def test_fashion_is_sent_back_more_often(sales: list[dict[str, Any]], world: World) -> None:
    roles = _role_of(world)
    orders = Counter(roles[event["account_id"]] for event in sales if event["type"] == "order")
    refunded = {(event["account_id"], event["order_id"]) for event in sales if event["type"] == "refund"}
    back = Counter(roles[account] for account, _ in refunded)

    assert back["fashion"] / orders["fashion"] > 0.3
    assert 0.03 < back["ordinary"] / orders["ordinary"] < 0.09


def test_a_few_products_draw_most_looks(views: list[dict[str, Any]]) -> None:
    account, _ = Counter(view["account_id"] for view in views).most_common(1)[0]
    products = Counter(view["product_id"] for view in views if view["account_id"] == account)

    assert sum(count for _, count in products.most_common(5)) > 0.3 * products.total()


def test_viewers_come_from_shared_addresses_and_from_ipv6(views: list[dict[str, Any]]) -> None:
    addresses = [view["ip"] for view in views]
    carriers = Counter(address.rpartition(".")[0] for address in addresses if ":" not in address)

    assert 0.2 < mean(":" in address for address in addresses) < 0.32
    assert sum(count for _, count in carriers.most_common(24)) > 0.2 * len(addresses)


def test_a_little_of_the_traffic_is_crawlers_or_without_an_agent(views: list[dict[str, Any]]) -> None:
    agents = Counter(view.get("user_agent") for view in views)

    assert 0 < sum(agents[crawler] for crawler in CRAWLERS) < 0.01 * len(views)
    assert 0 < agents[None] < 0.01 * len(views)


def test_the_farm_looks_once_from_few_networks_and_never_fills_a_cart(
    events: list[dict[str, Any]], views: list[dict[str, Any]], world: World
) -> None:
    bought = [view for view in views if str(view["ip"]).startswith(NETWORKS)]
    visitors = {view["visitor_id"] for view in bought}

    assert {_role_of(world)[view["account_id"]] for view in bought} == {"farm"}
    assert len(visitors) == len(bought) > 300
    assert len({view["user_agent"] for view in bought}) <= 3
    assert not [
        event for event in events if event["type"] == "funnel_step" and event["visitor_id"] in visitors
    ]


@pytest.fixture(scope="module")
def beats() -> list[dict[str, Any]]:
    """Heartbeats of some minutes, in the order of their arrival."""
    batches = generate(3, START_MS, duration_s=400, rate=60)
    return [event for batch in batches for event in batch if event["type"] == "heartbeat"]


def test_heartbeats_of_a_session_join_up_and_come_every_15_to_20_seconds(beats: list[dict[str, Any]]) -> None:
    ends: dict[tuple[str, int], int] = {}
    for raw in beats:
        ends[raw["live_session_id"], raw["seq"]] = to_ms(msgspec.convert(raw, Event).at)
    for raw in beats:
        before = ends.get((raw["live_session_id"], raw["seq"] - 1))
        at_ms = ends[raw["live_session_id"], raw["seq"]]
        assert before is None or at_ms - before == round(raw["covers"] * 1000)

    assert all(1 <= beat["covers"] <= 20 for beat in beats)
    assert {beat["activity"] for beat in beats} == {"explaining", "displaying", "idle", "away"}


def test_heartbeats_of_flaky_links_come_late_and_twice(beats: list[dict[str, Any]]) -> None:
    hosts = {host.id: host.habit for account in make_world(3).accounts for host in account.hosts}
    newest: dict[str, int] = {}
    late, times = Counter[str](), Counter[tuple[str, int]]()
    for beat in beats:
        late[hosts[beat["host_id"]]] += beat["seq"] < newest.get(beat["live_session_id"], 0)
        newest[beat["live_session_id"]] = max(beat["seq"], newest.get(beat["live_session_id"], 0))
        times[beat["live_session_id"], beat["seq"]] += 1

    assert late["flaky"] == late.total() > 0
    assert max(times.values()) >= 2


def test_a_host_who_hands_over_has_two_sessions_live_at_once(beats: list[dict[str, Any]]) -> None:
    hosts = {host.id: host.habit for account in make_world(3).accounts for host in account.hosts}
    second = {beat["host_id"] for beat in beats if beat["live_session_id"].endswith("-2")}

    assert second
    assert {hosts[host] for host in second} == {"hands_over"}


def test_the_host_who_hangs_up_shows_no_sign_of_life(world: World) -> None:
    beats = [
        event
        for batch in generate(7, START_MS, duration_s=300, rate=50)
        for event in batch
        if event["type"] == "heartbeat" and _role_of(world)[event["account_id"]] == "idle"
    ]

    assert beats
    assert all(beat["motion"] < 0.05 and beat["replies"] == 0 for beat in beats)


def test_accounts_that_are_live_draw_a_crowd(views: list[dict[str, Any]]) -> None:
    live = [view for view in views if view["source"] == "live"]

    assert 0.3 < len(live) / len(views) < 0.6
    assert all("live_session_id" in view for view in live)
    assert {view["source"] for view in views} == {"live", "video", "profile", "link", "store"}


def test_a_hundred_thousand_accounts_and_ten_million_visitors_are_no_list() -> None:
    batches = generate(1, START_MS, count=20_000, rate=20_000, accounts=100_000, visitors=10_000_000)
    views = [view for batch in batches for view in batch if view["type"] == "product_view"]

    assert len({view["account_id"] for view in views}) > 3_000
    assert len({view["visitor_id"] for view in views}) / len(views) > 0.3
