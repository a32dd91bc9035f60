"""The reference of the HTTP API, made from the endpoints themselves: `/openapi.json` and `/docs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from aiohttp import web

from leaderboard.web.answers import answer
from leaderboard.web.curl import commands
from leaderboard.web.endpoints import ANYONE, EVERY_ROLE, Answer, Endpoint
from leaderboard.web.openapi import (
    ABOUT,
    REFUSALS,
    TAGS,
    TITLE,
    answers_of,
    describe,
    description_of,
    tags_of,
)
from leaderboard.web.pages.rendering import page, render
from leaderboard.web.problems import CODES
from leaderboard.web.schemas import REF, Field, Schema, field_rows, kind_of, notes_of


@dataclass(frozen=True, slots=True)
class _Carried:
    """What a body or an answer is: its kind in words, and its fields where it is an object of ours."""

    label: str
    kind: list[tuple[str, str | None]]
    fields: list[Field]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """An endpoint as the page shows it."""

    anchor: str
    endpoint: Endpoint
    description: str
    roles: str
    parameters: list[tuple[Field, str]]
    bodies: list[_Carried]
    answers: list[_Carried]
    refusals: list[int]
    commands: list[str]


def endpoints(described: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """The endpoints that tell about the others, and about themselves."""

    @cache
    def document() -> dict[str, Any]:
        return describe((*described, *own))

    @cache
    def html() -> str:
        return _render((*described, *own), document())

    async def get_openapi(_request: web.Request) -> web.Response:
        """This reference for programs."""
        return answer(document())

    async def get_docs(_request: web.Request) -> web.Response:
        """This reference for people."""
        return page(html())

    own = (
        Endpoint(
            "GET", "/openapi.json", get_openapi, ANYONE, "The reference as OpenAPI", "Running",
            {200: Answer("OpenAPI 3.1.", dict[str, Any])},
        ),
        Endpoint(
            "GET", "/docs", get_docs, ANYONE, "The reference as a page", "Running",
            {200: Answer("The page.", None, "text/html")},
        ),
    )  # fmt: skip
    return own


def _render(all_endpoints: Sequence[Endpoint], document: dict[str, Any]) -> str:
    components = document["components"]["schemas"]
    groups = [
        (tag, TAGS.get(tag, ""), [_shown(one, document) for one in all_endpoints if one.tag == tag])
        for tag in tags_of(all_endpoints)
    ]
    schemas = [(name, schema, field_rows(schema)) for name, schema in sorted(components.items())]
    about = ABOUT.split("\n\n")
    return render(
        "reference.html",
        title=TITLE,
        about=about,
        groups=groups,
        schemas=schemas,
        refusals=[(status, words) for status, words, _ in REFUSALS],
        codes=CODES,
    )


def _shown(endpoint: Endpoint, document: dict[str, Any]) -> _Shown:
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    return _Shown(
        anchor=operation["operationId"],
        endpoint=endpoint,
        description=description_of(endpoint),
        roles=_roles(endpoint),
        parameters=[_parameter(one) for one in operation.get("parameters", ())],
        bodies=list(_bodies(operation, document["components"]["schemas"])),
        answers=[
            _Carried(str(status), _kind_of_answer(operation["responses"][str(status)]), [], one.description)
            for status, one in sorted(endpoint.answers.items())
        ],
        refusals=[status for status in answers_of(endpoint) if status not in endpoint.answers],
        commands=commands(endpoint),
    )


def _roles(endpoint: Endpoint) -> str:
    if not endpoint.allow:
        return "anyone, without a token"
    return "every role" if endpoint.allow == EVERY_ROLE else ", ".join(sorted(endpoint.allow))


def _parameter(one: dict[str, Any]) -> tuple[Field, str]:
    schema = one["schema"]
    said = [one.get("description", "").rstrip("."), notes_of(schema)]
    notes = "; ".join(part for part in said if part)
    return Field(one["name"], one["required"], kind_of(schema), notes), one["in"]


def _bodies(operation: dict[str, Any], components: dict[str, Schema]) -> list[_Carried]:
    content = operation.get("requestBody", {}).get("content", {})
    return [
        _Carried(media, kind_of(one["schema"]), _fields(one["schema"], components))
        for media, one in content.items()
    ]


def _fields(schema: Schema, components: dict[str, Schema]) -> list[Field]:
    return field_rows(components[schema["$ref"].removeprefix(REF)]) if "$ref" in schema else []


_NOTHING: Final[dict[str, Any]] = {}


def _kind_of_answer(response: dict[str, Any]) -> list[tuple[str, str | None]]:
    for media, one in response.get("content", _NOTHING).items():
        kind = kind_of(one["schema"])
        return kind if kind[0][1] else [(media, None)]
    return []
