"""A definition looked at before it is saved: all that is wrong, its rules in sentences, what its limits do."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.boundary_report import Boundary, boundary_report
from leaderboard.domain.campaigns import DefinitionError, canonical, line_of, unbuilt
from leaderboard.domain.campaigns import Problem as DefinitionProblem
from leaderboard.domain.summary import summary
from leaderboard.web import examples
from leaderboard.web.answers import answer
from leaderboard.web.campaigns import parse_definition, read_definition_body
from leaderboard.web.endpoints import ADMIN, Answer, Body, Endpoint
from leaderboard.web.problems import Problem

# As many as a refusal lists.
MOST_ERRORS: Final = 100


class WrongPart(Struct):
    """`line` is null where the definition came as JSON, or the part is in no line."""

    path: str
    line: int | None
    detail: str


class CampaignChecked(Struct):
    """Nothing is wrong where `errors` is empty; it has the first hundred.

    `definition` is the canonical form, null where the text gives none. `boundary_report` is empty while anything is
    wrong; `summary` tells what can be told.
    """

    errors: list[WrongPart]
    summary: list[str]
    boundary_report: list[Boundary]
    definition: dict[str, Any] | None


async def check_campaign(request: web.Request) -> web.Response:
    """Checks a definition as if it were saved, and saves nothing."""
    body = await read_definition_body(request)
    if body == "":
        raise Problem(400, "not_toml", "The body is empty: send the definition as TOML or JSON.")
    try:
        definition = parse_definition(body)
    except DefinitionError as error:
        return answer(CampaignChecked([_wrong(one) for one in error.problems[:MOST_ERRORS]], [], [], None))
    errors = [_unbuilt(sentence, body) for sentence in unbuilt(definition)[:MOST_ERRORS]]
    report = [] if errors else boundary_report(definition)
    return answer(CampaignChecked(errors, list(summary(definition)), report, canonical(definition)))


def _wrong(problem: DefinitionProblem) -> WrongPart:
    return WrongPart(problem.path, problem.line, problem.message)


def _unbuilt(sentence: str, body: str | dict[str, Any]) -> WrongPart:
    path, _, detail = sentence.partition(": ")
    return WrongPart(path, line_of(body, path) if isinstance(body, str) else None, detail)


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/campaigns/check", check_campaign, ADMIN, "Check a definition", "Campaigns",
        {200: Answer("What was found, also where something is wrong.", CampaignChecked)},
        body=Body(
            {"application/toml": str, "application/json": dict[str, Any]},
            "The definition, as TOML or the same as JSON.",
            {"application/toml": examples.CAMPAIGN_TOML},
        ),
        description="`boundary_report` says what happens just below, at and just above each limit: it is found out by "
        "judging and paying made-up accounts.",
    ),
)  # fmt: skip
