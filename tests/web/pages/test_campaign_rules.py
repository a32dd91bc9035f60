"""The rules as everybody reads them, and the definition as a file for staff."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from leaderboard.domain.campaigns import definition_hash, parse_document, parse_toml
from tests.conftest import Service
from tests.web.asking import TOML
from tests.web.lives import PATH
from tests.web.pages.visiting import Visitor, sign_in

RULES = "/campaigns/apollo-test/rules"
RUNNING = {"start": "2022-02-14T00:00:00", "end": "2099-02-28T00:00:00", "close": "clock"}


async def test_the_rules_are_sentences_with_their_hash(apollo_service: Service) -> None:
    shown = await (await sign_in(apollo_service, role="agency", agency="north")).get(RULES)
    campaign = (await apollo_service.ask("GET", PATH)).json

    assert "Ranks partner accounts by distinct visitors" in shown.text
    assert campaign["definition_hash"] in shown.text
    assert "definition.toml" not in shown.html


async def test_both_files_are_the_definition(apollo_service: Service) -> None:
    reviewer = await sign_in(apollo_service, role="reviewer")
    toml, json = [await reviewer.get(f"{RULES}/definition.{kind}") for kind in ("toml", "json")]
    wanted = (await apollo_service.ask("GET", PATH)).json["definition_hash"]

    assert definition_hash(parse_toml(toml.html)) == wanted
    assert definition_hash(parse_document(orjson.loads(json.html))) == wanted


async def test_changes_stand_there_with_their_reason(service: Service, apollo: Callable[..., str]) -> None:
    text = apollo(**RUNNING)
    await service.ask("PUT", PATH, data=text.encode(), headers=TOML)
    change = f"{PATH}?from=now&reason=The sponsor asks for less."
    await service.ask("PUT", change, data=text.replace("14h", "12h").encode(), headers=TOML)
    shown = await (await sign_in(service, role="agency", agency="north")).get(RULES)

    assert "The sponsor asks for less." in shown.text
    assert [one.text_content() for one in shown.tree.xpath("//ol/li[.//*[@class='badge good']]//strong")] == [
        "Version 2"
    ]
    assert "by token" not in shown.text


async def test_rules_of_a_public_campaign_are_read_without_signing_in(
    apollo_service: Service, apollo: Callable[..., str]
) -> None:
    public = apollo("open").replace('currency = "USD"', 'currency = "USD"\npublic = true', 1)
    await apollo_service.ask("PUT", "/v1/campaigns/open", data=public.encode(), headers=TOML)
    visitor = Visitor(apollo_service)
    shown, closed = await visitor.get("/campaigns/open/rules"), await visitor.get(RULES)

    assert (shown.status, "Ranks partner accounts" in shown.text) == (200, True)
    assert closed.status == 303
