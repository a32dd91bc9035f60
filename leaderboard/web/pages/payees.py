"""Bank details of an account as a page: proposed, compared and confirmed by another person, or rejected; and what was
noted of its payee. Shows no number but its end, and repeats nothing that was typed of bank details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from leaderboard.domain.times import to_ms
from leaderboard.domain.tokens import Role
from leaderboard.web.keys import CONFIG
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.payee_form import ECHOED, asked_details, countries, missing_details
from leaderboard.web.pages.payout_asking import APPROVERS, PAYERS, PREPARERS, is_reader
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem
from leaderboard.web.words import Words

_PROPOSERS: Final = PREPARERS | frozenset[Role](("agency",))
_SCREENERS: Final = PAYERS | frozenset[Role](("reviewer",))
_READERS: Final = _PROPOSERS | _SCREENERS | frozenset[Role](("admin",))

# Field → what is wrong with it; "" is the whole.
Errors = Mapping[str, str]


def _account(visit: Visit) -> str:
    return visit.request.match_info["account"]


def _api(visit: Visit, *steps: str) -> str:
    return api("accounts", _account(visit), *steps)


async def show_payee(visit: Visit) -> web.Response:
    """What stands, what is proposed, and the forms for whoever reads."""
    return await _show(visit)


async def _show(
    visit: Visit, errors: Errors | None = None, form: str = "", status: int = 200
) -> web.Response:
    # Reviewers judge whether somebody is on a list, and see no bank details.
    payee = None if visit.may("reviewer") else await visit.ask(_api(visit, "payee"))
    proposed = payee["proposed"] if payee else None
    return visit.page(
        "payee.html",
        status,
        account=_account(visit),
        payee=payee,
        name=(await visit.account_names([_account(visit)]))[_account(visit)],
        is_proposer=proposed is not None and _is_proposer(visit, proposed),
        may_propose=visit.may(*_PROPOSERS),
        may_confirm=visit.may(*APPROVERS),
        may_reject=visit.may(*PAYERS),
        may_screen=visit.may(*_SCREENERS),
        may_clear=visit.may("payout_approver", "reviewer"),
        may_note_form=visit.may(*PREPARERS),
        wait_h=visit.request.app[CONFIG].payouts.payee_wait_h,
        usable_ms=_usable_ms(payee),
        countries=countries(visit.words.language),
        country_names=dict(countries(visit.words.language)),
        field_ids={name: name for name in errors or {}},
        errors=errors or {},
        refused_form=form,
        typed=_typed(visit, errors or {}),
    )


def _is_proposer(visit: Visit, proposed: Mapping[str, Any]) -> bool:
    """Agencies are not told who proposed."""
    token = proposed.get("proposed_by")
    return token is not None and is_reader(visit, token, visit.person(token))


def _usable_ms(payee: Mapping[str, Any] | None) -> int:
    """From when on the details that stand are paid into; 0 where none stand."""
    current = payee["current"] if payee else None
    return to_ms(datetime.fromisoformat(current["usable_from"])) if current else 0


def _typed(visit: Visit, errors: Errors) -> dict[str, str]:
    """What may be shown again: nothing that is kept sealed, and no text that was refused, for what may be in it."""
    return {name: visit.field(name) if name not in errors else "" for name in ECHOED}


def _errors_of(words: Words, problem: Problem) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in problem.errors:
        found.setdefault(one.path.rpartition(".")[2], words.said(one.detail))
    return found or {"": words.said(problem.detail)}


async def _write(visit: Visit, method: str, step: str, body: Mapping[str, Any], done: str) -> web.Response:
    """A form sent on to our API; shown again with what is wrong where that refuses it."""
    try:
        await visit.tell(method, _api(visit, *step.split("/")), body)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _show(visit, _errors_of(visit.words, problem), done, problem.status)
    return visit.redirect(below("accounts", _account(visit), "payee"), done=done)


async def propose(visit: Visit) -> web.Response:
    """Proposes bank details, which another person has to confirm."""
    if missing := missing_details(visit):
        return await _show(visit, missing, "payee_proposed", 422)
    return await _write(visit, "PUT", "payee", asked_details(visit), "payee_proposed")


async def confirm(visit: Visit) -> web.Response:
    """Puts a proposal in force whose number was heard from the payee, by another way than it came."""
    if not visit.field("number"):
        error = visit.words.gettext("Type the number as the payee told it to you.")
        return await _show(visit, {"number": error}, "payee_confirmed", 422)
    body = {"version": _version(visit), "number": visit.field("number")}
    return await _write(visit, "POST", "payee/confirm", body, "payee_confirmed")


async def reject(visit: Visit) -> web.Response:
    """Takes a proposal away."""
    body = {"version": _version(visit), "reason": visit.field("reason")}
    return await _write(visit, "POST", "payee/reject", body, "payee_rejected")


def _version(visit: Visit) -> int:
    text = visit.field("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


async def note_screening(visit: Visit) -> web.Response:
    """Notes what a check against a list of sanctions found."""
    body = {name: visit.field(name) for name in ("verdict", "list", "list_version", "note")}
    return await _write(visit, "PUT", "screening", body, "screening_noted")


async def note_tax_form(visit: Visit) -> web.Response:
    """Notes that a tax form was received."""
    body = {name: visit.field(name) for name in ("form", "received_on")}
    return await _write(visit, "PUT", "tax-form", body, "tax_form_noted")


_PATH: Final = "/accounts/{account}/payee"
PAGES: Final = (
    PageEndpoint("GET", _PATH, show_payee, _READERS),
    PageEndpoint("POST", _PATH, propose, _PROPOSERS),
    PageEndpoint("POST", _PATH + "/confirm", confirm, APPROVERS),
    PageEndpoint("POST", _PATH + "/reject", reject, PAYERS),
    PageEndpoint("POST", _PATH + "/screening", note_screening, _SCREENERS),
    PageEndpoint("POST", _PATH + "/tax-form", note_tax_form, PREPARERS),
)
