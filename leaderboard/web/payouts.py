"""Payouts of a campaign: how they stand, and the preparation of a batch. What is paid is decided elsewhere."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.ledger import budget
from leaderboard.domain.lifecycle import state_now
from leaderboard.domain.payouts import Format
from leaderboard.web.answers import answer, checked, money
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import CONFIG, NOW_MS, STORE
from leaderboard.web.paying import PAYING, PREPARERS, READERS, answering, person
from leaderboard.web.payouts_payable import payable_shown
from leaderboard.web.payouts_shown import (
    PayoutsShown,
    PreparedShown,
    ResultPaid,
    batch_shown,
    held_shown,
    settled_shown,
)


class PrepareOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """In which format the bank gets the batch; `payouts.format` of config.toml unless told."""

    format: Format | None = None


async def get_payouts(request: web.Request) -> web.Response:
    """How the payouts of a campaign stand: its batches, what could be paid, what is held and why."""
    campaign, paying = find_campaign(request), request.app[PAYING]
    chosen = checked(request, "format", Format, request.app[CONFIG].payouts.format)
    with answering():
        survey = await paying.survey(campaign, chosen, request[NOW_MS])
    name, currency = campaign.definition.id, campaign.definition.currency
    balances = await request.app[STORE].ledger.balances(name)
    certified, due = survey.certified, survey.due
    return answer(
        PayoutsShown(
            campaign=name,
            state=state_now(campaign.newest, campaign.life, request[NOW_MS]),
            correcting=campaign.life.certifying is not None,
            result=ResultPaid(certified.version, certified.sha256),
            format=chosen,
            due_on=due.due_on or None,
            send_by_on=due.send_by_on or None,
            calendar=due.calendar,
            awards=len(certified.awards),
            payable=len(survey.payable),
            payable_total=money(sum(line.amount.minor for line in survey.payable), currency),
            to_pay=payable_shown(survey.payable),
            held=held_shown(survey.held),
            settled_by_hand=[settled_shown(difference, note) for difference, note in survey.settled],
            batches=[batch_shown(batch) for batch in survey.batches],
            budget=money(balances.get((budget(name), currency), 0), currency),
        )
    )


async def prepare_payouts(request: web.Request) -> web.Response:
    """Prepares a batch of every award that can be paid, or tells of the one there is."""
    campaign = find_campaign(request)
    order = await read_setting(request, PrepareOrder, required=False)
    chosen = order.format or request.app[CONFIG].payouts.format
    with answering():
        prepared = await request.app[PAYING].prepare(campaign, chosen, person(request))
    shown = PreparedShown(batch_shown(prepared.batch), held_shown(prepared.held))
    return answer(shown, 201 if prepared.is_new else 200)


_NOT_YET: Final = (
    "There is no certified result, nothing can be paid yet, or config.toml does not say who pays."
)

ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/payouts", get_payouts, READERS, "See a campaign's payouts", "Payouts",
        {
            200: Answer("How they stand.", PayoutsShown),
            404: NO_CAMPAIGN,
            409: Answer("There is no certified result."),
        },
        (
            CAMPAIGN,
            Parameter("format", "query", Format, "For which format to look; that of config.toml unless told."),
        ),
    ),
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/payouts", prepare_payouts, PREPARERS, "Prepare a batch", "Payouts",
        {
            200: Answer("Nothing is left for another batch: the newest one, as it stands.", PreparedShown),
            201: Answer("A new batch of every award that can be paid.", PreparedShown),
            403: Answer(
                "The caller released somebody who would be paid (`decided_flag`), or had a part in a rescoring that "
                "moves them (`decided_rescoring`)."
            ),
            404: NO_CAMPAIGN,
            409: Answer(_NOT_YET),
        },
        (CAMPAIGN,),
        Body(
            {"application/json": PrepareOrder}, "May be left out.",
            {"application/json": {"format": "nacha"}}, required=False,
        ),
        "Awards that a live payout pays are left out, whoever asks and however often. `held` has every award that is "
        "not in a batch, with all reasons; once they are gone, another batch takes it. Whoever was disqualified after "
        "the certification is held (`ruled_out`) until a correction, and whoever has a flag with an open proposal or "
        "appeal until it is decided (`review_open`).",
    ),
)  # fmt: skip
