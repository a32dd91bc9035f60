"""Awards while a campaign runs: they follow the standings, and give way to those of the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from leaderboard.domain.flags import Decision
from leaderboard.domain.lifecycle import Certification, cancelled, opened, requested
from leaderboard.domain.signing import SigningKey
from leaderboard.store import keys
from leaderboard.store.awards import Given
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, close, how, move, pinned, send
from workers.awarding import Awarding
from workers.certifying import certify, finish
from workers.closing import freeze
from workers.scheduler import Recounting, Scheduler

KEY = SigningKey(b"s" * 32)
Shown = dict[str, list[tuple[str, int | None, str]]]


def order(number: int, amount: str, account: str = "a1") -> dict[str, Any]:
    value, at = {"amount": amount, "currency": "USD"}, "2022-02-20T12:00:00Z"
    return {"type": "order", "id": f"o{number}", "at": at, "account_id": account, "value": value}


def views(account: str, count: int) -> list[dict[str, Any]]:
    return [view(n, account, f"{account}-{n}", id=f"{account}-{n}") for n in range(count)]


async def running(
    service: Service, toml: str, events: Sequence[dict[str, Any]], accounts: Sequence[str] = ("a1", "a2")
) -> None:
    """A live campaign in which hours of live time are asked of nobody, and these events are counted."""
    await campaign_of_two(service, toml.replace("effective_live >= 14h", "effective_live >= 0h"), accounts)
    await move(service, opened)
    await service.ask("POST", "/v1/events", {"events": list(events)})
    await service.count()


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str]) -> Service:
    """a1 leads with two visitors, a2 has one, and an order of 30.50."""
    await running(service, apollo(), [*views("a1", 2), *views("a2", 1), order(1, "30.50", "a2")])
    return service


def awarding(service: Service) -> Awarding:
    return Awarding(service.store, rest_factor=0)


async def page(service: Service, campaign: str = CAMPAIGN) -> Any:
    return (await service.ask("GET", f"/v1/campaigns/{campaign}/standings")).json


async def shown(service: Service) -> Shown:
    return {
        entry["account_id"]: [
            (one["award"], one["place"], one["amount"]["amount"]) for one in entry["awards"]
        ]
        for entry in (await page(service))["entries"]
    }


async def test_awards_appear_while_the_campaign_runs(live: Service) -> None:
    before = await page(live)

    assert await awarding(live).step() == [CAMPAIGN]

    after = await page(live)
    assert (before["awards_as_of"], [one["award"] for one in before["entries"]]) == (None, [None, None])
    assert after["awards_as_of"] >= before["as_of"]
    assert await shown(live) == {
        "a1": [("top_five", 1, "4000.00")],
        "a2": [("top_five", 2, "2500.00"), ("gmv_rebate", None, "1.52")],
    }
    assert after["entries"][1]["award"] == {"amount": "2501.52", "currency": "USD"}


async def test_who_is_overtaken_has_the_lower_prize(live: Service) -> None:
    working = awarding(live)
    await working.step()
    await live.ask("POST", "/v1/events", {"events": views("a2", 5)})
    await live.count()

    assert await working.step() == [CAMPAIGN]
    assert await shown(live) == {
        "a2": [("top_five", 1, "4000.00"), ("gmv_rebate", None, "1.52")],
        "a1": [("top_five", 2, "2500.00")],
    }


async def test_nothing_is_worked_out_while_nothing_changes(live: Service) -> None:
    working = awarding(live)

    assert [await working.step() for _ in range(3)] == [[CAMPAIGN], [], []]


async def test_one_who_begins_anew_comes_to_the_same(live: Service) -> None:
    await awarding(live).step()
    before = await shown(live)

    assert await awarding(live).step() == [CAMPAIGN]
    assert await shown(live) == before


async def test_who_is_taken_out_shows_none_at_once_and_the_next_moves_up_with_the_next_look(
    live: Service,
) -> None:
    working, now_ms = awarding(live), await live.store.now_ms()
    await working.step()
    upheld = Decision(decision="uphold", reason="as the evidence is", by="reviewer", at_ms=now_ms)
    await live.store.decisions.put(CAMPAIGN, "refunds~a1", upheld)
    await live.count()
    at_once = await shown(live)
    await working.step()

    assert at_once["a1"] == []
    assert await shown(live) == {"a1": [], "a2": [("top_five", 1, "4000.00"), ("gmv_rebate", None, "1.52")]}


async def test_level_winners_share_a_place_and_what_it_pays(
    service: Service, apollo: Callable[..., str]
) -> None:
    toml = apollo().replace('ties = ["reached"]', 'ties = ["split"]')
    events = [*views("a1", 2), *views("a2", 2), *views("a3", 1)]
    await running(service, toml, events, ("a1", "a2", "a3"))

    await awarding(service).step()

    entries = (await page(service))["entries"]
    assert [(one["rank"], one["award_rank"], one["award"]["amount"]) for one in entries] == [
        (1, 1, "3250.00"),
        (2, 1, "3250.00"),
        (3, 3, "1500.00"),
    ]


async def test_a_pool_is_shared_among_all_who_qualify(service: Service, apollo: Callable[..., str]) -> None:
    pool = 'kind = "pool"\namount = 100\nby = "orders"'
    toml = apollo().replace('kind = "rate"\nof = "net_gmv"\nrate = "5%"', pool)
    orders = [order(1, "1.00", "a1"), order(2, "1.00", "a2"), order(3, "1.00", "a2")]
    await running(service, toml.replace('  "award.gmv_rebate.pay.rate",', ""), orders)

    await awarding(service).step()

    assert await shown(service) == {
        "a1": [("gmv_rebate", None, "33.33")],
        "a2": [("gmv_rebate", None, "66.67")],
    }


SESSIONS = """
[metric.valid_sessions]
source = "live"
where = ["effective == true"]
steps = [{ by = ["session"], agg = "sum", keep = ">= 1m" }, { agg = "count" }]

