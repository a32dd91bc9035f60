"""Campaigns in and out: two forms of one definition, all errors at once, and no change after the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.domain.campaigns import canonical, parse_toml
from leaderboard.store import keys
from tests.conftest import Answer, Service
from tests.web.asking import TOML, refusal_of

Apollo = Callable[..., str]

FUTURE = {"start": "2099-02-14T00:00:00", "end": "2099-02-28T00:00:00"}


async def put(service: Service, toml: str, campaign: str = "apollo-test") -> Answer:
    return await service.ask("PUT", f"/v1/campaigns/{campaign}", data=toml.encode(), headers=TOML)


async def changes(service: Service) -> int:
    return int(await service.store.client.do("XLEN", keys.CHANGES))


async def test_a_campaign_is_shown_with_its_rules(service: Service, apollo: Apollo) -> None:
    saved = await put(service, apollo())
    shown = await service.ask("GET", "/v1/campaigns/apollo-test")

    assert (saved.status, shown.status, shown.json) == (201, 200, saved.json)
    assert shown.json["title"] == "Apollo: US live-shopping partner incentive"
    assert (shown.json["starts_at"], shown.json["ends_at"], shown.json["zone"]) == (
        "2022-02-14T08:00:00.000Z", "2022-02-28T08:00:00.000Z", "America/Los_Angeles",
    )  # fmt: skip
    assert shown.json["state"] == "live"
    assert "store's receive time" in shown.json["tie_rule"]
    assert len(shown.json["definition_hash"]) == 64
    assert {"name": "effective_live", "kept": "live"} in shown.json["metrics"]


async def test_a_metric_that_no_counter_keeps_is_said_to_come_from_the_archive(
    service: Service, apollo: Apollo
) -> None:
    text = apollo().replace(
        'where = ["in_schedule == true"]', 'where = ["in_schedule == true", "viewers > 3"]'
    )
    kept = {one["name"]: one["kept"] for one in (await put(service, text)).json["metrics"]}

    assert {name for name, where in kept.items() if where == "archive"} == {
        "scheduled_live",
        "schedule_adherence",
    }


async def test_toml_and_json_are_two_forms_of_one_definition(service: Service, apollo: Apollo) -> None:
    first = await put(service, apollo())
    before = await changes(service)
    document = canonical(parse_toml(apollo()))
    again = await service.ask("PUT", "/v1/campaigns/apollo-test", document)
    shown_again = await service.ask("PUT", "/v1/campaigns/apollo-test", first.json["definition"])

    assert (first.status, again.status, shown_again.status) == (201, 200, 200)
    assert again.json["definition_hash"] == first.json["definition_hash"]
    assert await changes(service) == before


async def test_the_same_again_changes_nothing_even_after_the_start(service: Service, apollo: Apollo) -> None:
    await put(service, apollo())
    before = await changes(service)
    again = await put(service, "# a comment is no change\n" + apollo())

    assert (again.status, await changes(service)) == (200, before)


async def test_a_campaign_may_be_changed_until_it_starts(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(**FUTURE))
    changed = apollo(**FUTURE).replace("Apollo: US", "Artemis: US")
    answer = await put(service, changed)

    assert (answer.status, answer.json["state"]) == (200, "scheduled")
    assert answer.json["title"].startswith("Artemis")
    assert (await service.ask("GET", "/v1/campaigns/apollo-test")).json["title"].startswith("Artemis")


async def test_a_campaign_that_has_started_stands(service: Service, apollo: Apollo) -> None:
    first = await put(service, apollo())
    answer = await put(service, apollo().replace("Apollo: US", "Artemis: US"))
    after = await service.ask("GET", "/v1/campaigns/apollo-test")

    assert (answer.status, refusal_of(answer)) == (409, "campaign_started")
    assert after.json == first.json


async def test_a_campaign_cannot_be_moved_out_of_its_own_start(service: Service, apollo: Apollo) -> None:
    await put(service, apollo())
    answer = await put(service, apollo(**FUTURE))

    assert (answer.status, refusal_of(answer)) == (409, "campaign_started")


async def test_all_errors_are_told_at_once_each_with_its_line(service: Service, apollo: Apollo) -> None:
    lines = apollo().splitlines()
    broken = "\n".join(
        line.replace('currency = "USD"', 'currency = "DOLLAR"').replace("limit = 5", "limit = -5")
        for line in lines
    )
    answer = await put(service, broken + "\n[colour]\nshade = 1\n")

    errors = {error["path"]: error for error in answer.json["errors"]}
    assert (answer.status, refusal_of(answer)) == (422, "invalid_definition")
    assert errors["currency"]["line"] == lines.index('currency = "USD"') + 1
    assert errors["award.top_five.limit"]["line"] == lines.index("limit = 5") + 1
    assert errors["colour"]["line"] == len(lines) + 1
    assert answer.json["detail"].startswith("The definition is refused. First: line ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id = ", 1),
        ('id = "a"\nid = "b"', 2),
        ("[x\n", 1),
        ('a = "\n"', 1),
        ("x = [[[[", 1),
        ("[" * 3_000, 1),
    ],
)
async def test_what_is_no_toml_is_refused_with_its_line(service: Service, text: str, line: int) -> None:
    answer = await put(service, text)

    assert (answer.status, refusal_of(answer)) == (422, "invalid_definition")
    assert answer.json["errors"][0].get("line", line) == line


async def test_a_text_that_is_not_utf_8_is_no_toml(service: Service) -> None:
    answer = await service.ask("PUT", "/v1/campaigns/x", data=b'id = "\xff"', headers=TOML)

    assert (answer.status, refusal_of(answer)) == (400, "not_toml")


async def test_what_is_not_built_is_refused_by_name(service: Service, apollo: Apollo) -> None:
    text = apollo().replace('source = "view"\nvalue = "count"', 'source = "view"\nvalue = "dwell_s"')
    answer = await put(service, text)

    assert (answer.status, refusal_of(answer)) == (422, "not_built")
    assert all(error["detail"] for error in answer.json["errors"])
    assert (await service.ask("GET", "/v1/campaigns")).json["items"] == []


async def test_the_address_and_the_definition_name_the_same_campaign(
    service: Service, apollo: Apollo
) -> None:
    answer = await put(service, apollo(), campaign="another")

    assert (answer.status, refusal_of(answer)) == (422, "other_id")
    assert answer.json["detail"] == "id: the definition is of 'apollo-test', the address says 'another'"


async def test_all_campaigns_are_listed_by_id(service: Service, apollo: Apollo) -> None:
    for name in ("b", "c", "a"):
        await put(service, apollo(name), campaign=name)
    answer = await service.ask("GET", "/v1/campaigns")

    assert [item["id"] for item in answer.json["items"]] == ["a", "b", "c"]
    assert answer.json["cursor"] is None


async def test_every_role_may_read_the_rules(service: Service, apollo: Apollo) -> None:
    await put(service, apollo())
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    tokens: list[dict[str, Any]] = [
        {"role": "agency", "agency": "north"},
        {"role": "ingest", "accounts": ["a1"]},
    ]
    answers = [
        await service.ask("GET", "/v1/campaigns/apollo-test", token=await service.issue(**token))
        for token in tokens
    ]

    assert [answer.status for answer in answers] == [200, 200]
