"""Bank details as a page: proposed, compared and confirmed by another person; and no number is shown or repeated."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.web.pages.visiting import Shown, Visitor, sign_in
from tests.web.payees import ABROAD, SECRETS, US

PAGE = "/accounts/a1/payee"
TYPED: dict[str, str] = {
    "type": "person",
    "holder": str(US["holder"]),
    "street": "77 Plumtree Lane",
    "town": "Nowhereville",
    "postal_code": "PC 97999 X",
    "country": "US",
    "kind": "us",
    "routing": "021000021",
    "account": "000777888999",
    "account_type": "savings",
}
IBAN: dict[str, str] = {
    "type": "company",
    "holder": str(ABROAD["holder"]),
    "town": "Irgendwo",
    "country": "DE",
    "kind": "iban",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "COBADEFFXXX",
}
SCREENED = {"verdict": "review", "list": "OFAC SDN", "list_version": "2026-11-20", "note": "A namesake?"}


def secrets_in(shown: Shown) -> list[str]:
    return [one for one in SECRETS if one in shown.html]


@pytest.fixture
async def agency(apollo_service: Service) -> Visitor:
    return await sign_in(apollo_service, role="agency", agency="north", name="Nora")


@pytest.fixture
async def ada(apollo_service: Service) -> Visitor:
    return await sign_in(apollo_service, role="payout_approver", name="Ada")


@pytest.fixture
async def pia(apollo_service: Service) -> Visitor:
    return await sign_in(apollo_service, role="payout_preparer", name="Pia")


@pytest.mark.parametrize(("typed", "last4"), [(TYPED, "8999"), (IBAN, "3000")])
async def test_an_agency_proposes_and_sees_the_end_of_the_number(
    agency: Visitor, typed: dict[str, str], last4: str
) -> None:
    before = await agency.get(PAGE)
    shown = await agency.follow(await agency.post(PAGE, typed))

    assert "No bank details are known" in before.text
    assert "Waits for confirmation" in shown.text
    assert f"•••• {last4}" in shown.text
    assert "After that it takes 24 hours until it is paid into." in shown.text
    assert secrets_in(shown) == []


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"routing": "021000022"}, "routing", "nine digits"),
        ({"account": ""}, "account", "Fill this in."),
        ({"kind": "iban", "iban": "DE89 3704 0044 0532 0130 01"}, "iban", "check digits"),
        ({"holder": ""}, "holder", "Fill this in."),
        ({"country": ""}, "country", "Fill this in."),
    ],
)
async def test_what_is_wrong_is_told_by_field_and_nothing_secret_is_repeated(
    agency: Visitor, wrong: dict[str, str], field: str, words: str
) -> None:
    shown = await agency.post(PAGE, TYPED | wrong)

    assert shown.status == 422
    assert words in "".join(shown.tree.xpath(f"//*[@id='{field}-error']/text()"))
    assert shown.tree.xpath(f"//*[@name='{field}' and @aria-invalid='true']")
    assert secrets_in(shown) == []
    assert shown.tree.xpath("//select[@name='account_type']/option[@selected]/@value") == ["savings"]
    assert "What you typed is not repeated here" in shown.text


async def test_another_person_confirms_by_the_number_that_the_payee_told(
    agency: Visitor, ada: Visitor
) -> None:
    await agency.post(PAGE, TYPED)
    empty = await ada.post(f"{PAGE}/confirm", {"version": "1", "number": ""})
    wrong = await ada.post(f"{PAGE}/confirm", {"version": "1", "number": "000777888998"})
    done = await ada.follow(await ada.post(f"{PAGE}/confirm", {"version": "1", "number": "0007 7788 8999"}))
    seen = await agency.get(PAGE)

    assert (empty.status, wrong.status) == (422, 409)
    assert "The number is not the proposal's" in wrong.text
    assert "000777888998" not in wrong.html
    assert "Waiting time" in done.text
    assert "They are paid into from" in seen.text
    assert secrets_in(done) == []


async def test_who_proposed_does_not_confirm(pia: Visitor, ada: Visitor) -> None:
    await pia.post(PAGE, TYPED)
    shown, tried = await pia.get(PAGE), await pia.post(f"{PAGE}/confirm", {"version": "1", "number": "1"})

    assert "You proposed them: another person confirms." in shown.text
    assert tried.status == 403
    assert (await ada.get(PAGE)).tree.xpath(f"//form[@action='{PAGE}/confirm']")


async def test_a_proposal_is_rejected_and_a_reason_with_a_number_is_not_repeated(
    agency: Visitor, ada: Visitor
) -> None:
    await agency.post(PAGE, TYPED)
    refused = await ada.post(f"{PAGE}/reject", {"version": "1", "reason": "Not 000777888999, they say."})
    done = await ada.follow(await ada.post(f"{PAGE}/reject", {"version": "1", "reason": "Another holder."}))

    assert refused.status == 422
    assert secrets_in(refused) == []
    assert "The proposal is rejected." in done.text
    assert "No bank details are known" in done.text


async def test_a_preparer_holds_back_and_does_not_let_go(pia: Visitor, ada: Visitor) -> None:
    noted = await pia.follow(await pia.post(f"{PAGE}/screening", SCREENED))
    tried = await pia.post(f"{PAGE}/screening", SCREENED | {"verdict": "clear"})
    cleared = await ada.follow(await ada.post(f"{PAGE}/screening", SCREENED | {"verdict": "clear"}))

    assert "Somebody has to look" in noted.text
    assert "A namesake?" in noted.text
    assert not noted.tree.xpath("//input[@name='verdict' and @value='clear']")
    assert (tried.status, tried.tree.xpath("//input[@name='list']/@value")) == (403, ["OFAC SDN"])
    assert "Nothing found" in cleared.tree.xpath("//section[@id='screening']/p")[0].text_content()


async def test_a_tax_form_is_noted(pia: Visitor) -> None:
    wrong = await pia.post(f"{PAGE}/tax-form", {"form": "W-9", "received_on": "9999-01-01"})
    done = await pia.follow(await pia.post(f"{PAGE}/tax-form", {"form": "W-9", "received_on": "2022-02-10"}))

    assert wrong.status == 422
    assert "lies in the future" in "".join(wrong.tree.xpath("//*[@id='received_on-error']/text()"))
    assert "W-9, received on 10 Feb 2022" in done.text


async def test_reviewers_note_verdicts_and_see_no_bank_details(
    apollo_service: Service, agency: Visitor
) -> None:
    await agency.post(PAGE, TYPED)
    reviewer = await sign_in(apollo_service, role="reviewer", name="Rita")
    shown = await reviewer.get(PAGE)
    noted = await reviewer.post(f"{PAGE}/screening", SCREENED | {"verdict": "clear"})

    assert "8999" not in shown.text
    assert noted.location == f"{PAGE}?done=screening_noted"


async def test_another_agency_sees_nothing_of_it(apollo_service: Service, agency: Visitor) -> None:
    await agency.post(PAGE, TYPED)
    other = await sign_in(apollo_service, role="agency", agency="south", name="Sven")

    assert (await other.get(PAGE)).status in (403, 404)
    assert (await other.post(PAGE, TYPED)).status in (403, 404)


async def test_agencies_see_neither_verdicts_nor_who_did_what(agency: Visitor, pia: Visitor) -> None:
    await pia.post(PAGE, TYPED)
    await pia.post(f"{PAGE}/screening", SCREENED)
    shown = await agency.get(PAGE)

    assert "OFAC" not in shown.html
    assert "by " not in shown.tree.xpath("//dl")[0].text_content()
