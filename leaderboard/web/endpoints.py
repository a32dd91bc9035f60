"""What an endpoint is: its address, who may call it, what it takes and gives. Routes and reference come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from aiohttp import web

from leaderboard.domain.tokens import ROLES, Role

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


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries, by media type."""

    content: Mapping[str, object]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered with a status; `kind` is None for text of the media type."""

    description: str
    kind: object | None = None
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one address."""

    method: Literal["GET", "PUT", "POST", "DELETE"]
    path: str
    handler: Handler
    allow: frozenset[Role]
    summary: str
    tag: str
    answers: Mapping[int, Answer]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    description: str = ""
    # The Events API dialect authenticates and complains inside its own envelope.
    own_envelope: bool = field(default=False)
