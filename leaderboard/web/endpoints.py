"""What an endpoint is: its address, who may call it, what it takes and gives. Routes and reference come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from aiohttp import web

from leaderboard.domain.tokens import ROLES, Role
from leaderboard.store.client import Command

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# `allow` of an endpoint that needs no token. Written out each time: without it, nobody may call.
ANYONE: Final = frozenset[Role]()
EVERY_ROLE: Final = frozenset[Role](ROLES)
ADMIN: Final = frozenset[Role](("admin",))
SENDERS: Final = frozenset[Role](("admin", "ingest"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the address; `kind` is a type that msgspec can describe and check."""

    name: str
    where: Literal["path", "query"]
    kind: object
    description: str = ""
    # What the reference puts into an example; a query parameter without one is left out there.
    example: str | int | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries, by media type. An example of text is shown as it is, any other as JSON.

    One that is not `required` may be left out, and is then as an empty object.
    """

    content: Mapping[str, object]
    description: str = ""
    examples: Mapping[str, object] = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered with a status. Without a `kind`: text of the media type, a problem from 400 on."""

    description: str
    kind: object | None = None
    media_type: str = "application/json"
    example: object | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one address."""

    method: Literal["GET", "PUT", "POST", "DELETE"]
    path: str
    handler: Handler
    allow: frozenset[Role]
    summary: str
    tag: str
    # What the endpoint itself answers; what all of a kind answer (401, 413, 503 …), `openapi.py` adds.
    answers: Mapping[int, Answer]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    description: str = ""
    # What the handler will read anyway, asked for together with the token. None: nothing can be told yet.
    ahead: Callable[[web.Request], Command | None] | None = None
    # The Events API dialect authenticates and complains inside its own envelope.
    own_envelope: bool = field(default=False)
