"""Payouts that differ from a corrected result, noted by people as settled. Pays nobody, and takes nothing back."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Id
from leaderboard.store.settling_by_hand import Settling, note_settled
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import STORE
from leaderboard.web.paying import APPROVERS, PAYING, answering, person
from leaderboard.web.payout_holds_shown import AwardId, Why
from leaderboard.web.payouts_shown import SettledShown, settled_shown
from leaderboard.web.settings import status_of

WhereItStands = Annotated[
    str, Meta(max_length=200, description="Where it stands, such as the number of a transfer.")
]


class DifferenceAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """What was done about a payout of another amount than the newest result says."""

    reason: Why
    reference: WhereItStands = ""


async def put_difference(request: web.Request) -> web.Response:
    """Notes that people have settled what an award is paid otherwise than the newest result says."""
    campaign, paying = find_campaign(request), request.app[PAYING]
    award, account = checked(request, "award", AwardId), checked(request, "account", Id)
    asked = await read_setting(request, DifferenceAsked)
    settling = Settling(award, account, asked.reason, asked.reference.strip(), person(request))
    with answering():
        certified = await paying.results.newest(campaign)
        store, name = request.app[STORE], campaign.definition.id
        outcome, difference, note = await note_settled(store, name, certified, settling)
    return answer(settled_shown(difference, note), status_of(outcome))


ENDPOINTS: Final = (
    Endpoint(
        "PUT", "/v1/campaigns/{campaign}/differences/{award}/{account}", put_difference, APPROVERS,
        "Note a difference as settled", "Payouts",
        {
            200: Answer("It stands in place of the one before; the same again changes nothing.", SettledShown),
            201: Answer("It is noted, and the award is not held any more.", SettledShown),
            403: Answer("The caller prepared the batch that pays the award (`same_person`)."),
            404: Answer("There is no such campaign."),
            409: Answer("There is no certified result, or no such difference (`no_difference`)."),
        },
        (
            CAMPAIGN,
            Parameter("award", "path", AwardId, example="first"),
            Parameter("account", "path", Id, example="mayas-corner"),
        ),
        Body({"application/json": DifferenceAsked}, examples={"application/json": examples.DIFFERENCE}),
        "For an award that is held as `paid_otherwise`: a correction came after its payout. The note is of that payout "
        "and of these two amounts. Where the payout comes back, or another correction gives the award another amount, "
        "it counts no more.",
    ),
)  # fmt: skip
