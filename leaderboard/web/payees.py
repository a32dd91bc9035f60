"""Bank details over HTTP: proposed by one person, confirmed or rejected by another, shown masked, never repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, TypeVar

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Id
from leaderboard.domain.payee_checks import PayeeAsked, WrongDetails, checked_details
from leaderboard.domain.payee_numbers import is_number_of
from leaderboard.domain.payee_steps import PayeeRefused, confirm, propose, reject, withdraw
from leaderboard.domain.payees import Payee, PayeeDetails, SealedPayee
from leaderboard.domain.payouts import Person
from leaderboard.domain.tokens import Role
from leaderboard.store.payees import Step
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import NOT_JSON, SETTINGS_LIMIT_BYTES, not_json, read_body, read_setting
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.flags import Why
from leaderboard.web.keys import CALLER, CONFIG, NOW_MS, STORE, VAULT
from leaderboard.web.payee_texts import check_texts
from leaderboard.web.payees_shown import PayeeShown, Version, opened, shown
from leaderboard.web.problems import FieldError, Problem
from leaderboard.web.standings import own_account
from leaderboard.web.wording import explain_unsaid, sentence

_PROPOSERS: Final = frozenset[Role](("payout_preparer", "agency"))
_READERS: Final = frozenset[Role](("admin", "payout_preparer", "payout_approver", "agency"))
_APPROVERS: Final = frozenset[Role](("payout_approver",))
_REJECTERS: Final = frozenset[Role](("payout_preparer", "payout_approver"))

_HOUR_MS: Final = 3_600_000
_STAND: Final = "The details that stand were put again."
_COMPARED: Final = "The number was compared."

T = TypeVar("T")


class PayeeConfirmed(Struct, forbid_unknown_fields=True):
    """The proposal that is confirmed, as it was looked at: `version` of `proposed`.

    `number`: the account's number, or the IBAN, as the payee said it over another way; it has to be the proposal's.
    """

    version: Version
    number: Annotated[str, Meta(min_length=1, max_length=64)] | None = None

    def __repr__(self) -> str:
        return f"PayeeConfirmed({self.version})"


class PayeeRejected(Struct, forbid_unknown_fields=True):
    """The proposal that is rejected, and why. The reason stands in the audit log: no bank details belong in it."""

    version: Version
    reason: Why


async def get_payee(request: web.Request) -> web.Response:
    """The bank details of an account, masked."""
    account = await _account(request)
    return answer(await shown(request, account, await request.app[STORE].payees.of(account)))


async def put_payee(request: web.Request) -> web.Response:
    """Proposes bank details, in place of a proposal that nobody has confirmed. Those that stand take it away."""
    account = await _account(request)
    details = await _read_details(request)
    before, vault = await request.app[STORE].payees.of(account), request.app[VAULT]
    # Details that do not open are others: so they can be replaced.
    if opened(vault, account, before.proposed) == details:
        return answer(await shown(request, account, before))
    if opened(vault, account, before.current) == details:
        after = withdraw(before)
        if after is not before:
            await _make(request, "reject", account, before, after, _STAND)
        return answer(await shown(request, account, after))
    after = propose(before, _sealed(request, account, before, details))
    await _make(request, "propose", account, before, after)
    return answer(await shown(request, account, after), status=202)


def _sealed(request: web.Request, account: str, before: Payee, details: PayeeDetails) -> SealedPayee:
    return request.app[VAULT].seal(
        account,
        before.last_version + 1,
        details,
        proposed_by=request[CALLER].id,
        proposed_ms=request[NOW_MS],
        known_marks=[one.holder_mark for one in (before.current, before.proposed) if one],
    )


async def confirm_payee(request: web.Request) -> web.Response:
    """Puts proposed details in force, usable after the waiting time. Twice by the same person changes nothing."""
    account = await _account(request)
    asked = await _read(request, PayeeConfirmed)
    before = await request.app[STORE].payees.of(account)
    caller, proposer = request[CALLER], await _proposer(request, before)
    wait_ms = request.app[CONFIG].payouts.payee_wait_h * _HOUR_MS
    by = Person(caller.id, caller.name)
    after = _allowed(
        lambda: confirm(before, asked.version, by, proposer, now_ms=request[NOW_MS], wait_ms=wait_ms)
    )
    if asked.number is not None:
        _check_number(opened(request.app[VAULT], account, after.current), asked.number)
    if after is not before:
        why = "" if asked.number is None else _COMPARED
        await _make(request, "confirm", account, before, after, why)
    return answer(await shown(request, account, after))


def _check_number(details: PayeeDetails | None, number: str) -> None:
    if details is None:
        raise Problem(
            409, "number_differs", "The number cannot be compared: with these keys the details do not open."
        )
    if not is_number_of(details.bank, number):
        raise Problem(
            409,
            "number_differs",
            "The number is not the proposal's: ask the payee again, or reject the proposal.",
        )


async def reject_payee(request: web.Request) -> web.Response:
    """Takes a proposal away; what is in force stays."""
    account = await _account(request)
    asked = await read_setting(request, PayeeRejected)
    before = await request.app[STORE].payees.of(account)
    after = _allowed(lambda: reject(before, asked.version))
    await check_texts(request, account, reason=asked.reason)
    await _make(request, "reject", account, before, after, asked.reason)
    return answer(await shown(request, account, after))


async def _account(request: web.Request) -> str:
    """The account of the address; 404 and 403 where it is not there, or another agency's."""
    account: str = checked(request, "account", Id)
    own_account(request, account, await request.app[STORE].settings.account(account))
    return account


