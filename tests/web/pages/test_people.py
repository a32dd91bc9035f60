"""The page of people: a secret is shown once, a reload issues nothing, and access ends by a button."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.web.asking import everything
from tests.web.pages.visiting import Shown, Visitor, sign_in, sign_in_with

FORM = {"role": "reviewer", "name": "Rae", "expires": "30d", "show": "secret"}


@pytest.fixture
async def admin(service: Service) -> Visitor:
    return await sign_in_with(service, service.admin_token)


def number_in(shown: Shown) -> str:
    return str(shown.tree.xpath("//form[@action='/people']//input[@name='number']/@value")[0])


def secret_in(shown: Shown) -> str:
    found = shown.tree.xpath("//*[@class='secret']/text()")
    return found[0].strip() if found else ""


async def issue(admin: Visitor, **more: str) -> Shown:
    return await admin.post("/people", {"number": number_in(await admin.get("/people"))} | FORM | more)


async def named(service: Service, name: str) -> list[dict[str, object]]:
    items = (await service.ask("GET", "/v1/tokens")).json["items"]
    return [one for one in items if one["name"] == name]


async def test_a_token_is_shown_once_and_works(service: Service, admin: Visitor) -> None:
    shown = await issue(admin)
    secret = secret_in(shown)
    later = await admin.get("/people")

    assert (await service.ask("GET", "/v1/status", token=secret)).status == 200
    assert "It is shown this once and kept nowhere." in shown.text
    assert shown.answer.headers["Cache-Control"] == "no-store"
    assert secret not in later.html
    assert "Rae" in later.text


async def test_a_form_that_is_sent_again_issues_nothing_more(service: Service, admin: Visitor) -> None:
    fields = FORM | {"number": number_in(await admin.get("/people"))}
    await admin.post("/people", fields)
    again = await admin.post("/people", fields)

    assert len(await named(service, "Rae")) == 1
    assert secret_in(again) == ""
    assert "This form was sent before, so nothing more was issued." in again.text


async def test_a_link_is_shown_in_the_place_of_the_token_and_signs_in(
    service: Service, admin: Visitor
) -> None:
    url = secret_in(await issue(admin, show="link"))
    rae = Visitor(service)
    before = await rae.get(url.removeprefix(service.url))
    after = await rae.post(url.removeprefix(service.url))

    assert url.startswith(f"{service.url}/sign-in/link/")
    assert "Rae" in before.text
    assert after.status == 303


async def test_what_was_typed_stays_where_it_is_refused_and_the_form_may_be_sent_again(
    service: Service, admin: Visitor
) -> None:
    number = number_in(await admin.get("/people"))
    wrong = FORM | {"number": number, "role": "agency", "name": "Noor", "expires": "soon"}
    refused = await admin.post("/people", wrong)
    (field,) = refused.tree.xpath("//*[@aria-invalid='true']")
    better = await admin.post("/people", wrong | {"role": "reviewer", "expires": "1h"})

    assert refused.status == 422
    assert field.get("id") in ("agency", "expires")
    assert refused.tree.xpath("//input[@id='name']/@value") == ["Noor"]
    assert refused.tree.xpath("//select[@id='role']/option[@selected]/@value") == ["agency"]
    assert secret_in(better)
    assert len(await named(service, "Noor")) == 1


async def test_a_sender_is_bound_to_accounts_and_gets_no_link(service: Service, admin: Visitor) -> None:
    shown = await issue(admin, role="ingest", name="feed", accounts="a1, a2", show="link", expires="")
    (token,) = await named(service, "feed")

    assert secret_in(shown).startswith("llb_")
    assert (token["accounts"], token["expires_at"]) == (["a1", "a2"], None)


async def test_an_agencys_person_is_bound_to_the_agency_that_was_chosen(
    service: Service, admin: Visitor
) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    await issue(admin, role="agency", name="Nia", agency="north", accounts="ignored")
    (token,) = await named(service, "Nia")

    assert (token["agency"], token["accounts"]) == ("north", [])


async def test_a_link_for_somebody_who_has_a_token_is_made_once_a_form(
    service: Service, admin: Visitor
) -> None:
    token_id = (await service.issue(role="reviewer", name="Rae")).split("_")[1]
    path = f"/people/{token_id}/link"
    page = await admin.get("/people")
    number = page.tree.xpath(f"//form[@action='{path}']//input[@name='number']/@value")[0]
    first, again = await admin.post(path, {"number": number}), await admin.post(path, {"number": number})

    assert "/sign-in/link/" in secret_in(first)
    assert "Rae" in first.tree.xpath("//*[@id='once-name']")[0].text_content()
    assert secret_in(again) == ""


async def test_no_link_is_made_for_a_sender(service: Service, admin: Visitor) -> None:
    token_id = (await service.issue(role="ingest", accounts=["a1"])).split("_")[1]
    shown = await admin.post(f"/people/{token_id}/link", {"number": "1"})

    assert shown.status == 409
    assert "Nobody can sign in with a link to token" in shown.text


async def test_access_that_is_revoked_ends_at_once_and_stands_among_what_has_ended(
    service: Service, admin: Visitor
) -> None:
    secret = await service.issue(role="reviewer", name="Rae")
    token_id = secret.split("_")[1]
    after = await admin.follow(await admin.post(f"/people/{token_id}/revoke"))

    assert (await service.ask("GET", "/v1/status", token=secret)).status == 401
    assert "The access is revoked" in after.text
    assert "Revoked" in after.tree.xpath(f"//tr[@id='token-{token_id}']")[0].text_content()


async def test_in_how_many_browsers_somebody_is_signed_in_is_told_and_ended(
    service: Service, admin: Visitor
) -> None:
    secret = await service.issue(role="reviewer", name="Rae")
    token_id = secret.split("_")[1]
    for _ in range(2):
        rae = await sign_in_with(service, secret)
    before = await admin.get("/people")
    after = await admin.follow(await admin.post(f"/people/{token_id}/sign-out"))

    row = f"//tr[@id='token-{token_id}']"
    assert "2 browsers" in before.tree.xpath(row)[0].text_content()
    assert "0 browsers" in after.tree.xpath(row)[0].text_content()
    assert (await rae.get("/me")).status == 303


async def test_the_secret_stands_nowhere_in_the_store(service: Service, admin: Visitor) -> None:
    secret = secret_in(await issue(admin))

    assert secret.split("_", 2)[2].encode() not in await everything(service.store)


async def test_people_are_for_admins(service: Service) -> None:
    assert (await (await sign_in(service, role="reviewer")).get("/people")).status == 403
