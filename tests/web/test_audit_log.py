"""The audit log over HTTP: for those who answer for decisions, page by page, with all that a check needs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leaderboard.domain.audit_log import Entry, verify
from leaderboard.domain.tokens import ROLES
from leaderboard.store import keys
from leaderboard.web.audit_log import LIMIT_MOST
from tests.conftest import Service
from tests.web.asking import refusal_of

PATH = "/v1/audit-log"
NORTH = {"name": "North", "country": "US"}


async def every_item(service: Service, **query: object) -> list[dict[str, Any]]:
    """All pages of an address, one after the other."""
    found: list[dict[str, Any]] = []
    address = f"{PATH}?" + "&".join(f"{name}={value}" for name, value in query.items())
    cursor = ""
    while True:
        answer = await service.ask("GET", address + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status == 200, answer.body
        found += answer.json["items"]
        cursor = answer.json["cursor"]
        if cursor is None:
            return found


async def test_an_entry_says_who_decided_what_and_when_before_and_after(service: Service) -> None:
    for name in ("North", "North & Co"):
        await service.ask("PUT", "/v1/agencies/north", NORTH | {"name": name})
    answer = await service.ask("GET", f"{PATH}?limit=1")

    (item,) = answer.json["items"]
    assert (item["action"], item["subject"], item["why"]) == ("agency.put", "north", "")
    assert item["actor"] == service.admin_token.split("_")[1]
    assert (item["before"], item["after"]) == (NORTH, NORTH | {"name": "North & Co"})
    assert item["at"].endswith("Z")
    assert item["before_text"] == '{"country":"US","name":"North"}'


async def test_where_there_was_nothing_before_is_null(service: Service) -> None:
    await service.ask("PUT", "/v1/agencies/north", NORTH)
    (item,) = (await service.ask("GET", f"{PATH}?limit=1")).json["items"]

    assert (item["before"], item["before_text"], item["after"]) == (None, "", NORTH)


async def test_a_text_that_is_no_json_is_shown_as_it_is(service: Service) -> None:
    fields = ("actor", "kim", "action", "note", "subject", "c", "before", "", "after", "by hand")
    await service.store.client.do("XADD", keys.AUDIT_LOG, "*", *fields)
    (item,) = (await service.ask("GET", f"{PATH}?limit=1")).json["items"]

    assert (item["after"], item["after_text"], item["seq"], item["hash"]) == ("by hand", "by hand", 0, "")


async def test_whoever_reads_all_pages_can_follow_the_chain(apollo_service: Service) -> None:
    items = await every_item(apollo_service, order="oldest", limit=3)

    entries = [
        msgspec.convert(
            {name: item[name] for name in Entry.__struct_fields__}
            | {"before": item["before_text"], "after": item["after_text"]},
            Entry,
        )
        for item in items
    ]
    assert verify(entries) is None
    assert [entry.seq for entry in entries] == list(range(1, len(items) + 1))
    assert len(entries) > 9


async def test_both_orders_have_the_same_entries(apollo_service: Service) -> None:
    newest, oldest = [
        await every_item(apollo_service, order=order, limit=4) for order in ("newest", "oldest")
    ]

    assert newest == oldest[::-1]
    assert (await apollo_service.ask("GET", PATH)).json["items"] == newest


async def test_a_campaign_is_found_with_its_enrolments_and_an_action_by_its_name(
    apollo_service: Service,
) -> None:
    campaign = await every_item(apollo_service, subject="apollo-test", limit=2)
    accounts = await every_item(apollo_service, action="account.put", order="oldest")

    assert {item["action"] for item in campaign} == {"campaign.put", "enrollment.put"}
    assert len(campaign) == 4
    assert [item["subject"] for item in accounts] == ["a1", "a2", "a3"]


@pytest.mark.parametrize("role", ROLES)
async def test_those_who_decide_may_read_it_and_agencies_and_senders_never(
    service: Service, role: str
) -> None:
    await service.ask("PUT", "/v1/agencies/north", NORTH)
    bound: dict[str, dict[str, Any]] = {"agency": {"agency": "north"}, "ingest": {"accounts": ["*"]}}
    token = await service.issue(role=role, **bound.get(role, {}))
    answer = await service.ask("GET", PATH, token=token)

    assert answer.status == (403 if role in bound else 200)


async def test_a_token_is_logged_without_its_secret_and_without_the_hash_of_it(service: Service) -> None:
    issued = (await service.ask("POST", "/v1/tokens", {"role": "reviewer"})).json
    token = await service.store.tokens.find(issued["id"])
    answer = await service.ask("GET", f"{PATH}?subject={issued['id']}")

    (item,) = answer.json["items"]
    assert token is not None
    assert item["after"]["role"] == "reviewer"
    assert "secret_hash" not in item["after"]
    assert token.secret_hash.encode() not in answer.body
    assert issued["secret"].split("_", 2)[2].encode() not in answer.body


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        (f"limit={LIMIT_MOST + 1}", "limit"),
        ("cursor=5", "cursor"),
        ("cursor=0-0", "cursor"),
        ("order=up", "order"),
        (f"subject={'x' * 301}", "subject"),
        (f"action={'x' * 65}", "action"),
    ],
)
async def test_a_parameter_that_cannot_be_is_refused_by_its_name(
    service: Service, query: str, name: str
) -> None:
    answer = await service.ask("GET", f"{PATH}?{query}")

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"].startswith(f"{name}: ")


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("cursor", ["1-0", f"{'9' * 19}-{'9' * 19}"])
async def test_a_cursor_beyond_either_end_has_what_is_left_in_that_direction(
    service: Service, cursor: str, order: str
) -> None:
    items = (await service.ask("GET", f"{PATH}?cursor={cursor}&order={order}")).json["items"]

    # The fixture has issued one token.
    assert len(items) == (1 if (cursor == "1-0") == (order == "oldest") else 0)
