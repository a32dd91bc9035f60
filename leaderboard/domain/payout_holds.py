"""Why somebody is not paid for the time being, and what to do about it. What is known is handed in; pays nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from leaderboard.domain.bank_codes import CORRECTED, REFUSED
from leaderboard.domain.money import Money, format_minor, parse_minor
from leaderboard.domain.payees import Payee
from leaderboard.domain.times import from_ms, rfc3339

HoldCode = Literal[
    "no_bank_details", "bank_details_waiting", "bank_details_unconfirmed", "bank_details_shut",
    "details_refused", "not_screened", "sanctions_review", "sanctions_hit", "tax_form_missing", "disputed",
    "ruled_out", "review_open", "format", "paid_otherwise",
]  # fmt: skip
ScreeningVerdict = Literal["clear", "review", "hit"]
TaxFormName = Literal["W-9", "W-8BEN", "W-8BEN-E", "other"]
Note = Annotated[str, Meta(max_length=2_000)]
ListName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]

_LIMIT: Final = re.compile(r"([A-Z]{3}) ([0-9.]+)", re.ASCII)
_YEAR: Final = re.compile(r"[12][0-9]{3}", re.ASCII)


class PayoutHold(Struct, frozen=True):
    """One reason why an award is not paid; `detail` says what to do."""

    code: HoldCode
    detail: str


class Screening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a check against a list of sanctions found. It is made elsewhere, and stands until the next one.

    `holder_mark` is of the payee that was checked; '' where there was none.
    """

    verdict: ScreeningVerdict
    list: str
    list_version: str
    checked_ms: int
    by: str
    note: str = ""
    holder_mark: str = ""


