"""Certified results out: the signed file as it is, or for an agency its own part, which nobody can sign."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from leaderboard.domain.lifecycle import state_now
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.auth import agency_of
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.keys import NOW_MS, STORE
from leaderboard.web.moves import said
from leaderboard.web.problems import Problem

Version = Annotated[int, Meta(ge=1, le=1_000_000)]

# What everybody sees of everybody.
_PUBLIC: Final = ("rank", "account_id", "name", "score", "award_rank")


class _Signature(Struct):
    key_id: str


class _Result(Struct):
    certified_at: Time
    previous: dict[str, Any] | None
    reason: str
    standings: list[dict[str, Any]]
    awards: list[dict[str, Any]]
    excluded: list[dict[str, Any]]


class _File(Struct):
    result: _Result
    sha256: str
    signature: _Signature


class ResultShown(Struct, kw_only=True):
    """The signed file: `result`, with `sha256` and `signature` over its RFC 8785 form, and nothing else.

    An agency gets the other fields, and `signed` is false: `sha256` and `key_id` are of the file that is signed. Of
    another agency's account, what is not rank, name, score or award rank is left out there; `awards` and `excluded`
    are of its own accounts only.
    """

    sha256: str
    result: dict[str, Any] | UnsetType = UNSET
    signature: dict[str, str] | UnsetType = UNSET
    signed: bool | UnsetType = UNSET
    campaign_id: str | UnsetType = UNSET
    version: int | UnsetType = UNSET
    key_id: str | UnsetType = UNSET
    certified_at: Time | UnsetType = UNSET
    previous: dict[str, Any] | UnsetType | None = UNSET
    reason: str | UnsetType = UNSET
    standings: list[dict[str, Any]] | UnsetType = UNSET
    awards: list[dict[str, Any]] | UnsetType = UNSET
    excluded: list[dict[str, Any]] | UnsetType = UNSET


async def get_result(request: web.Request) -> web.Response:
    """The certified result as it was signed, to the byte. An agency gets what it may see of it, unsigned."""
    campaign = find_campaign(request)
    version = checked(request, "version", Version, campaign.life.result)
    content = await request.app[STORE].lifecycles.document(campaign.definition.id, f"result|{version}")
    if content is None:
        raise _none(request, version)
    agency = agency_of(request)
    if agency is not None:
        return answer(_of_agency(request, agency, version, content))
    name = f"{campaign.definition.id}-result-{version}.json"
    headers = {
        "ETag": f'"{sha256(content).hexdigest()}"',
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return web.Response(body=content, content_type="application/json", headers=headers)


def _none(request: web.Request, version: int) -> Problem:
    campaign = find_campaign(request)
    newest = campaign.life.result
    if 0 < version <= newest:
        where = "it has to be brought back from `documents/` beside the archive, by a restore"
        return Problem(404, "not_certified", f"Version {version} of the result is not in the store: {where}.")
    if newest:
        return Problem(
            404, "not_certified", f"There is no version {version} of the result; the newest is {newest}."
        )
    state = state_now(campaign.newest, campaign.life, request[NOW_MS])
    return Problem(404, "not_certified", f"The campaign is {said(state)}: it has no certified result.")


def _of_agency(request: web.Request, agency: str, version: int, content: bytes) -> ResultShown:
    """Its own accounts are those that it had when the result was certified."""
    file = msgspec.json.decode(content, type=_File)
    own = {entry["account_id"] for entry in file.result.standings if entry["agency_id"] == agency}
    return ResultShown(
        signed=False,
        campaign_id=find_campaign(request).definition.id,
        version=version,
        sha256=file.sha256,
        key_id=file.signature.key_id,
        certified_at=file.result.certified_at,
        previous=file.result.previous,
        # Why a result was corrected is told to everybody; what was said about the first is the operator's.
        reason=file.result.reason if file.result.previous else "",
        standings=_visible(file.result.standings, own),
        awards=[one for one in file.result.awards if one["account_id"] in own],
        excluded=[one for one in file.result.excluded if one["account_id"] in own],
    )


def _visible(standings: Sequence[dict[str, Any]], own: set[str]) -> list[dict[str, Any]]:
    return [
        entry if entry["account_id"] in own else {name: entry.get(name) for name in _PUBLIC}
        for entry in standings
    ]


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/result", get_result, EVERY_ROLE - {"ingest"},
        "Read the certified result", "Results",
        {
            200: Answer("The signed file; for an agency what it may see of it.", ResultShown),
            404: Answer("There is no such campaign, or no such result (`not_certified`)."),
        },
        (CAMPAIGN, Parameter("version", "query", Version, "Which one, the newest unless told.")),
        description="`leaderboard verify FILE` checks hash and signature offline.",
    ),
)  # fmt: skip
