"""Appeals of agencies in, and what was overturned out. When an appeal is taken is the domain's."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final

import orjson
from aiohttp import web
from msgspec import Meta, Struct, field

from leaderboard.domain.appealing import AppealRefused, Plea, appeal
from leaderboard.domain.appeals import ATTACHMENT_MAX, ATTACHMENTS_MAX, TEXT_MAX, Attachment
from leaderboard.domain.flags import Docket, Flag
from leaderboard.domain.overturned import exported
from leaderboard.domain.times import rfc3339
from leaderboard.domain.tokens import Role
from leaderboard.store.decisions import Step
from leaderboard.web import examples
from leaderboard.web.answers import answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.bodies import read_setting
from leaderboard.web.campaign_shown import CAMPAIGN, NO_CAMPAIGN, find_campaign
from leaderboard.web.endpoints import Answer, Body, Endpoint
from leaderboard.web.event_batches import NDJSON
from leaderboard.web.flag_whole import FLAG, NO_FLAG, FlagId, FlagWhole, flag_at, whole
from leaderboard.web.keys import CALLER, NOW_MS, STORE
from leaderboard.web.problems import Problem, unavailable

TRIES: Final = 10
_AGENCIES: Final = frozenset[Role](("agency",))
_REVIEWERS: Final = frozenset[Role](("admin", "reviewer"))


class AttachmentAsked(Struct, forbid_unknown_fields=True):
    """A text that speaks for the account, such as a log or a letter."""

    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    text: Annotated[str, Meta(min_length=1, max_length=ATTACHMENT_MAX)]


class AppealAsked(Struct, forbid_unknown_fields=True):
    """What speaks against the flag, or against what was decided on it."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX, pattern=r"\S")]
    attachments: Annotated[list[AttachmentAsked], Meta(max_length=ATTACHMENTS_MAX)] = field(
        default_factory=list
    )


async def post_appeal(request: web.Request) -> web.Response:
    """Appeals against a decision, or against a hold or discount that nobody has decided on. A reviewer who has not
    decided what it is against answers it by deciding."""
    name = checked(request, "flag", FlagId)
    asked = await read_setting(request, AppealAsked)
    is_news = await _filed(request, name, asked)
    flag = await flag_at(request, name)
    return answer(await whole(request, flag), 201 if is_news else 200)


async def _filed(request: web.Request, name: str, asked: AppealAsked) -> bool:
    """Whether it is one more; False where it waits already."""
    store, campaign = request.app[STORE], find_campaign(request).definition
    texts = [one.text for one in asked.attachments]
    for _ in range(TRIES):
        flag = await flag_at(request, name)
        after = _taken(request, flag, asked, campaign.integrity.appeal_s)
        if after is flag.docket:
            return False
        step = Step(flag.docket, after, request[CALLER].id, texts)
        if await store.decisions.make(campaign.id, name, step):
            return True
    raise unavailable("Somebody decides on this flag at this moment; send it again.")


def _taken(request: web.Request, flag: Flag, asked: AppealAsked, appeal_s: int) -> Docket:
    attachments = tuple(
        Attachment(one.name, len(one.text), sha256(one.text.encode()).hexdigest())
        for one in asked.attachments
    )
    plea = Plea(asked.text, attachments, request[CALLER].id, agency_of(request) or "", request[NOW_MS])
    try:
        return appeal(flag, plea, appeal_s)
    except AppealRefused as error:
        raise Problem(409, error.code, str(error)) from error


async def get_cases(request: web.Request) -> web.Response:
    """What detectors took for cheating and reviewers did not, a case a line: measures without whose they are."""
    cases = await request.app[STORE].decisions.cases(find_campaign(request).definition.id)
    lines = [orjson.dumps(_line(exported(number, case))) + b"\n" for number, case in cases.items()]
    return web.Response(body=b"".join(lines), content_type=NDJSON)


def _line(case: dict[str, Any]) -> dict[str, Any]:
    at_ms: int = case.pop("at_ms")
    return case | {"at": rfc3339(at_ms)}


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/{campaign}/flags/{flag}/appeal", post_appeal, _AGENCIES, "Appeal against a flag",
        "Review",
        {
            200: Answer("The same appeal waits already.", FlagWhole),
            201: Answer("It waits for another reviewer.", FlagWhole),
            404: NO_FLAG,
            409: Answer("There is nothing to appeal against, it is too late, or another appeal waits."),
        },
        (CAMPAIGN, FLAG),
        Body({"application/json": AppealAsked}, examples={"application/json": examples.APPEAL}),
        "Taken for the time of the definition's `integrity.appeal` after a decision, or after the flag began to hold "
        "or discount where nobody has decided; one at a time. Another is possible against another decision only.",
    ),
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/cases", get_cases, _REVIEWERS, "Read overturned cases", "Review",
        {200: Answer("A case a line.", media_type=NDJSON), 404: NO_CAMPAIGN}, (CAMPAIGN,),
        description="To ask later rules about them: a rule that holds such a case again is wrong again.",
    ),
)  # fmt: skip
