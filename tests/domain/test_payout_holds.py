"""Why somebody is not paid: each reason from what causes it, said so that it can be mended."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from leaderboard.domain.bank_codes import CORRECTED, REFUSED
from leaderboard.domain.money import Money
from leaderboard.domain.payees import Payee, SealedPayee
from leaderboard.domain.payout_holds import (
    AccountFacts,
    Dispute,
    HoldPolicy,
    Screening,
    TaxForm,
    payout_holds,
    tax_form_from_minor,
    tax_form_problem,
)

NOW_MS = 1_795_000_000_000
DETAILS = SealedPayee(
    version=2,
    type="person",
    country="US",
    kind="us",
    last4="6789",
    sealed={},
    fingerprint="f",
    proposed_by="kim",
    proposed_ms=NOW_MS - 9_000,
    confirmed_by="lea",
    confirmed_ms=NOW_MS - 5_000,
    usable_from_ms=NOW_MS - 1,
)
USABLE = Payee(current=DETAILS)
PROPOSED = structs.replace(DETAILS, version=3, confirmed_by="", confirmed_ms=0, usable_from_ms=0)
FORM = TaxForm(form="W-9", received_on="2026-02-10", by="kim")


def screened(verdict: Any) -> Screening:
    return Screening(verdict=verdict, list="OFAC SDN", list_version="2026-11-20", checked_ms=NOW_MS, by="kim")


def holds(minor: int = 5_000, now_ms: int = NOW_MS, **facts: Any) -> dict[str, str]:
    """By code, under a policy that asks for a tax form from USD 2000 on and for no screening."""
    policy = HoldPolicy(tax_form_from_minor=200_000)
    known = AccountFacts(**({"payee": USABLE} | facts))
    return {one.code: one.detail for one in payout_holds(Money(minor, "USD"), known, policy, now_ms)}


def test_nothing_holds_back_an_award_of_a_payee_with_confirmed_details() -> None:
    assert holds() == {}


@pytest.mark.parametrize(
    ("facts", "code", "words"),
    [
        ({"payee": Payee()}, "no_bank_details", "ask the payee, and propose them"),
        ({"payee": Payee(proposed=PROPOSED)}, "bank_details_unconfirmed", "somebody else than who proposed"),
        (
            {"screening": screened("review")},
            "sanctions_review",
            "an entry of OFAC SDN list 2026-11-20, checked 2026-11-18. Have somebody",
        ),
        (
            {"screening": screened("hit")},
            "sanctions_hit",
            "on OFAC SDN list 2026-11-20, checked 2026-11-18. Pay",
        ),
        (
            {"screening": structs.replace(screened("review"), note="same\n name")},
            "sanctions_review",
            'checked 2026-11-18: "same name". Have somebody',
        ),
        (
            {"dispute": Dispute(reason="Not hers.", by="kim", at_ms=NOW_MS)},
            "disputed",
            "(Not hers.): settle it",
        ),
        ({"returned": (2, "R02")}, "details_refused", "with R02, the account is closed: ask the payee"),
        ({"returned": (2, "C01")}, "details_refused", "asks with C01 for another account number"),
        ({"ruled_out": True}, "ruled_out", "after the result was certified: a correction of the result"),
        (
            {"waiting": ("integrity.cells~a1", "returns~a1")},
            "review_open",
            "waits for a reviewer (integrity.cells~a1, returns~a1): have it decided",
        ),
        ({"paid_this_year_minor": 195_000}, "tax_form_missing", "gets USD 2000.00 in the year"),
    ],
)
def test_each_reason_says_what_is_so_and_what_to_do(facts: dict[str, Any], code: str, words: str) -> None:
    found = holds(**facts)

    assert found.keys() == {code}
    assert words in found[code]


def test_all_reasons_are_told_at_once() -> None:
    dispute = Dispute(reason="Not hers.", by="kim", at_ms=NOW_MS)
    found = holds(
        300_000,
        payee=Payee(),
        screening=screened("hit"),
        dispute=dispute,
        ruled_out=True,
        waiting=("returns~a1",),
    )

    of_people = ["disputed", "ruled_out", "review_open"]
    assert list(found) == ["no_bank_details", "sanctions_hit", "tax_form_missing", *of_people]


@pytest.mark.parametrize(("now_ms", "is_held"), [(-1, True), (0, False), (1, False)])
def test_details_are_usable_from_the_very_millisecond(now_ms: int, is_held: bool) -> None:
    payee = Payee(current=structs.replace(DETAILS, usable_from_ms=NOW_MS))
    found = holds(now_ms=NOW_MS + now_ms, payee=payee)

    assert ("bank_details_waiting" in found) == is_held


def test_who_has_to_wait_is_told_until_when() -> None:
    payee = Payee(current=structs.replace(DETAILS, usable_from_ms=1_795_000_086_400))

    assert "2026-11-18T11:08:06.400Z" in holds(payee=payee)["bank_details_waiting"]


def test_details_in_force_are_paid_into_while_others_are_proposed() -> None:
    assert holds(payee=Payee(current=DETAILS, proposed=PROPOSED)) == {}


@pytest.mark.parametrize("code", [*REFUSED, *CORRECTED])
def test_a_code_that_says_that_the_details_are_wrong_holds_back(code: str) -> None:
    assert holds(returned=(2, code)).keys() == {"details_refused"}


@pytest.mark.parametrize("returned", [(1, "R02"), (2, "R23"), (2, "R01"), (2, "C13"), None])
def test_other_details_and_other_codes_hold_nothing_back(returned: tuple[int, str] | None) -> None:
    assert holds(returned=returned) == {}


def test_a_clear_verdict_holds_nothing_back() -> None:
    assert holds(screening=screened("clear")) == {}


@pytest.mark.parametrize(("screening", "codes"), [(None, ["not_screened"]), (screened("clear"), [])])
def test_where_it_is_asked_for_nobody_is_paid_who_was_not_screened(
    screening: Screening | None, codes: list[str]
) -> None:
    known, policy = AccountFacts(payee=USABLE, screening=screening), HoldPolicy(require_screening=True)

    assert [one.code for one in payout_holds(Money(1, "USD"), known, policy, NOW_MS)] == codes


MAYA, ZOE = structs.replace(DETAILS, holder_mark="maya"), structs.replace(PROPOSED, holder_mark="zoe")


@pytest.mark.parametrize(
    ("payee", "mark", "codes"),
    [
        (Payee(current=MAYA), "maya", []),
        (Payee(current=MAYA), "zoe", ["not_screened"]),
        (Payee(current=MAYA), "", ["not_screened"]),
        (Payee(current=MAYA, proposed=ZOE), "maya", []),
        (Payee(current=MAYA, proposed=ZOE), "zoe", ["not_screened"]),
        (Payee(proposed=ZOE), "zoe", ["bank_details_unconfirmed"]),
        (Payee(proposed=ZOE), "", ["bank_details_unconfirmed", "not_screened"]),
        (Payee(), "", ["no_bank_details"]),
        (Payee(), "zoe", ["no_bank_details", "not_screened"]),
        (USABLE, "", []),
        (USABLE, "maya", ["not_screened"]),
    ],
)
def test_a_clear_verdict_counts_for_the_payee_that_was_checked(
    payee: Payee, mark: str, codes: list[str]
) -> None:
    known = AccountFacts(payee=payee, screening=structs.replace(screened("clear"), holder_mark=mark))
    held = payout_holds(Money(1, "USD"), known, HoldPolicy(require_screening=True), NOW_MS)
    asked_for_none = payout_holds(Money(1, "USD"), known, HoldPolicy(), NOW_MS)

    assert [one.code for one in held] == codes
    assert [one.code for one in asked_for_none] == [code for code in codes if code != "not_screened"]
    assert all("payee has changed since" in one.detail for one in held if one.code == "not_screened")


@pytest.mark.parametrize("is_required", [True, False])
@pytest.mark.parametrize("mark", ["", "maya", "zoe"])
@pytest.mark.parametrize(("verdict", "code"), [("review", "sanctions_review"), ("hit", "sanctions_hit")])
def test_what_was_found_of_one_payee_holds_every_other(
    verdict: str, code: str, mark: str, is_required: bool
) -> None:
    found = structs.replace(screened(verdict), holder_mark=mark)
    known, policy = (
        AccountFacts(payee=Payee(current=MAYA), screening=found),
        HoldPolicy(require_screening=is_required),
    )

    assert [one.code for one in payout_holds(Money(1, "USD"), known, policy, NOW_MS)] == [code]


@pytest.mark.parametrize(
    ("payee", "mark", "counts"),
    [
        (Payee(current=MAYA), "maya", True),
        (Payee(current=MAYA), "", True),
        (Payee(current=MAYA), "zoe", False),
        (Payee(current=MAYA, proposed=ZOE), "zoe", False),
        (USABLE, "", True),
        (USABLE, "maya", False),
    ],
)
def test_a_tax_form_counts_for_the_payee_that_gave_it(payee: Payee, mark: str, counts: bool) -> None:
    found = holds(300_000, payee=payee, tax_form=structs.replace(FORM, holder_mark=mark))

    assert found.keys() == (set() if counts else {"tax_form_missing"})
    assert counts or "was given by another payee: ask for theirs." in found["tax_form_missing"]


@pytest.mark.parametrize(
    ("before", "minor", "is_held"),
    [(0, 199_999, False), (0, 200_000, True), (0, 200_001, True), (199_999, 1, True), (199_998, 1, False)],
)
def test_a_tax_form_is_needed_from_the_limit_on(before: int, minor: int, is_held: bool) -> None:
    assert ("tax_form_missing" in holds(minor, paid_this_year_minor=before)) == is_held


def test_with_a_tax_form_or_without_a_limit_none_is_asked_for() -> None:
    unlimited = payout_holds(Money(10**9, "USD"), AccountFacts(payee=USABLE), HoldPolicy(), NOW_MS)

    assert holds(10**9, tax_form=FORM) == {}
    assert unlimited == []


LIMITS = {"2026": "USD 2000", "2028": "USD 2100.50", "2027": "EUR 10"}


@pytest.mark.parametrize(
    ("year", "currency", "minor"),
    [
        (2025, "USD", None),
        (2026, "USD", 200_000),
        (2027, "USD", 200_000),
        (2028, "USD", 210_050),
        (2040, "USD", 210_050),
        (2026, "EUR", None),
        (2028, "EUR", 1_000),
        (2028, "JPY", None),
    ],
)
def test_a_limit_counts_from_its_year_until_another_of_its_currency(
    year: int, currency: str, minor: int | None
) -> None:
    assert tax_form_from_minor(LIMITS, year, currency) == minor


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (LIMITS, None),
        ({}, None),
        ({"26": "USD 2000"}, "26: must be a calendar year such as 2026"),
        ({"2026": "2000"}, "2026: must be a currency and an amount such as USD 2000, not '2000'"),
        ({"2026": "USD -5"}, "2026: must be a currency and an amount such as USD 2000, not 'USD -5'"),
        ({"2026": "USD 1.005"}, "2026: USD has 2 decimals, the amount '1.005' has 3"),
        ({"2026": "USD 1..5"}, "2026: amount must be a decimal text such as \"12.34\", not '1..5'"),
        ({"2026": "ZZZ 5"}, "2026: 'ZZZ' is not an ISO 4217 currency code such as USD"),
    ],
)
def test_a_limit_that_cannot_be_read_is_named_by_its_year(table: dict[str, str], problem: str | None) -> None:
    assert tax_form_problem(table) == problem