async def _read_details(request: web.Request) -> PayeeDetails:
    """The details that were sent, if they can be right. No problem repeats any of them."""
    asked = await _read(request, PayeeAsked)
    try:
        return checked_details(asked)
    except WrongDetails as error:
        split = (one.partition(": ") for one in error.problems)
        errors = [FieldError(detail, path) for path, _, detail in split]
        raise Problem(422, "invalid", error.problems[0], errors=errors) from None


async def _read(request: web.Request, kind: type[T]) -> T:
    """A body with bank details in it, of which no problem repeats anything."""
    body = await read_body(request, SETTINGS_LIMIT_BYTES)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        wrong = explain_unsaid(error, kind)
        raise Problem(422, "invalid", sentence(wrong), errors=[wrong]) from None
    except NOT_JSON as error:
        raise not_json(body, error) from None


async def _proposer(request: web.Request, payee: Payee) -> Person:
    """Who made the proposal; without one, nobody."""
    if payee.proposed is None:
        return Person("", "")
    token = await request.app[STORE].tokens.find(payee.proposed.proposed_by)
    return Person(payee.proposed.proposed_by, token.name if token else "")


def _allowed(step: Callable[[], Payee]) -> Payee:
    try:
        return step()
    except PayeeRefused as error:
        if error.code == "same_person":
            raise Problem(403, "same_person", str(error)) from error
        raise Problem(409, "changed", str(error)) from error


async def _make(
    request: web.Request, step: Step, account: str, before: Payee, after: Payee, why: str = ""
) -> Payee:
    actor = request[CALLER].id
    if not await request.app[STORE].payees.make(step, account, before, after, actor=actor, why=why):
        raise Problem(409, "changed", "Somebody else changed these details at this moment; look again.")
    return after


_ACCOUNT: Final = Parameter("account", "path", Id, example="mayas-corner")
_NO_ACCOUNT: Final = Answer("There is no such account.")
_PATH: Final = "/v1/accounts/{account}/payee"
_CHANGED: Final = Answer("It is not proposed, or it was decided before.")
_NOT_CONFIRMED: Final = Answer("It is not proposed, it was decided before, or its number is another.")
_ABOUT_PROPOSALS: Final = (
    "Takes an account in the United States or an IBAN. They are checked, sealed, and paid into only after another "
    "person has confirmed them and the waiting time of `payouts.payee_wait_h` is over. A proposal replaces the one "
    "before; details that are proposed already change nothing, and details that stand take a proposal away."
)
_ABOUT_CONFIRMING: Final = (
    "Compare the details with the payee over another way than the one they came by. It takes another token, of another "
    "name, than the proposal's. Send the `number` that the payee told you, since others may end in the same digits. "
    "From then on the old details are not paid into any more."
)


def _body(kind: type, example: object) -> Body:
    return Body({"application/json": kind}, examples={"application/json": example})


ENDPOINTS: Final = (
    Endpoint(
        "PUT", _PATH, put_payee, _PROPOSERS, "Propose bank details", "Payouts",
        {
            200: Answer("They stand already, and nothing else is proposed; or they are proposed.", PayeeShown),
            202: Answer("They are proposed.", PayeeShown),
            404: _NO_ACCOUNT,
            409: Answer("Somebody else changed them at the same moment."),
        },
        (_ACCOUNT,), _body(PayeeAsked, examples.PAYEE), _ABOUT_PROPOSALS,
    ),
    Endpoint(
        "GET", _PATH, get_payee, _READERS, "Read bank details, masked", "Payouts",
        {200: Answer("What stands, and what is proposed.", PayeeShown), 404: _NO_ACCOUNT}, (_ACCOUNT,),
    ),
    Endpoint(
        "POST", _PATH + "/confirm", confirm_payee, _APPROVERS, "Confirm bank details", "Payouts",
        {200: Answer("They are in force.", PayeeShown), 404: _NO_ACCOUNT, 409: _NOT_CONFIRMED},
        (_ACCOUNT,), _body(PayeeConfirmed, examples.PAYEE_CONFIRMED), _ABOUT_CONFIRMING,
    ),
    Endpoint(
        "POST", _PATH + "/reject", reject_payee, _REJECTERS, "Reject bank details", "Payouts",
        {200: Answer("They are no longer proposed.", PayeeShown), 404: _NO_ACCOUNT, 409: _CHANGED},
        (_ACCOUNT,), _body(PayeeRejected, examples.PAYEE_REJECTED),
        "What stands goes on standing. The reason is kept in the audit log: one with a number of the details is "
        "refused.",
    ),
)  # fmt: skip
