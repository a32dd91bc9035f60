"""A definition looked at before it is saved: nothing is saved, and all that is wrong stands beside its line."""

from __future__ import annotations

from collections.abc import Callable

from leaderboard.domain.campaigns import canonical, parse_toml
from tests.conftest import Answer, Service
from tests.web.asking import TOML, refusal_of

PATH = "/v1/campaigns/check"


async def check(service: Service, toml: str) -> Answer:
    return await service.ask("POST", PATH, data=toml.encode(), headers=TOML)


async def test_a_definition_is_told_in_sentences_with_what_its_limits_do(
    service: Service, apollo: Callable[..., str]
) -> None:
    answer = await check(service, apollo())
    saved = await service.ask("GET", "/v1/campaigns/apollo-test")

    found = answer.json
    assert (answer.status, found["errors"], saved.status) == (200, [], 404)
    assert found["definition"] == canonical(parse_toml(apollo()))
    assert found["summary"][0].startswith("Ranks partner accounts by distinct visitors")
    row = next(one for one in found["boundary_report"] if one["of"] == "award top_five")
    assert row["condition"] == "effective_live at least 14 h"
    assert row["below"]["value"] == "13 h 59 min 59 s"
    assert (row["at"]["outcome"], row["above"]["outcome"]) == ("qualifies", "qualifies")


async def test_as_json_it_says_the_same(service: Service, apollo: Callable[..., str]) -> None:
    as_toml = await check(service, apollo())
    as_json = await service.ask("POST", PATH, canonical(parse_toml(apollo())))

    assert as_json.json == as_toml.json


async def test_what_is_wrong_stands_beside_its_line(service: Service, apollo: Callable[..., str]) -> None:
    toml = apollo().replace("limit = 5", "limit = 0\nlimits = 5")
    answer = await check(service, toml)

    lines = toml.splitlines()
    assert answer.status == 200
    assert [(one["path"], lines[one["line"] - 1]) for one in answer.json["errors"]] == [
        ("award.top_five.limit", "limit = 0"),
        ("award.top_five.limits", "limits = 5"),
    ]
    assert (answer.json["definition"], answer.json["summary"], answer.json["boundary_report"]) == (
        None,
        [],
        [],
    )


async def test_what_is_not_built_is_told_with_its_line_and_the_rest_in_sentences(
    service: Service, apollo: Callable[..., str]
) -> None:
    toml = apollo().replace('mode = "approve"', 'mode = "open"')
    answer = await check(service, toml)

    [error] = answer.json["errors"]
    assert (error["path"], toml.splitlines()[error["line"] - 1]) == ("registration.mode", 'mode = "open"')
    assert answer.json["definition"]["registration"]["mode"] == "open"
    assert answer.json["summary"]
    assert answer.json["boundary_report"] == []


async def test_what_is_no_definition_at_all_is_refused(service: Service) -> None:
    answers = [
        await service.ask("POST", PATH, data=b"\xff", headers=TOML),
        await check(service, ""),
        await service.ask("POST", PATH, data=b"{", headers={"Content-Type": "application/json"}),
        await service.ask("POST", PATH, []),
    ]

    assert [(one.status, refusal_of(one)) for one in answers] == [
        (400, "not_toml"), (400, "not_toml"), (400, "not_json"), (422, "invalid_definition"),
    ]  # fmt: skip


async def test_only_admins_check(service: Service, apollo: Callable[..., str]) -> None:
    reviewer = await service.issue(role="reviewer")
    answer = await service.ask("POST", PATH, data=apollo().encode(), headers=TOML, token=reviewer)

    assert (answer.status, refusal_of(answer)) == (403, "forbidden")


async def test_a_campaign_says_its_rules_in_sentences_and_whether_it_is_public(
    apollo_service: Service, apollo: Callable[..., str]
) -> None:
    agency = await apollo_service.issue(role="agency", agency="north")
    before = await apollo_service.ask("GET", "/v1/campaigns/apollo-test", token=agency)
    public = apollo().replace('currency = "USD"', 'currency = "USD"\npublic = true')
    later = "?from=2022-02-20T00:00:00Z&reason=Everybody may look."
    refused = await apollo_service.ask(
        "PUT", f"/v1/campaigns/apollo-test{later}", data=public.encode(), headers=TOML
    )

    assert before.json["public"] is False
    assert before.json["summary"][0].startswith("Ranks partner accounts")
    # That time lies in the past.
    assert refused.status == 422


async def test_the_newest_version_says_at_once_who_may_look(
    service: Service, apollo: Callable[..., str]
) -> None:
    running = apollo(start="2022-02-14T00:00:00", end="2099-02-28T00:00:00")
    public = running.replace('currency = "USD"', 'currency = "USD"\npublic = true').encode()
    await service.ask("PUT", "/v1/campaigns/apollo-test", data=running.encode(), headers=TOML)
    later = "?from=2090-01-01T00:00:00Z&reason=Everybody%20may%20look."
    changed = await service.ask("PUT", f"/v1/campaigns/apollo-test{later}", data=public, headers=TOML)
    listed = await service.ask("GET", "/v1/campaigns")

    assert (changed.status, changed.json["public"]) == (200, True)
    assert "public" not in changed.json["definition"]
    assert listed.json["items"][0]["public"] is True
