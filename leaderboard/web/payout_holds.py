"""What keeps somebody from being paid, noted by people: screenings, tax forms, disputes. Holds nothing back itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from aiohttp import web

from leaderboard.domain.accounts import Id
from leaderboard.domain.payout_holds import Dispute, Screening, ScreeningVerdict, TaxForm, lets_go
from leaderboard.domain.times import from_ms, rfc3339
from leaderboard.domain.tokens import Role
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.payee_texts import check_texts
from leaderboard.web.payout_holds_shown import (
    AwardId,
    DisputeAsked,
    DisputeShown,
    ScreeningAsked,
    ScreeningShown,
    TaxFormAsked,
    TaxFormShown,
    screening_shown,
    tax_form_shown,
)
from leaderboard.web.problems import Problem, invalid, not_found
from leaderboard.web.settings import status_of

_PREPARERS: Final = frozenset[Role](("payout_preparer",))
# Who lets go of what is held: whoever prepares a payout may hold it back, and no more.
_DECIDERS: Final = frozenset[Role](("payout_approver", "reviewer"))


async def put_screening(request: web.Request) -> web.Response:
    """The newest verdict on an account, which stands until the next one."""
    account, asked = await _account(request), await read_setting(request, ScreeningAsked)
    await _check_screener(request, account, asked.verdict)
    await check_texts(request, account, list=asked.list, list_version=asked.list_version, note=asked.note)
    store = request.app[STORE]
    screening = Screening(
        verdict=asked.verdict,
        list=asked.list,
        list_version=asked.list_version,
        note=asked.note,
        checked_ms=request[NOW_MS],
        by=request[CALLER].id,
        holder_mark=(await store.payees.of(account)).holder_mark,
    )
    outcome = await store.payout_holds.put_screening(account, screening)
    return answer(screening_shown(account, screening), status_of(outcome))


async def _check_screener(request: web.Request, account: str, verdict: ScreeningVerdict) -> None:
    """403 for whoever prepares payouts and would let the account go."""
    role = request[CALLER].role
    if role in _DECIDERS:
        return
    before = (await request.app[STORE].payout_holds.screenings([account])).get(account)
    if lets_go(verdict, before):
        may = " or ".join(sorted(_DECIDERS))
        raise Problem(
            403,
            "forbidden",
            f"A token of role {role} may hold an account back, and no more; {verdict} takes {may}.",
        )


async def put_tax_form(request: web.Request) -> web.Response:
    """The tax form of an account, in place of the one before."""
    account, asked = await _account(request), await read_setting(request, TaxFormAsked)
    _check_received(asked.received_on, request[NOW_MS])
    store = request.app[STORE]
    form = TaxForm(
        form=asked.form,
        received_on=asked.received_on,
        by=request[CALLER].id,
        holder_mark=(await store.payees.of(account)).holder_mark,
    )
    outcome, form = await store.payout_holds.put_tax_form(account, form)
    return answer(tax_form_shown(account, form), status_of(outcome))


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
    await check_texts(request, account, reason=asked.reason)
    dispute = Dispute(reason=asked.reason, by=request[CALLER].id, at_ms=request[NOW_MS])
    outcome, dispute = await request.app[STORE].payout_holds.put_dispute(campaign, award, account, dispute)
    at = rfc3339(dispute.at_ms)
    shown = DisputeShown(campaign, award, account, dispute.reason, at, dispute.by)
    return answer(shown, status_of(outcome))


async def delete_dispute(request: web.Request) -> web.Response:
    """Lifts a dispute. The reason stands in the audit log."""
    campaign, award, account = await _disputed(request)
    asked = await read_setting(request, DisputeAsked)
    await check_texts(request, account, reason=asked.reason)
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
        "PUT", "/v1/accounts/{account}/screening", put_screening, _DECIDERS | _PREPARERS,
        "Note a sanctions verdict", "Payouts",
        {
            200: Answer("It stands in place of the one before.", ScreeningShown),
            201: Answer("It is the first.", ScreeningShown),
            404: _NO_ACCOUNT,
        },
        (_ACCOUNT,),
        Body({"application/json": ScreeningAsked}, examples={"application/json": examples.SCREENING}),
        "The check itself is made elsewhere. `review` and `hit` hold back all payouts of the account. Whoever prepares "
        "notes no `clear`, and no `review` after a `hit`. Where `payouts.require_screening` asks for a verdict, "
        "`clear` counts for the payee whose bank details were known at that moment, and for no other.",
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
        "From which sum of a year on one has to be there, `payouts.tax_form_from` of config.toml says. It counts for "
        "the payee whose bank details were known at that moment; where there were none, for whoever is paid.",
    ),
    Endpoint(
        "PUT", "/v1/campaigns/{campaign}/disputes/{award}/{account}", put_dispute, _DECIDERS | _PREPARERS,
        "Dispute an award", "Payouts",
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
        "Whoever prepares lifts none. The reason stands in the audit log.",
    ),
)  # fmt: skip