class TaxForm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tax form was received, on a day as YYYY-MM-DD. The form itself is kept elsewhere.

    `holder_mark` is of the payee that gave it; '' where it came before any bank details.
    """

    form: TaxFormName
    received_on: str
    by: str
    holder_mark: str = ""


class Dispute(Struct, frozen=True, kw_only=True):
    """Somebody contests that an award is owed."""

    reason: str
    by: str
    at_ms: int


class AccountFacts(Struct, frozen=True, kw_only=True):
    """What bears on paying an account an award. `dispute` is of that award.

    `returned`: which version of its details the newest line was sent to that came back or was corrected, and the code.
    `paid_this_year_minor`: what goes to it in the same year besides, in the award's currency. `ruled_out`: reviewers
    took it out of every award. `waiting`: its flags with a proposal or an appeal that nobody has answered.
    """

    payee: Payee
    screening: Screening | None = None
    tax_form: TaxForm | None = None
    dispute: Dispute | None = None
    returned: tuple[int, str] | None = None
    paid_this_year_minor: int = 0
    ruled_out: bool = False
    waiting: tuple[str, ...] = ()


class HoldPolicy(Struct, frozen=True, kw_only=True):
    """What this installation asks for. `tax_form_from_minor`: None asks for no forms."""

    require_screening: bool = False
    tax_form_from_minor: int | None = None


def lets_go(verdict: ScreeningVerdict, before: Screening | None) -> bool:
    """Whether a verdict says that all is well, or less than the one before."""
    return verdict == "clear" or (before is not None and (verdict, before.verdict) == ("review", "hit"))


class _Case(Struct, frozen=True):
    amount: Money
    facts: AccountFacts
    policy: HoldPolicy
    now_ms: int


def payout_holds(amount: Money, facts: AccountFacts, policy: HoldPolicy, now_ms: int) -> list[PayoutHold]:
    """All that keeps an award from being paid, in the order in which it is best mended."""
    case = _Case(amount, facts, policy, now_ms)
    return [found for check in _CHECKS for found in check(case)]


def _bank_details(case: _Case) -> Iterator[PayoutHold]:
    payee = case.facts.payee
    if payee.current is None and payee.proposed is None:
        yield PayoutHold(
            "no_bank_details", "Its bank details are not known: ask the payee, and propose them."
        )
    elif payee.current is None:
        detail = "Its bank details are proposed: somebody else than who proposed them has to confirm them."
        yield PayoutHold("bank_details_unconfirmed", detail)
    elif case.now_ms < payee.current.usable_from_ms:
        usable_from = rfc3339(payee.current.usable_from_ms)
        detail = f"Its bank details are usable from {usable_from} on: wait, so that the payee can object until then."
        yield PayoutHold("bank_details_waiting", detail)


def _refused(case: _Case) -> Iterator[PayoutHold]:
    """Details that were given since then are others."""
    current, returned = case.facts.payee.current, case.facts.returned
    if current is None or returned is None or returned[0] != current.version:
        return
    code = returned[1]
    if why := REFUSED.get(code):
        detail = (
            f"The bank returned the last payout with {code}, {why}: ask the payee for other bank details."
        )
        yield PayoutHold("details_refused", detail)
    elif what := CORRECTED.get(code):
        detail = f"The bank asks with {code} for {what}: propose the bank details with what it says."
        yield PayoutHold("details_refused", detail)


def _screening(case: _Case) -> Iterator[PayoutHold]:
    """What was found of somebody holds, whoever else is the payee; that nothing was found counts for them alone."""
    screening = case.facts.screening
    if screening and screening.verdict != "clear":
        yield _HELD_BY_VERDICT[screening.verdict](_found_in(screening))
    elif case.policy.require_screening:
        yield from _not_screened(screening, case.facts.payee)


def _found_in(screening: Screening) -> str:
    """Which list, when, and in one line what was noted: nobody notes bank data, the door sees to that."""
    note = " ".join(screening.note.split())
    said = f': "{note}"' if note else ""
    return f"{screening.list} list {screening.list_version}, checked {from_ms(screening.checked_ms).date()}{said}"


def _not_screened(screening: Screening | None, payee: Payee) -> Iterator[PayoutHold]:
    if screening is None:
        detail = "It was not checked against a list of sanctions: have it checked, and store the verdict."
        yield PayoutHold("not_screened", detail)
    elif screening.holder_mark != payee.holder_mark:
        detail = (
            "The payee has changed since it was checked against a list of sanctions: have it checked again."
        )
        yield PayoutHold("not_screened", detail)


_HELD_BY_VERDICT: Final[Mapping[str, Callable[[str], PayoutHold]]] = {
    "review": lambda of: PayoutHold(
        "sanctions_review", f"It resembles an entry of {of}. Have somebody look at it, and store the verdict."
    ),
    "hit": lambda of: PayoutHold(
        "sanctions_hit", f"It is on {of}. Pay nothing, and tell whoever is responsible for sanctions."
    ),
}


def _tax_form(case: _Case) -> Iterator[PayoutHold]:
    least, amount, form = case.policy.tax_form_from_minor, case.amount, case.facts.tax_form
    if least is None or (form and form.holder_mark in ("", case.facts.payee.holder_mark)):
        return
    total = case.facts.paid_this_year_minor + amount.minor
    if total >= least:
        sum_of_year, limit = _money(total, amount.currency), _money(least, amount.currency)
        ask = "the one that there is was given by another payee: ask for theirs" if form else "ask for it"
        detail = (
            f"With it the account gets {sum_of_year} in the year; from {limit} on it needs a tax form: {ask}."
        )
        yield PayoutHold("tax_form_missing", detail)


def _dispute(case: _Case) -> Iterator[PayoutHold]:
    dispute = case.facts.dispute
    if dispute:
        detail = f"It is disputed since {rfc3339(dispute.at_ms)} ({dispute.reason}): settle it, and lift the dispute."
        yield PayoutHold("disputed", detail)


def _ruled_out(case: _Case) -> Iterator[PayoutHold]:
    """A result that was certified afterwards has no award of the account."""
    if case.facts.ruled_out:
        detail = "It was disqualified after the result was certified: a correction of the result settles it."
        yield PayoutHold("ruled_out", detail)


def _review_open(case: _Case) -> Iterator[PayoutHold]:
    if case.facts.waiting:
        flags = ", ".join(case.facts.waiting)
        detail = f"A proposal or an appeal waits for a reviewer ({flags}): have it decided."
        yield PayoutHold("review_open", detail)


_CHECKS: Final[tuple[Callable[[_Case], Iterator[PayoutHold]], ...]] = (
    _bank_details,
    _refused,
    _screening,
    _tax_form,
    _dispute,
    _ruled_out,
    _review_open,
)


def tax_form_from_minor(table: Mapping[str, str], year: int, currency: str) -> int | None:
    """From which sum of a year on a tax form has to be there; None where none has to.

    `table`: year → `USD 2000`. A year counts until another of the same currency does. The table has no problems.
    """
    limits = {int(known): _limit(text) for known, text in table.items()}
    years = [known for known, limit in limits.items() if known <= year and limit.currency == currency]
    return limits[max(years)].minor if years else None


def tax_form_problem(table: Mapping[str, str]) -> str | None:
    """What is wrong with such a table, naming the key; None where nothing is."""
    for year, text in table.items():
        if not _YEAR.fullmatch(year):
            return f"{year}: must be a calendar year such as 2026"
        try:
            _limit(text)
        except ValueError as error:
            return f"{year}: {error}"
    return None


def _limit(text: str) -> Money:
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise ValueError(f"must be a currency and an amount such as USD 2000, not {text[:40]!r}")
    return Money(parse_minor(match[2], match[1]), match[1])


def _money(minor: int, currency: str) -> str:
    return f"{currency} {format_minor(minor, currency)}"
