"""Certification: the result is what the archive gives, signed, once, the same for ever; or it is refused, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from leaderboard.domain.flags import Decision
from leaderboard.domain.lifecycle import Certification, requested
from leaderboard.domain.signing import SigningKey, check
from leaderboard.store.standings import AsOf
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, close, how, move, pinned, send
from workers.auditing import audit
from workers.certifying import certify, finish
from workers.closing import Stuck, freeze
from workers.metric_recount import recount_metrics

KEY = SigningKey(b"s" * 32)
AT = "2022-02-20T12:00:00Z"


def order(number: int, amount: str = "100.00", account: str = "a1") -> dict[str, Any]:
    value = {"amount": amount, "currency": "USD"}
    return {"type": "order", "id": f"o{number}", "at": AT, "account_id": account, "value": value}


def refund(number: int, order: int, amount: str = "40.00", account: str = "a1") -> dict[str, Any]:
    value = {"amount": amount, "currency": "USD"}
    return {
        "type": "refund", "id": f"r{number}", "at": AT, "account_id": account, "order_id": f"o{order}", "value": value,
    }  # fmt: skip


async def ask_to_certify(service: Service, reason: str = "", corrects: int = 0) -> None:
    now_ms = await service.store.now_ms()
    await move(service, requested, Certification(now_ms, "tester", reason, corrects))
    await pinned()


async def certified(service: Service, directory: Path, version: int = 1) -> bytes:
    await certify(service.store, CAMPAIGN, how(directory), KEY)
    content = await service.store.lifecycles.document(CAMPAIGN, f"result|{version}")
    assert content is not None
    return content


@pytest.fixture
async def in_review(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """Two accounts without hours to show, one of them with an order; nobody asks for 14 hours."""
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    await send(service, tmp_path, [view(1), view(2), view(3, account="a2"), order(1)])
    await close(service)
    assert await freeze(service.store, CAMPAIGN, how(tmp_path))
    return service


async def test_a_result_has_everybody_in_order_with_awards_and_is_signed(
    in_review: Service, tmp_path: Path
) -> None:
    await ask_to_certify(in_review)

    result = check(await certified(in_review, tmp_path), [KEY.public_key]).document
    life = await in_review.store.lifecycles.life(CAMPAIGN)

    standings = [
        (one["account_id"], one["rank"], one["award_rank"], one["score"]) for one in result["standings"]
    ]
    awards = [(one["award"], one["account_id"], one["amount"]["amount"]) for one in result["awards"]]
    assert (life.state, life.result, result["certified_by"]) == ("certified", 1, "tester")
    assert standings == [("a1", 1, 1, 2), ("a2", 2, 2, 1)]
    assert awards == [
        ("top_five", "a1", "4000.00"),
        ("top_five", "a2", "2500.00"),
        ("gmv_rebate", "a1", "5.00"),
    ]


async def test_refunds_count_until_the_request_and_not_after_it(in_review: Service, tmp_path: Path) -> None:
    await send(in_review, tmp_path, [refund(1, 1)])
    await ask_to_certify(in_review)
    await send(in_review, tmp_path, [refund(2, 1)])

    result = check(await certified(in_review, tmp_path)).document

    first = result["standings"][0]
    assert (first["refunds"], first["refunded_orders"]) == ([{"amount": "40.00", "currency": "USD"}], 1)
    assert result["awards"][-1]["amount"]["amount"] == "3.00"
    assert (await in_review.store.exclusions.counts(CAMPAIGN))["late"] == 1


async def test_it_is_certified_once_however_often_and_by_however_many(
    in_review: Service, tmp_path: Path
) -> None:
    await ask_to_certify(in_review)

    several = (certify(in_review.store, CAMPAIGN, how(tmp_path), KEY) for _ in range(3))
    made = await asyncio.gather(*several)
    once_more = await certify(in_review.store, CAMPAIGN, how(tmp_path), KEY)

    assert (sorted(made), once_more) == ([False, False, True], False)
    assert await in_review.store.lifecycles.document(CAMPAIGN, "result|2") is None


async def test_the_audit_agrees_with_a_certified_result_whatever_comes_after_it(
    in_review: Service, tmp_path: Path
) -> None:
    await ask_to_certify(in_review)
    await certified(in_review, tmp_path)
    await send(in_review, tmp_path, [view(9), order(9), refund(9, 1)])
    single = {"agency_id": "north", "name": "a1", "kind": "merchant", "country": "US"}
    await in_review.ask("PUT", "/v1/accounts/a1", single)
    await in_review.count()

    found = await audit(in_review.store, CAMPAIGN, how(tmp_path))
    row = await in_review.store.standings.row(CAMPAIGN, "a1")

    assert (found.agrees, found.not_compared, found.result) == (True, (), 1)
    assert row is not None
    assert (row.score, row.orders, row.refunded_orders, row.eligible) == (2, 1, 0, True)


async def test_a_figure_that_the_archive_does_not_give_is_not_certified(
    in_review: Service, tmp_path: Path
) -> None:
    store = in_review.store
    row = await store.standings.row(CAMPAIGN, "a2")
    assert row is not None
    await store.judge.publish(
        CAMPAIGN, [type(row)("a2", row.version + 1, 7, row.reached_ms)], await store.now_ms()
    )
    await ask_to_certify(in_review)

    assert not await certify(store, CAMPAIGN, how(tmp_path), KEY)
    life, note = await store.lifecycles.life(CAMPAIGN), await store.lifecycles.noted(CAMPAIGN)

    assert (life.state, life.certifying, life.result) == ("review", None, 0)
    assert note is not None
    assert "the audit found" in note.text
    assert "account a2" in note.text


async def test_an_open_hold_of_somebody_who_could_be_paid_is_not_certified(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    orders, refunds = [order(n) for n in range(10)], [refund(n, n) for n in range(3)]
    await send(service, tmp_path, [view(1), *orders, *refunds])
    await close(service)
    await freeze(service.store, CAMPAIGN, how(tmp_path))
    await ask_to_certify(service)

    assert not await certify(service.store, CAMPAIGN, how(tmp_path), KEY)

    note = await service.store.lifecycles.noted(CAMPAIGN)
    assert note is not None
    assert "account a1 could be paid and is on hold" in note.text


async def test_what_was_set_aside_is_waited_for(in_review: Service, tmp_path: Path) -> None:
    store = in_review.store
    await in_review.ask("POST", "/v1/events", {"events": [refund(1, 1)]})
    (entry,) = await store.inbox.read("test", 1, 1, store.inbox.partitions)
    await store.inbox.bury(entry, "a test said so")
    await send(in_review, tmp_path, [])
    await ask_to_certify(in_review)

    with pytest.raises(Stuck, match="could not be applied"):
        await certify(store, CAMPAIGN, how(tmp_path), KEY)

    assert (await store.lifecycles.life(CAMPAIGN)).certifying is not None


def ruling(decision: Literal["uphold", "dismiss"], at_ms: int) -> Decision:
    return Decision(decision=decision, reason="as the evidence is", by="reviewer", at_ms=at_ms)


async def test_a_correction_names_what_it_corrects_and_why_and_shows_in_the_standings(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    store = service.store
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    orders, refunds = [order(n) for n in range(10)], [refund(n, n) for n in range(3)]
    await send(service, tmp_path, [view(1), view(2), view(3, account="a2"), *orders, *refunds])
    await close(service)
    await freeze(store, CAMPAIGN, how(tmp_path))
    await store.decisions.put(CAMPAIGN, "refunds~a1", ruling("dismiss", await store.now_ms()))
    await service.count()
    await ask_to_certify(service)
    first = check(await certified(service, tmp_path))
    await store.decisions.put(CAMPAIGN, "refunds~a1", ruling("uphold", await store.now_ms()))
    await send(service, tmp_path, [refund(8, 8)])

    await ask_to_certify(service, "new evidence", corrects=1)
    second = check(await certified(service, tmp_path, 2)).document
    found = await audit(store, CAMPAIGN, how(tmp_path))
    page = await store.standings.page(CAMPAIGN, 0, 9)

    winners = [
        [one["account_id"] for one in result["awards"] if one["award"] == "top_five"]
        for result in (first.document, second)
    ]
    assert winners == [["a1", "a2"], ["a2"]]
    assert second["previous"] == {"version": 1, "sha256": first.sha256}
    assert (second["version"], second["reason"]) == (2, "new evidence")
    assert second["standings"][0]["refunds"] == first.document["standings"][0]["refunds"]
    assert [(row.account_id, row.eligible) for row in page.rows] == [("a1", False), ("a2", True)]
    assert (found.agrees, found.result) == (True, 2)


async def test_a_correction_that_corrects_nothing_is_refused(in_review: Service, tmp_path: Path) -> None:
    store = in_review.store
    await ask_to_certify(in_review)
    await certified(in_review, tmp_path)
    await ask_to_certify(in_review, "once more", corrects=1)

    assert not await certify(store, CAMPAIGN, how(tmp_path), KEY)
    life, note = await store.lifecycles.life(CAMPAIGN), await store.lifecycles.noted(CAMPAIGN)

    assert (life.state, life.result, life.certifying) == ("certified", 1, None)
    assert note is not None
    assert note.text.startswith("No correction was made: there is nothing to correct")


async def test_rows_that_were_judged_around_the_certification_become_those_of_the_result(
    in_review: Service, tmp_path: Path
) -> None:
    store = in_review.store
    await ask_to_certify(in_review)
    await certified(in_review, tmp_path)
    row = await store.standings.row(CAMPAIGN, "a1")
    assert row is not None
    # As a worker would have left it that judged by other settings just before.
    as_of = AsOf(store.directory.place, 0, (await store.lifecycles.life(CAMPAIGN)).version)
    await store.standings.publish(
        CAMPAIGN, [replace(row, version=row.version + 1, eligible=False)], await store.now_ms(), as_of
    )

    mended = [await finish(store, CAMPAIGN) for _ in range(2)]

    assert mended == [1, 0]
    assert (await store.standings.rows(CAMPAIGN, ["a1"]))[0].eligible


async def test_a_refund_after_the_pin_is_listed_where_its_order_counted_whatever_its_own_time(
    in_review: Service, tmp_path: Path
) -> None:
    await ask_to_certify(in_review)
    await certified(in_review, tmp_path)
    lately = datetime.now(UTC).isoformat()

    await send(in_review, tmp_path, [refund(7, 1) | {"at": lately}, refund(8, 99) | {"at": lately}])
    samples = await in_review.store.exclusions.samples(CAMPAIGN, "late", 9)

    assert [(one["type"], one["id"]) for one in samples] == [("refund", "r7")]


async def test_what_goes_on_after_the_close_in_other_times_is_not_listed(
    in_review: Service, tmp_path: Path
) -> None:
    lately = datetime.now(UTC).isoformat()
    before = await in_review.store.exclusions.counts(CAMPAIGN)

    await send(in_review, tmp_path, [view(1) | {"at": lately, "product_id": "another"}])

    assert await in_review.store.exclusions.counts(CAMPAIGN) == before


async def test_nobody_wins_a_place_without_a_single_visitor(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    await send(service, tmp_path, [view(1, account="a2")])
    await close(service)
    await freeze(service.store, CAMPAIGN, how(tmp_path))
    await ask_to_certify(service)

    result = check(await certified(service, tmp_path)).document

    assert [(one["award"], one["account_id"]) for one in result["awards"]] == [("top_five", "a2")]


async def test_a_rate_is_paid_of_values_from_after_the_last_refund(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    """By a metric that no counter keeps: orders on days with a refund."""
    text = apollo().replace("effective_live >= 14h", "effective_live >= 0h")
    by_days = """
[metric.refund_days]
source = "refund"
value = "count"
steps = [{ by = ["day"], agg = "any" }, { agg = "sum" }]

[metric.net_gmv]
"""
    text = text.replace("\n[metric.net_gmv]\n", by_days)
    head, rebate = text.split('id = "gmv_rebate"')
    rebate = rebate.replace('["effective_live >= 0h"]', '["effective_live >= 0h", "refund_days < 1"]')
    await campaign_of_two(service, f'{head}id = "gmv_rebate"{rebate}')
    await send(service, tmp_path, [view(1), order(1), order(2, account="a2")])
    await close(service)
    await freeze(service.store, CAMPAIGN, how(tmp_path))
    await recount_metrics(service.store, CAMPAIGN, tmp_path, 48)
    await send(service, tmp_path, [refund(1, 1, "1.00")])
    await ask_to_certify(service)

    result = check(await certified(service, tmp_path)).document

    assert [one["account_id"] for one in result["awards"] if one["award"] == "gmv_rebate"] == ["a2"]
