"""What keeps somebody from being paid, noted by people: screenings, tax forms, disputes. Holds nothing back itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END, Id
from leaderboard.domain.payout_holds import (
    Dispute,
    ListName,
    Note,
    Screening,
    ScreeningVerdict,
    TaxForm,
    TaxFormName,
)
from leaderboard.domain.times import from_ms, rfc3339
from leaderboard.domain.tokens import Role
from leaderboard.web import examples
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import invalid, not_found
from leaderboard.web.settings import status_of

_DECIDERS: Final = frozenset[Role](("payout_preparer", "payout_approver", "reviewer"))
_PREPARERS: Final = frozenset[Role](("payout_preparer",))

AwardId = Annotated[str, Meta(min_length=1, max_length=64)]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}" + END, extra_json_schema={"format": "date"})]
Why = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=r"\S",
        description="A text of at most 2,000 characters, for the audit log.",
    ),
]


class ScreeningAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """What a check against a list found. `review`: somebody has to look at it. `hit`: it is on the list."""

    verdict: ScreeningVerdict
    list: ListName
    list_version: ListName
    note: Note = ""


class ScreeningShown(Struct):
    """A verdict as it was noted; `by` is the id of a token."""

    account_id: str
    verdict: ScreeningVerdict
    list: str
    list_version: str
    note: str
    checked_at: Time
    by: str


class TaxFormAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """A tax form that was received. The form itself is kept elsewhere."""

    form: TaxFormName
    received_on: Day


class TaxFormShown(Struct):
    """A tax form as it was noted; `by` is the id of a token."""

    account_id: str
    form: TaxFormName
    received_on: Day
    by: str


class DisputeAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """Why an award is contested, or why it is not any more."""

    reason: Why


class DisputeShown(Struct):
    """A dispute as it was noted; `by` is the id of a token."""

    campaign: str
    award: str
    account_id: str
    reason: str
    at: Time
    by: str


async def put_screening(request: web.Request) -> web.Response:
    """The newest verdict on an account, which stands until the next one."""
    account, asked = await _account(request), await read_setting(request, ScreeningAsked)
    screening = Screening(
        verdict=asked.verdict,
        list=asked.list,
        list_version=asked.list_version,
        note=asked.note,
        checked_ms=request[NOW_MS],
        by=request[CALLER].id,
    )
    outcome = await request.app[STORE].payout_holds.put_screening(account, screening)
    shown = ScreeningShown(
        account_id=account,
        verdict=screening.verdict,
        list=screening.list,
        list_version=screening.list_version,
        note=screening.note,
        checked_at=rfc3339(screening.checked_ms),
        by=screening.by,
    )
    return answer(shown, status_of(outcome))


async def put_tax_form(request: web.Request) -> web.Response:
    """The tax form of an account, in place of the one before."""
    account, asked = await _account(request), await read_setting(request, TaxFormAsked)
    _check_received(asked.received_on, request[NOW_MS])
    form = TaxForm(form=asked.form, received_on=asked.received_on, by=request[CALLER].id)
    outcome, form = await request.app[STORE].payout_holds.put_tax_form(account, form)
    return answer(TaxFormShown(account, form.form, form.received_on, form.by), status_of(outcome))


def _check_received(text: str, now_ms: int) -> None:
    try:
        received = date.fromisoformat(text)
    except ValueError as error:
        raise invalid("received_on", f"{text} is no day of the calendar") from error
    # East of Greenwich it is tomorrow already.
    if received > from_ms(now_ms).date() + timedelta(days=1):
        raise invalid("received_on", "lies in the future; say when the form was received")


async def put_dispute(request: web.Request) -> web.Response:
    """Holds an award of an account back until the dispute is lifted."""
    campaign, award, account = await _disputed(request)
    asked = await read_setting(request, DisputeAsked)
    dispute = Dispute(reason=asked.reason, by=request[CALLER].id, at_ms=request[NOW_MS])
    outcome, dispute = await request.app[STORE].payout_holds.put_dispute(campaign, award, account, dispute)
    at = rfc3339(dispute.at_ms)
    shown = DisputeShown(campaign, award, account, dispute.reason, at, dispute.by)
    return answer(shown, status_of(outcome))


async def delete_dispute(request: web.Request) -> web.Response:
    """Lifts a dispute. The reason stands in the audit log."""
    campaign, award, account = await _disputed(request)
    asked = await read_setting(request, DisputeAsked)
    holds, actor = request.app[STORE].payout_holds, request[CALLER].id
    if not await holds.lift_dispute(campaign, award, account, actor, asked.reason):
        raise not_found(f"a dispute of {award} of account {account}")
    return web.Response(status=204)


async def _account(request: web.Request) -> str:
    """The account that the address names; 404 where there is none."""
    account: str = checked(request, "account", Id)
    if await request.app[STORE].settings.account(account) is None:
        raise not_found(f"account {account}")
    return account


async def _disputed(request: web.Request) -> tuple[str, str, str]:
    """The campaign, the award and the account that the address names; 404 where one of them is not there."""
    campaign, award = find_campaign(request), checked(request, "award", AwardId)
    # The newest version may be one whose time has not come.
    known = {one.id for version in (campaign.definition, campaign.newest) for one in version.awards}
    if award not in known:
        raise not_found(f"award {award} of {campaign.definition.id}")
    return campaign.definition.id, award, await _account(request)


_ACCOUNT: Final = Parameter("account", "path", Id, example="mayas-corner")
_AWARD: Final = Parameter("award", "path", AwardId, example="first")
_NO_ACCOUNT: Final = Answer("There is no such account.")
_DISPUTE: Final = Body({"application/json": DisputeAsked}, examples={"application/json": examples.DISPUTE})

ENDPOINTS: Final = (
    Endpoint(
        "PUT", "/v1/accounts/{account}/screening", put_screening, _DECIDERS, "Note a sanctions verdict", "Payouts",
        {
            200: Answer("It stands in place of the one before.", ScreeningShown),
            201: Answer("It is the first.", ScreeningShown),
            404: _NO_ACCOUNT,
        },
        (_ACCOUNT,),
        Body({"application/json": ScreeningAsked}, examples={"application/json": examples.SCREENING}),
        "The check itself is made elsewhere. `review` and `hit` hold back all payouts of the account.",
    ),
    Endpoint(
        "PUT", "/v1/accounts/{account}/tax-form", put_tax_form, _PREPARERS, "Note a tax form", "Payouts",
        {
            200: Answer("It stands in place of the one before; the same again changes nothing.", TaxFormShown),
            201: Answer("It is the first.", TaxFormShown),
            404: _NO_ACCOUNT,
        },
        (_ACCOUNT,),
        Body({"application/json": TaxFormAsked}, examples={"application/json": examples.TAX_FORM}),
        "From which sum of a year on one has to be there, `payouts.tax_form_from` of config.toml says.",
    ),
    Endpoint(
        "PUT", "/v1/campaigns/{campaign}/disputes/{award}/{account}", put_dispute, _DECIDERS, "Dispute an award",
        "Payouts",
        {
            200: Answer("It stands with this reason; the same again changes nothing.", DisputeShown),
            201: Answer("The award is held back.", DisputeShown),
            404: Answer("There is no such campaign, award or account."),
        },
        (CAMPAIGN, _AWARD, _ACCOUNT), _DISPUTE,
        "A batch that has the award is void with its next step, unless it is with the bank.",
    ),
    Endpoint(
        "DELETE", "/v1/campaigns/{campaign}/disputes/{award}/{account}", delete_dispute, _DECIDERS, "Lift a dispute",
        "Payouts",
        {204: Answer("It is lifted."), 404: Answer("There is no such campaign, award, account or dispute.")},
        (CAMPAIGN, _AWARD, _ACCOUNT), _DISPUTE,
        "The reason stands in the audit log.",
    ),
)  # fmt: skip
