"""Decisions on flags in, from reviewers. What may be decided, and by whom, is the domain's."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.deciding import LOOK_AGAIN, Call, DecisionRefused, decide
from leaderboard.domain.flags import Docket, Flag
from leaderboard.domain.overturned import overturned
from leaderboard.domain.payouts import Person
from leaderboard.domain.reviews import Settled
from leaderboard.domain.tokens import Role
from leaderboard.store.decisions import Step
from leaderboard.store.store import Store
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint
from leaderboard.web.flag_whole import FLAG, NO_FLAG, FlagId, flag_at
from leaderboard.web.flags import Why
from leaderboard.web.flags_shown import FlagShown, TakesEffect, fields_of
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import Problem, invalid, unavailable

Link = Annotated[
    str,
    Meta(
        max_length=2_000,
        description="What links the partner itself to the traffic, in at most 2,000 characters.",
    ),
]

TRIES: Final = 10
_REVIEWERS: Final = frozenset[Role](("reviewer",))


class DecisionAsked(Struct, forbid_unknown_fields=True):
    """`dismiss`: it is nothing to hold, discount or warn for. `uphold`: it was right. Whom a rule of the definition
    holds wins nothing then; of a detector's flag the discount stays, and the hold ends. `disqualify`, of a detector's:
    the account wins nothing."""

    decision: Settled
    reason: Why
    partner_link: Link = ""


class FlagDecided(FlagShown, kw_only=True):
    """The flag as it is with the decision. A certified campaign stands as it is until its result is corrected; what
    takes two reviewers takes effect when another agrees."""

    takes_effect: TakesEffect


async def post_decision(request: web.Request) -> web.Response:
    """What a reviewer decides on a flag. It stands until it is decided again; the audit log has every decision."""
    name, store = checked(request, "flag", FlagId), request.app[STORE]
    asked = await read_setting(request, DecisionAsked)
    if asked.partner_link and asked.decision != "disqualify":
        # It would stand as an accusation that no second reviewer has looked at.
        raise invalid("partner_link", "goes with `disqualify` only; leave it out")
    caller = request[CALLER]
    by = Person(caller.id, caller.name)
    call = Call(asked.decision, asked.reason, asked.partner_link, by, request[NOW_MS])
    docket = await _decided(request, name, call)
    await store.directory.refresh()
    flag, campaign = await flag_at(request, name), find_campaign(request)
    is_proposed = docket.proposal is not None and docket.proposal.decision == call.decision
    takes_effect: TakesEffect = "with_the_next_correction" if campaign.life.is_final else "at_once"
    if is_proposed:
        takes_effect = "when_another_agrees"
    shown = FlagDecided(**fields_of(flag, campaign.definition, is_staff=True), takes_effect=takes_effect)
    return answer(shown, 202 if is_proposed else 200)


async def _decided(request: web.Request, name: str, call: Call) -> Docket:
    """Decides on the flag as it is, however many others do so at the same moment, and on no later checkpoint's."""
    store, campaign = request.app[STORE], find_campaign(request).definition.id
    flag = await flag_at(request, name)
    looked_at = _checkpoint_of(flag)
    for _ in range(TRIES):
        after = _allowed(flag, call, await _names(store, flag.docket))
        if after is flag.docket:
            return after
        is_decided = after.decision is not flag.docket.decision
        case = overturned(flag, after.decision) if is_decided and after.decision else None
        step = Step(flag.docket, after, call.by.id, case=case, looked_at=looked_at)
        if await store.decisions.make(campaign, name, step):
            return after
        flag = await flag_at(request, name)
        if _checkpoint_of(flag) != looked_at:
            raise Problem(409, "look_again", LOOK_AGAIN)
    raise unavailable("Others decide on this flag at this moment; send it again.")


def _checkpoint_of(flag: Flag) -> int | None:
    return flag.raised.checkpoint if flag.raised else None


def _allowed(flag: Flag, call: Call, names: dict[str, str]) -> Docket:
    try:
        return decide(flag, call, names)
    except DecisionRefused as error:
        raise _refused(error) from error


def _refused(error: DecisionRefused) -> Problem:
    if error.code == "no_choice":
        return invalid("decision", str(error))
    if error.code == "no_link":
        return invalid("partner_link", str(error))
    return Problem(409 if error.code in ("already_decided", "look_again") else 403, error.code, str(error))


async def _names(store: Store, docket: Docket) -> dict[str, str]:
    """Under which names the tokens were issued whose holders stand in a docket."""
    people = {one for done in (docket.decision, docket.proposal) if done for one in done.people}
    people |= {appeal.by for appeal in docket.appeals}
    found = {one: await store.tokens.find(one) for one in sorted(people)}
    return {one: token.name for one, token in found.items() if token}


_STANDS: Final = (
    "A dismissed flag holds and discounts nobody any more. A rule's hold that is upheld takes the account out of every "
    "award, whatever is counted later; a warning that is upheld stays a warning. A detector's flag that is upheld "
    "keeps its discount, and the hold ends. `disqualify` takes the account out, and needs `partner_link`: others may "
    "have bought the traffic. What takes an account out takes two reviewers. The first one's call is kept as a "
    "proposal (202), and stands when another person decides the same; any other decision takes it back. An open appeal "
    "is answered by a decision of somebody else than who filed it or decided what it is against. Deciding again "
    "replaces the decision. After certification, a decision takes effect with the next correction of the result."
)

ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/flags/{flag}/decision", post_decision, _REVIEWERS, "Decide on a flag",
        "Review",
        {
            200: Answer("It is decided.", FlagDecided),
            202: Answer("It is proposed, and takes another reviewer.", FlagDecided),
            404: NO_FLAG,
            409: Answer("Two reviewers have decided so already, or a checkpoint has looked at the account meanwhile."),
        },
        (CAMPAIGN, FLAG),
        Body({"application/json": DecisionAsked}, examples={"application/json": examples.DECISION}),
        _STANDS,
    ),
)  # fmt: skip
