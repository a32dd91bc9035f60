"""Standings: everybody's place, page by page or around somebody, and no more than the reader may see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leaderboard.domain.standings import Row
from leaderboard.domain.times import from_ms
from leaderboard.store.awards import Given
from leaderboard.web.standings import PROGRESS_MAX_AGE_MS
from tests.conftest import Answer, Service, view
from tests.web.asking import refusal_of

PATH = "/v1/campaigns/apollo-test/standings"


async def standings(service: Service, query: str = "", token: str | None = None) -> Answer:
    return await service.ask("GET", f"{PATH}?{query}", token=token)


def places(answer: Answer) -> list[tuple[int, str, int]]:
    return [(entry["rank"], entry["account_id"], entry["score"]) for entry in answer.json["entries"]]


async def enroll(service: Service, *accounts: str) -> None:
    for account in accounts:
        setting = {"agency_id": "south", "name": account.title(), "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/{account}", setting)
        await service.ask("PUT", f"/v1/campaigns/apollo-test/enrollments/{account}", {})


async def with_scores(service: Service, **scores: int) -> None:
    await enroll(service, *(account for account in scores if account not in ("a1", "a2", "a3")))
    events = [
        view(number, account, f"{account}-{number}", id=f"{account}-{number}")
        for account, score in scores.items()
        for number in range(score)
    ]
    for start in range(0, len(events), 1_000):
        await service.ask("POST", "/v1/events", {"events": events[start : start + 1_000]})
    await service.count()


TEN = {f"b{number}": 10 - number for number in range(10)}


async def test_everybody_enrolled_has_a_place_before_anything_has_happened(apollo_service: Service) -> None:
    answer = await standings(apollo_service)

    assert places(answer) == [(1, "a1", 0), (2, "a2", 0), (3, "a3", 0)]
    assert {entry["reached_at"] for entry in answer.json["entries"]} == {None}


async def test_the_head_says_what_the_numbers_are(apollo_service: Service) -> None:
    answer = await standings(apollo_service)
    campaign = answer.json["campaign"]

    assert (campaign["id"], campaign["state"], campaign["zone"]) == (
        "apollo-test",
        "live",
        "America/Los_Angeles",
    )
    assert campaign["tie_rule"].endswith("then account id.")
    assert (answer.json["total"], answer.json["provisional"]) == (3, True)


async def test_an_entry_has_all_that_its_agency_wants_to_know(apollo_service: Service) -> None:
    order = {"type": "order", "id": "o1", "at": "2022-02-20T12:00:00Z", "account_id": "a1"}
    value = {"amount": "12.50", "currency": "USD"}
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1), view(2), order | {"value": value}]})
    await apollo_service.count()
    entry = (await standings(apollo_service, "around=a1&limit=1")).json["entries"][0]

    assert {key: entry[key] for key in entry.keys() - {"reached_at", "reasons"}} == {
        "rank": 1,
        "rank_an_hour_ago": None,
        "account_id": "a1",
        "name": "Account a1",
        "agency_id": "north",
        "score": 2,
        "counted_uv": 2,
        "voided_uv": 0,
        "discounted_uv": 0,
        "invalid_uv": 0,
        "eligible": False,
        "award_rank": None,
        "award": None,
        "awards": [],
        "effective_s": 0,
        "orders": 1,
        "refunds": 0,
        "refund_rate": 0.0,
        "net_gmv": value,
    }
    assert entry["reached_at"] <= from_ms(await apollo_service.store.now_ms()).strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ"
    )
    assert entry["reasons"] == [
        {
            "code": "requirement",
            "rule": "effective_live",
            "detail": "14 h of effective live time missing: 0 s of 14 h.",
            "have": 0,
            "need": 50_400,
        }
    ]


async def publish(service: Service, *rows: Row) -> None:
    await service.store.directory.refresh()
    await service.store.judge.publish("apollo-test", rows, await service.store.now_ms())


def live_row(account: str, score: int, effective_ms: int = 50_400_000, refunds: int = 0) -> Row:
    return Row(account, 1, score, 5, orders=10, refunded_orders=refunds, effective_ms=effective_ms)


async def test_only_the_eligible_are_ranked_for_the_award(apollo_service: Service) -> None:
    await publish(
        apollo_service,
        live_row("a1", 9, 50_399_999),
        live_row("a2", 8, refunds=3),
        live_row("a3", 7),
    )
    page = (await standings(apollo_service)).json["entries"]
    around = (await standings(apollo_service, "around=a3&limit=1")).json["entries"]

    assert [(one["rank"], one["eligible"], one["award_rank"], one["effective_s"]) for one in page] == [
        (1, False, None, 50_399),
        (2, True, 1, 50_400),
        (3, True, 2, 50_400),
    ]
    assert [[reason["code"] for reason in one["reasons"]] for one in page] == [
        ["requirement"],
        ["validator.hold"],
        [],
    ]
    assert around == page[2:]


async def test_of_others_neither_place_nor_reason_is_shown(apollo_service: Service) -> None:
    await publish(apollo_service, live_row("a1", 9, 5), live_row("a3", 7))
    token = await apollo_service.issue(role="agency", agency="south")
    own, other = reversed((await standings(apollo_service, token=token)).json["entries"][:2])

    assert (own["eligible"], own["award_rank"], own["reasons"]) == (True, 1, [])
    assert {other[name] for name in ("eligible", "award_rank", "effective_s", "reasons")} == {None}


async def award(service: Service, **awards: list[Given]) -> None:
    await service.store.awards.replace("apollo-test", awards, at_ms=1_645_000_000_000)


async def test_awards_are_shown_one_by_one_and_in_all(apollo_service: Service) -> None:
    await publish(apollo_service, live_row("a1", 9), live_row("a3", 7))
    await award(apollo_service, a1=[Given("top_five", 1, 400_000), Given("gmv_rebate", None, 123)])
    page = (await standings(apollo_service)).json

    assert page["awards_as_of"] == "2022-02-16T08:26:40.000Z"
    assert page["entries"][0]["award"] == {"amount": "4001.23", "currency": "USD"}
    assert page["entries"][0]["awards"] == [
        {"award": "top_five", "place": 1, "amount": {"amount": "4000.00", "currency": "USD"}},
        {"award": "gmv_rebate", "place": None, "amount": {"amount": "1.23", "currency": "USD"}},
    ]
    assert [(one["award"], one["awards"]) for one in page["entries"][1:]] == [(None, [])] * 2


async def test_of_others_no_award_is_shown(apollo_service: Service) -> None:
    await publish(apollo_service, live_row("a1", 9), live_row("a3", 7))
    await award(apollo_service, a1=[Given("top_five", 1, 400_000)], a3=[Given("top_five", 2, 250_000)])
    token = await apollo_service.issue(role="agency", agency="south")
    other, own = (await standings(apollo_service, token=token)).json["entries"][:2]

    assert (own["account_id"], own["award"]["amount"]) == ("a3", "2500.00")
    assert (other["award"], other["awards"]) == (None, None)


async def test_who_does_not_qualify_has_no_award_whatever_was_worked_out(apollo_service: Service) -> None:
    await publish(apollo_service, live_row("a1", 9, effective_ms=50_399_999))
    await award(apollo_service, a1=[Given("top_five", 1, 400_000), Given("gmv_rebate", None, 123)])

    entry = (await standings(apollo_service)).json["entries"][0]

    assert (entry["account_id"], entry["award"], entry["awards"]) == ("a1", None, [])


async def test_a_change_of_an_account_shows_in_its_reasons(apollo_service: Service) -> None:
    definition = (await apollo_service.ask("GET", "/v1/campaigns/apollo-test")).json["definition"]
    eligibility = [part | {"at": "payout"} for part in definition["eligibility"]]
    await apollo_service.ask(
        "PUT", "/v1/campaigns/next", definition | {"id": "next", "eligibility": eligibility}
    )
    await apollo_service.ask("PUT", "/v1/campaigns/next/enrollments/a1", {})
    setting = {"agency_id": "north", "name": "A", "kind": "merchant", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/a1", setting)

    entries = (await apollo_service.ask("GET", "/v1/campaigns/next/standings")).json["entries"]

    assert entries[0]["reasons"][0]["detail"] == "kind is merchant, asked for is partner."


@pytest.mark.parametrize(
    ("offset", "limit"), [(0, 1), (0, 5), (3, 4), (9, 5), (12, 5), (13, 5), (1_000, 5), (0, 1_000)]
)
async def test_pages_are_parts_of_one_order(apollo_service: Service, offset: int, limit: int) -> None:
    await with_scores(apollo_service, **TEN)
    everybody = places(await standings(apollo_service, "limit=1000"))
    page = await standings(apollo_service, f"offset={offset}&limit={limit}")

    assert [rank for rank, _, _ in everybody] == list(range(1, 14))
    assert places(page) == everybody[offset : offset + limit]
    assert page.json["total"] == 13


@pytest.mark.parametrize(
    ("account", "limit", "ranks"),
    [
        ("b0", 5, [1, 2, 3, 4, 5]),
        ("b1", 5, [1, 2, 3, 4, 5]),
        ("b5", 5, [4, 5, 6, 7, 8]),
        ("b5", 1, [6]),
        ("b5", 1_000, list(range(1, 14))),
        ("a3", 5, [9, 10, 11, 12, 13]),
    ],
)
async def test_around_an_account_it_stands_in_the_middle_where_the_ends_allow(
    apollo_service: Service, account: str, limit: int, ranks: list[int]
) -> None:
    await with_scores(apollo_service, **TEN)
    answer = await standings(apollo_service, f"around={account}&limit={limit}")

    assert [rank for rank, _, _ in places(answer)] == ranks
    assert account in [name for _, name, _ in places(answer)]


async def test_around_somebody_who_is_not_in_it_is_not_found(apollo_service: Service) -> None:
    answer = await standings(apollo_service, "around=nobody")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")
    assert answer.json["detail"] == "account nobody in these standings does not exist"


async def test_an_unknown_campaign_is_not_found(service: Service) -> None:
    answer = await service.ask("GET", "/v1/campaigns/none/standings")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


async def test_an_agency_sees_rank_name_and_score_of_everybody_and_the_rest_of_its_own(
    apollo_service: Service,
) -> None:
    await with_scores(apollo_service, a1=1, a2=2, a3=3)
    token = await apollo_service.issue(role="agency", agency="north")
    entries = {
        entry["account_id"]: entry for entry in (await standings(apollo_service, token=token)).json["entries"]
    }
    own = {entry["account_id"]: entry for entry in (await standings(apollo_service)).json["entries"]}

    visible = {"rank", "account_id", "name", "score"}
    assert entries["a1"] == own["a1"]
    assert entries["a2"] == own["a2"]
    assert {key: entries["a3"][key] for key in visible} == {key: own["a3"][key] for key in visible}
    assert {entries["a3"][key] for key in entries["a3"].keys() - visible} == {None}
    assert entries["a3"].keys() == own["a3"].keys()


async def test_an_agency_sees_no_more_of_others_around_them_or_on_another_page(
    apollo_service: Service,
) -> None:
    await with_scores(apollo_service, a3=3)
    token = await apollo_service.issue(role="agency", agency="north")
    found: list[dict[str, Any]] = []
    for query in ("around=a3&limit=1", "offset=0&limit=1", "limit=1"):
        found += (await standings(apollo_service, query, token)).json["entries"]

    assert {entry["account_id"] for entry in found} == {"a3"}
    assert {(entry["orders"], entry["net_gmv"], entry["agency_id"], entry["reasons"]) for entry in found} == {
        (None, None, None, None)
    }


async def test_what_one_reader_was_shown_is_not_shown_to_another(apollo_service: Service) -> None:
    await with_scores(apollo_service, a3=3)
    north, south = [await apollo_service.issue(role="agency", agency=name) for name in ("north", "south")]
    orders = [(await standings(apollo_service, "limit=1", token)).json["entries"][0]["orders"] for token in
              (None, north, south, north, None)]  # fmt: skip

    assert orders == [0, None, 0, None, 0]


async def test_as_of_tells_how_old_the_numbers_are_while_events_wait(apollo_service: Service) -> None:
    await with_scores(apollo_service, a1=1)
    calm = (await standings(apollo_service)).json
    await apollo_service.ask("POST", "/v1/events", {"events": [view(50, visitor="late")]})
    await pass_the_moment_that_progress_is_remembered()
    waiting = (await standings(apollo_service)).json
    await apollo_service.count()
    await pass_the_moment_that_progress_is_remembered()
    done = (await standings(apollo_service)).json

    assert (calm["lag_ms"], done["lag_ms"]) == (0, 0)
    assert waiting["lag_ms"] > 0
    assert waiting["as_of"] < calm["as_of"] < done["as_of"]
    assert (waiting["version"], done["version"]) == (calm["version"], calm["version"] + 1)
    assert [one["entries"][0]["score"] for one in (calm, waiting, done)] == [1, 1, 2]


async def pass_the_moment_that_progress_is_remembered() -> None:
    await asyncio.sleep(PROGRESS_MAX_AGE_MS * 1.5 / 1000)


async def test_a_new_name_shows_at_once(apollo_service: Service) -> None:
    await standings(apollo_service)
    setting = {"agency_id": "north", "name": "Renamed", "kind": "partner", "country": "US"}
    await apollo_service.ask("PUT", "/v1/accounts/a1", setting)

    assert (await standings(apollo_service)).json["entries"][0]["name"] == "Renamed"
