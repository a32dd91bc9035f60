"""OpenAPI 3.1 of a set of endpoints: all of it made from their table, nothing written by hand a second time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from leaderboard import __version__
from leaderboard.web import examples
from leaderboard.web.endpoints import Answer, Endpoint, Parameter
from leaderboard.web.problems import PROBLEM_TYPE, REQUEST_ID_HEADER, RETRY_AFTER_S, ProblemDocument
from leaderboard.web.schemas import REF, Schema, schemas_of

TITLE: Final = "Live Leaderboard"
ABOUT: Final = (
    "Incentive programmes for live shopping: events in, settings in, exact live standings out.\n\n"
    "Bodies are JSON in UTF-8. Times are RFC 3339 with offset, or integer Unix milliseconds; answers have RFC 3339 in "
    'UTC. Money is `{"amount": "12.34", "currency": "USD"}`, a text with the currency\'s own number of decimals. '
    f"Whatever is refused is answered as `{PROBLEM_TYPE}` with a `code` that stays. "
    "Unknown fields of an event are ignored; unknown fields of a setting are errors. Every GET also answers HEAD."
    "\n\nA heartbeat is effective when its activity is explaining or displaying, it names a product, its order channel "
    "is not none and it is no recording; a campaign may bridge short silences and ask for signs of life."
)

# In the order in which a newcomer needs them.
TAGS: Final = {
    "Settings": "Agencies, their accounts, and the accounts' hosts.",
    "Campaigns": "Programmes as data, and who takes part in them.",
    "Events": "Things that happen: many, repeated, late. An event that is answered 202 is kept.",
    "Events API": "The same for clients that speak the TikTok Events API, 1.0 and 2.0.",
    "Standings": "Where everybody is, and why.",
    "Results": "How a campaign ends: closed and certified, or given up.",
    "Review": "What rules warn and hold for, what people decide on it, and what they take out of the counting.",
    "Payouts": "Who is paid, into which account of a bank, and what became of it.",
    "Tokens": "Who may call.",
    "Audit log": "Who decided what, when and why.",
    "Running": "How the service is, and this reference.",
}

_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "`Bearer`."},
    503: {"Retry-After": f"Seconds to wait, {RETRY_AFTER_S} or more."},
}


def _is_ours(endpoint: Endpoint) -> bool:
    return bool(endpoint.allow) and not endpoint.own_envelope


def _has_body(endpoint: Endpoint) -> bool:
    return endpoint.body is not None


def _reads_body(endpoint: Endpoint) -> bool:
    return _has_body(endpoint) and not endpoint.own_envelope


def _is_checked(endpoint: Endpoint) -> bool:
    # Events that are wrong are told of one by one; and what is no campaign's id is an unknown campaign.
    has_setting = _has_body(endpoint) and not endpoint.tag.startswith("Events")
    return has_setting or any(parameter.name not in ("campaign", "file") for parameter in endpoint.parameters)


# What endpoints of a kind refuse, whoever they are; their own refusals stand in their own table.
REFUSALS: Final[tuple[tuple[int, str, Callable[[Endpoint], bool]], ...]] = (
    (400, "The body cannot be read.", _reads_body),
    (401, "The token is missing, unknown, expired or revoked.", _is_ours),
    (403, "The token's role or its agency may not do this.", _is_ours),
    (408, "The body did not arrive in time.", _has_body),
    (413, "The body is over the limit, packed or unpacked.", _has_body),
    (415, "The body is packed in a way that is not taken.", _reads_body),
    (422, "A field or a parameter is wrong; the detail names it.", _is_checked),
    (503, "The store is away or busy; nothing was kept.", lambda endpoint: bool(endpoint.allow)),
)


def answers_of(endpoint: Endpoint) -> dict[int, Answer]:
    """All that an endpoint may answer, its own words first."""
    common = {status: Answer(words) for status, words, applies in REFUSALS if applies(endpoint)}
    return dict(sorted((common | dict(endpoint.answers)).items()))


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The document."""
    kinds = list(_kinds(endpoints))
    found, components = schemas_of([*kinds, ProblemDocument])
    schemas = {id(kind): schema for kind, schema in zip(kinds, found, strict=False)}
    names = _operation_ids(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, names[id(endpoint)], schemas)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": __version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag, "description": TAGS.get(tag, "")} for tag in tags_of(endpoints)],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY_SCHEMES},
    }