[[validator]]
id = "refunds"
"""


async def test_who_is_paid_by_what_is_not_known_yet_takes_no_part_until_it_is(
    service: Service, apollo: Callable[..., str]
) -> None:
    toml = apollo().replace('\n[[validator]]\nid = "refunds"', SESSIONS, 1)
    unit = 'kind = "unit"\nof = "valid_sessions"\namount = 7'
    await running(service, toml.replace('kind = "rate"\nof = "net_gmv"\nrate = "5%"', unit), views("a1", 1))
    working, values = awarding(service), service.store.metric_values
    await working.step()
    before = await shown(service)
    await values.put(CAMPAIGN, {"a2": {"valid_sessions": 3}}, await service.store.now_ms())

    assert await working.step() == [CAMPAIGN]
    assert before == {"a1": [("top_five", 1, "4000.00")], "a2": []}
    assert await shown(service) == {
        "a1": [("top_five", 1, "4000.00")],
        "a2": [("gmv_rebate", None, "21.00")],
    }


async def test_an_agency_sees_the_awards_of_its_own_accounts_only(live: Service) -> None:
    await awarding(live).step()
    await live.ask("PUT", "/v1/agencies/south", {"name": "South", "country": "US"})
    moved = {"agency_id": "south", "name": "a2", "kind": "partner", "country": "US"}
    await live.ask("PUT", "/v1/accounts/a2", moved)
    token = await live.issue(role="agency", agency="south")

    answer = await live.ask("GET", f"/v1/campaigns/{CAMPAIGN}/standings", token=token)
    other, own = answer.json["entries"]

    assert (other["account_id"], other["award"], other["awards"]) == ("a1", None, None)
    assert own["award"]["amount"] == "2501.52"


async def test_of_a_cancelled_campaign_nobody_has_any(live: Service) -> None:
    await awarding(live).step()
    store = live.store
    definition = store.directory.campaigns[CAMPAIGN].definition
    await move(live, lambda life, now_ms: cancelled(definition, life, now_ms))

    assert (await page(live))["awards_as_of"] is None
    assert await shown(live) == {"a1": [], "a2": []}


async def certified(service: Service, directory: Path, corrects: int = 0) -> None:
    await move(service, requested, Certification(await service.store.now_ms(), "tester", "why", corrects))
    await pinned()
    assert await certify(service.store, CAMPAIGN, how(directory), KEY)


@pytest.fixture
async def in_review(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    await send(service, tmp_path, [*views("a1", 2), *views("a2", 1), order(1, "100.00", "a2")])
    await close(service)
    assert await freeze(service.store, CAMPAIGN, how(tmp_path))
    return service


RESULT: Shown = {
    "a1": [("top_five", 1, "4000.00")],
    "a2": [("top_five", 2, "2500.00"), ("gmv_rebate", None, "5.00")],
}


async def test_from_the_certification_on_the_results_awards_are_shown(
    in_review: Service, tmp_path: Path
) -> None:
    working = awarding(in_review)
    await working.step()
    await certified(in_review, tmp_path)
    # Judged by today's settings, a2 would have none.
    merchant = {"agency_id": "north", "name": "a2", "kind": "merchant", "country": "DE"}
    await in_review.ask("PUT", "/v1/accounts/a2", merchant)
    late = await in_review.store.awards.replace(CAMPAIGN, {"a2": [Given("top_five", 1, 400_000)]}, at_ms=1)

    assert (await working.step(), late) == ([], False)
    assert await shown(in_review) == RESULT


async def test_a_store_that_was_restored_has_them_again(in_review: Service, tmp_path: Path) -> None:
    await certified(in_review, tmp_path)
    as_of = (await page(in_review))["awards_as_of"]
    await in_review.store.client.do("DEL", keys.awards(CAMPAIGN))
    lost = await shown(in_review)

    await finish(in_review.store, CAMPAIGN)

    assert lost == {"a1": [], "a2": []}
    assert await shown(in_review) == RESULT
    assert (await page(in_review))["awards_as_of"] == as_of


async def test_the_awards_of_a_correction_take_the_place_of_what_it_corrects(
    in_review: Service, tmp_path: Path
) -> None:
    await certified(in_review, tmp_path)
    now_ms = await in_review.store.now_ms()
    upheld = Decision(decision="uphold", reason="new evidence", by="reviewer", at_ms=now_ms)
    await in_review.store.decisions.put(CAMPAIGN, "refunds~a1", upheld)
    await in_review.count()

    await certified(in_review, tmp_path, corrects=1)

    assert await shown(in_review) == {
        "a1": [],
        "a2": [("top_five", 1, "4000.00"), ("gmv_rebate", None, "5.00")],
    }


async def test_of_two_schedulers_one_works_them_out(live: Service, tmp_path: Path) -> None:
    first, second = (Scheduler(live.store, Recounting(tmp_path, id_memory_h=48)) for _ in range(2))

    assert [await first.award(), await second.award()] == [[CAMPAIGN], []]


async def test_a_scheduler_works_them_out_by_its_clock(live: Service, tmp_path: Path) -> None:
    stopping = asyncio.Event()
    scheduler = Scheduler(live.store, Recounting(tmp_path, id_memory_h=48))

    running = asyncio.create_task(scheduler.run(stopping))
    async with asyncio.timeout(20):
        while not (await page(live))["awards_as_of"]:
            await asyncio.sleep(0.05)
    stopping.set()
    await running

    assert [one for one, *_ in (await shown(live))["a2"]] == ["top_five", "gmv_rebate"]
