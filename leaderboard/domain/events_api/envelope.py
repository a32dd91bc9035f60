"""What the dialect answers: endpoints, codes, the envelope, and what a request came to. Reads no body."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, Literal, cast

from msgspec import Struct

from leaderboard.domain.events import Event, Order, ProductView

Endpoint = Literal["event/track", "pixel/track", "pixel/batch"]

# Calls to 1.2 are answered like 1.3: shops keep modules of that age.
_PATH: Final = re.compile(r"/open_api/v1\.[23]/(event/track|pixel/track|pixel/batch)/?")

Reason = Literal[
    "test_event",
    "crm_event",
    "offline_view",
    "view_without_product",
    "anonymous_view",
    "duplicate",
    "custom_event",
    "too_many_products",
    "value_without_currency",
]


class Code(IntEnum):
    """The codes that clients of the dialect know; everything the envelope can say travels on HTTP 200."""

    OK = 0
    PARTIAL = 20001
    NO_PERMISSION = 40001
    INVALID = 40002
    TOO_MANY_REQUESTS = 40100
    TOKEN_EXPIRED = 40102
    TOKEN_MISSING = 40104
    TOKEN_WRONG = 40105
    UNKNOWN_PATH = 40400
    OUR_FAULT = 50000


class Problem(Struct, frozen=True):
    """Why an event was rejected. `index` is its place in the batch, None when the request itself is wrong."""

    index: int | None
    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


class Uncounted(Struct, frozen=True):
    """Something accepted that counts nothing, or less than its sender may think, and why.

    Three reasons are notes on an event that is among `events` all the same: `custom_event` (counted as a
    funnel step), `too_many_products` and `value_without_currency`.
    """

    reason: Reason
    event_name: str
    detail: str


class Translation(Struct, frozen=True, kw_only=True):
    """One request of the dialect, as our events and as the answer it gets.

    `source` is the pixel code or event source id, "" when none was sent. The events name no account yet:
    whoever knows whose source it is fills in `account_id`.
    """

    code: int
    message: str
    source: str
    events: list[Event] = []
    uncounted: list[Uncounted] = []
    problems: list[Problem] = []

    @property
    def data(self) -> dict[str, object]:
        """The `data` of the answer: which events were rejected, or nothing."""
        errors = [{"index": p.index, "field": p.field, "message": p.detail} for p in self.problems]
        return {"errors": errors} if errors else {}

    @property
    def views(self) -> int:
        """How many product views are counted."""
        return sum(isinstance(event, ProductView) for event in self.events)

    @property
    def orders(self) -> int:
        """How many orders are counted; refunds are none."""
        return sum(isinstance(event, Order) for event in self.events)


def endpoint_of(path: str) -> Endpoint | None:
    """The endpoint that a URL path names, with or without the closing slash."""
    match = _PATH.fullmatch(path)
    return None if match is None else cast(Endpoint, match[1])


def answer(
    code: int, message: str, request_id: str, data: dict[str, object] | None = None
) -> dict[str, object]:
    """The envelope of every answer. Clients read `code` first; some fail when a key is absent."""
    return {"code": int(code), "message": message, "request_id": request_id, "data": data or {}}
