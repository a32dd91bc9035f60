"""Agencies, accounts, hosts: saved at once, once, with an entry of who did it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from leaderboard.domain.accounts import Agency
from leaderboard.store import keys
from tests.conftest import Service
from tests.web.asking import refusal_of

AGENCY = {"name": "North", "country": "US"}
ACCOUNT = {"agency_id": "north", "name": "Account", "kind": "partner", "country": "US"}
HOST = {"name": "Ana"}

SETTINGS = {"/v1/agencies/north": AGENCY, "/v1/accounts/a1": ACCOUNT, "/v1/accounts/a1/hosts/ana": HOST}


async def audit_log(service: Service) -> list[dict[str, str]]:
    entries = await service.store.client.do("XRANGE", keys.AUDIT_LOG, "-", "+")
    found = []
    for _, fields in entries:
        texts = [field.decode() for field in fields]
        found.append(dict(zip(texts[::2], texts[1::2], strict=True)))
    return [entry for entry in found if not entry["action"].startswith("token")]


async def put_all(service: Service) -> list[int]:
    return [(await service.ask("PUT", path, body)).status for path, body in SETTINGS.items()]


async def test_a_setting_is_new_once_and_the_same_again_changes_nothing(service: Service) -> None:
    first, again = await put_all(service), await put_all(service)

    assert (first, again) == ([201] * 3, [200] * 3)
    assert [entry["subject"] for entry in await audit_log(service)] == ["north", "a1", "a1/ana"]


async def test_the_order_of_keys_and_the_defaults_are_no_change(service: Service) -> None:
    await put_all(service)
    again: dict[str, Any] = dict(reversed(ACCOUNT.items())) | {"pixel_codes": [], "attributes": {}}
    answer = await service.ask("PUT", "/v1/accounts/a1", again)

    assert answer.status == 200
    assert len(await audit_log(service)) == 3


async def test_a_change_is_kept_with_what_was_before_and_who_decided(service: Service) -> None:
    await put_all(service)
    token = await service.issue(role="admin", name="second admin")
    answer = await service.ask("PUT", "/v1/agencies/north", AGENCY | {"name": "North & Co"}, token=token)

    entry = (await audit_log(service))[-1]
    assert (answer.status, answer.json) == (200, {"id": "north", "name": "North & Co", "country": "US"})
    assert (entry["action"], entry["actor"]) == ("agency.put", token.split("_")[1])
    assert [orjson.loads(entry[side])["name"] for side in ("before", "after")] == ["North", "North & Co"]


@pytest.mark.parametrize("path", SETTINGS)
async def test_an_unknown_field_is_an_error_that_names_it(service: Service, path: str) -> None:
    await put_all(service)
    answer = await service.ask("PUT", path, SETTINGS[path] | {"zeal": 1})

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"].startswith("zeal: is not a field here; its fields are ")
    assert answer.json["errors"][0]["path"] == "zeal"


@pytest.mark.parametrize(
    ("path", "change", "detail"),
    [
        (
            "/v1/agencies/north",
            {"country": "us"},
            "country: has the wrong form: ISO 3166-1 alpha-2, such as US",
        ),
        (
            "/v1/agencies/north",
            {"country": "US\n"},
            "country: has the wrong form: ISO 3166-1 alpha-2, such as US",
        ),
        ("/v1/agencies/north", {"name": ""}, "name: must not be empty"),
        ("/v1/agencies/north", {"name": "x" * 201}, "name: must have at most 200 characters"),
        ("/v1/agencies/north", {"nam": "North"}, "nam: is not a field here; did you mean `name`?"),
        ("/v1/accounts/a1", {"kind": "shop"}, "kind: must be one of merchant, partner, not 'shop'"),
        (
            "/v1/accounts/a1",
            {"agency_id": "|"},
            "agency_id: has the wrong form: letters, digits and . _ : @ -",
        ),
        ("/v1/accounts/a1", {"pixel_codes": "P1"}, "pixel_codes: must be a list, not a text"),
        ("/v1/accounts/a1", {"pixel_codes": [""]}, "pixel_codes[0]: must not be empty"),
        ("/v1/accounts/a1", {"pixel_codes": ["p"] * 101}, "pixel_codes: must have at most 100 entries"),
        (
            "/v1/accounts/a1",
            {"attributes": {"since": 2**60}},
            "attributes[...]: must be from -9007199254740991",
        ),
        ("/v1/accounts/a1", {"attributes": {"since": None}}, "attributes[...]: must be "),
        ("/v1/accounts/a1", {"attributes": []}, "attributes: must be an object, not a list"),
    ],
)
async def test_a_wrong_value_is_refused_with_what_it_must_be(
    service: Service, path: str, change: dict[str, Any], detail: str
) -> None:
    await put_all(service)
    answer = await service.ask("PUT", path, SETTINGS[path] | change)

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"].startswith(detail)
    assert len(await audit_log(service)) == 3


@pytest.mark.parametrize("missing", ["agency_id", "name", "kind", "country"])
async def test_a_missing_value_is_named(service: Service, missing: str) -> None:
    answer = await service.ask("PUT", "/v1/accounts/a1", {k: v for k, v in ACCOUNT.items() if k != missing})

    assert answer.status == 422
    assert answer.json["detail"].startswith(f"{missing}: is required")


async def test_an_account_needs_its_agency_and_a_host_its_account(service: Service) -> None:
    account = await service.ask("PUT", "/v1/accounts/a1", ACCOUNT)
    host = await service.ask("PUT", "/v1/accounts/a1/hosts/ana", HOST)

    assert (account.status, refusal_of(account)) == (422, "unknown_agency")
    assert account.json["detail"] == "agency_id: agency north does not exist; put it first"
    assert (host.status, refusal_of(host)) == (404, "not_found")


async def test_a_pixel_code_names_one_account_only(service: Service) -> None:
    await put_all(service)
    taken = await service.ask("PUT", "/v1/accounts/a1", ACCOUNT | {"pixel_codes": ["P1", "P2"]})
    refused = await service.ask("PUT", "/v1/accounts/a2", ACCOUNT | {"pixel_codes": ["P3", "P2"]})

    assert (taken.status, refused.status, refusal_of(refused)) == (200, 409, "pixel_taken")
    assert refused.json["detail"] == "pixel_codes: P2 already names account a1"
    assert (await service.ask("GET", "/v1/accounts")).json["items"][0]["pixel_codes"] == ["P1", "P2"]


async def test_a_pixel_code_that_was_given_up_may_name_another(service: Service) -> None:
    await put_all(service)
    await service.ask("PUT", "/v1/accounts/a1", ACCOUNT | {"pixel_codes": ["P1"]})
    await service.ask("PUT", "/v1/accounts/a1", ACCOUNT | {"pixel_codes": []})
    answer = await service.ask("PUT", "/v1/accounts/a2", ACCOUNT | {"pixel_codes": ["P1"]})

    assert answer.status == 201


async def test_lists_show_what_was_put(service: Service) -> None:
    await put_all(service)
    agencies, accounts, hosts = [
        (await service.ask("GET", path)).json
        for path in ("/v1/agencies", "/v1/accounts", "/v1/accounts/a1/hosts")
    ]

    assert agencies == {"items": [{"id": "north"} | AGENCY], "cursor": None}
    assert accounts["items"] == [{"id": "a1", "pixel_codes": [], "attributes": {}} | ACCOUNT]
    assert hosts["items"] == [{"id": "ana"} | HOST]


async def test_a_list_is_read_to_its_end_by_its_cursor(service: Service) -> None:
    for number in range(700):
        await service.store.settings.put_agency(f"agency-{number}", agency(number), "test")
    names: list[str] = []
    cursor: str | None = "0"
    pages = 0
    while cursor is not None:
        page = (await service.ask("GET", f"/v1/agencies?limit=100&cursor={cursor}")).json
        names += [item["id"] for item in page["items"]]
        cursor, pages = page["cursor"], pages + 1

    assert set(names) == {f"agency-{number}" for number in range(700)}
    assert pages > 1


def agency(number: int) -> Agency:
    return Agency(f"Agency {number}", "US")


async def test_the_hosts_of_an_unknown_account_are_not_an_empty_list(service: Service) -> None:
    answer = await service.ask("GET", "/v1/accounts/nobody/hosts")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


@pytest.mark.parametrize(("value", "status"), [(0.3, 201), (0.123456789, 201), (0.1 + 0.2, 422), (1e20, 422)])
async def test_an_attribute_is_a_number_that_both_ways_of_judging_have_exactly(
    service: Service, value: float, status: int
) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    account = {
        "agency_id": "north",
        "name": "A",
        "kind": "partner",
        "country": "US",
        "attributes": {"sps": value},
    }

    answer = await service.ask("PUT", "/v1/accounts/a1", account)

    assert answer.status == status, answer.body
    assert status == 201 or answer.json["errors"][0]["path"] == "attributes.sps"