def tags_of(endpoints: Sequence[Endpoint]) -> list[str]:
    """The groups in which they are shown."""
    used = {endpoint.tag for endpoint in endpoints}
    return [tag for tag in TAGS if tag in used] + sorted(used - TAGS.keys())


_SECURITY_SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer TOKEN`"},
    "access_token": {
        "type": "apiKey",
        "in": "header",
        "name": "Access-Token",
        "description": "The same token, where clients of the Events API send it.",
    },
}


def _kinds(endpoints: Sequence[Endpoint]) -> Iterator[object]:
    for endpoint in endpoints:
        yield from (parameter.kind for parameter in endpoint.parameters)
        yield from endpoint.body.content.values() if endpoint.body else ()
        yield from (answer.kind for answer in endpoint.answers.values() if answer.kind is not None)


def _operation_ids(endpoints: Sequence[Endpoint]) -> dict[int, str]:
    """A name for each endpoint: its handler's, with the address where several share one."""
    uses = Counter(endpoint.handler.__name__ for endpoint in endpoints)

    def name(endpoint: Endpoint) -> str:
        own: str = endpoint.handler.__name__
        address = re.sub(r"[^a-z0-9]+", "_", endpoint.path.lower()).strip("_")
        return own if uses[own] == 1 else f"{own}_{address}"

    return {id(endpoint): name(endpoint) for endpoint in endpoints}


def _operation(endpoint: Endpoint, operation_id: str, schemas: Mapping[int, Schema]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": description_of(endpoint),
        "security": _security(endpoint),
        "x-roles": sorted(endpoint.allow),
    }
    if endpoint.parameters:
        operation["parameters"] = [_parameter(one, schemas) for one in endpoint.parameters]
    if endpoint.body:
        operation["requestBody"] = _request_body(endpoint, schemas)
    operation["responses"] = {
        str(status): _response(status, answer, schemas) for status, answer in answers_of(endpoint).items()
    }
    return operation


def description_of(endpoint: Endpoint) -> str:
    """The handler's own sentence, and what the table adds to it."""
    first = (endpoint.handler.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(part for part in (" ".join(first.split()), endpoint.description) if part)


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if not endpoint.allow:
        return []
    return [{"access_token" if endpoint.own_envelope else "bearer": []}]


def _parameter(parameter: Parameter, schemas: Mapping[int, Schema]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.where == "path",
        "schema": schemas[id(parameter.kind)],
    }
    if parameter.description:
        described["description"] = parameter.description
    if parameter.example is not None:
        described["example"] = parameter.example
    return described


def _request_body(endpoint: Endpoint, schemas: Mapping[int, Schema]) -> dict[str, Any]:
    body = endpoint.body
    if body is None:
        return {}
    content: dict[str, Any] = {media: {"schema": schemas[id(kind)]} for media, kind in body.content.items()}
    for media, example in body.examples.items():
        content[media]["example"] = example
    described = {"description": body.description} if body.description else {}
    return {**described, "required": body.required, "content": content}


def _response(status: int, answer: Answer, schemas: Mapping[int, Schema]) -> dict[str, Any]:
    headers = {REQUEST_ID_HEADER: "Finds the request in our log.", **_HEADERS.get(status, {})}
    described: dict[str, Any] = {
        "description": answer.description,
        "headers": {
            name: {"description": words, "schema": {"type": "string"}} for name, words in headers.items()
        },
    }
    if status != 204:
        described["content"] = _content(status, answer, schemas)
    return described


def _content(status: int, answer: Answer, schemas: Mapping[int, Schema]) -> dict[str, Any]:
    if status >= 400:
        schema: Schema = {"$ref": REF + ProblemDocument.__name__}
        return {PROBLEM_TYPE: {"schema": schema} | _shown(examples.PROBLEM if status == 422 else None)}
    schema = {"type": "string"} if answer.kind is None else schemas[id(answer.kind)]
    return {answer.media_type: {"schema": schema} | _shown(answer.example)}


def _shown(example: object) -> dict[str, Any]:
    return {} if example is None else {"example": example}
