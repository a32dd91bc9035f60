"""The audit log: who decided what, when and why, before and after; with all that its hashes cover."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import orjson
from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END
from leaderboard.domain.audit_log import Entry
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, answer, checked
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint, Parameter
from leaderboard.web.keys import STORE

LIMIT_MOST: Final = 200
_LIMIT: Final = 50

LogLimit = Annotated[int, Meta(ge=1, le=LIMIT_MOST)]
LogCursor = Annotated[
    str, Meta(pattern="^[1-9][0-9]{0,18}-[0-9]{1,19}" + END, description="What the page before gave.")
]
Subject = Annotated[str, Meta(max_length=300)]
Action = Annotated[str, Meta(max_length=64)]
Actor = Annotated[str, Meta(max_length=64)]
Order = Literal["newest", "oldest"]


class AuditEntry(Struct):
    """A decision. `actor` is the id of a token, or the part of the service that acted by the clock.

    `before` and `after` are values, null where there was nothing; their texts are as stored. `hash` is the SHA-256 of
    the RFC 8785 form of `action`, `actor`, `after`, `at_ms`, `before`, `previous`, `seq`, `subject` and `why`, with the
    texts as `before` and `after`; `previous` is the hash of the entry before. An entry that is older than the chain has
    `seq` 0 and no hash.
    """

    seq: int
    at: Time
    at_ms: int
    actor: str
    action: str
    subject: str
    why: str
    before: Any
    after: Any
    before_text: str
    after_text: str
    previous: str
    hash: str


class AuditLogPage(Struct):
    """Some entries; `cursor` reads on, and is null on the last page. With a filter a page may have few, even none."""

    items: list[AuditEntry]
    cursor: str | None


async def get_audit_log(request: web.Request) -> web.Response:
    """A page of the log."""
    page = await request.app[STORE].audit_log.page(
        checked(request, "limit", LogLimit, _LIMIT),
        checked(request, "cursor", LogCursor),
        newest_first=checked(request, "order", Order, "newest") == "newest",
        subject=checked(request, "subject", Subject, ""),
        action=checked(request, "action", Action, ""),
        actor=checked(request, "actor", Actor, ""),
    )
    return answer({"items": [_shown(entry) for entry in page.entries], "cursor": page.cursor})


def _shown(entry: Entry) -> AuditEntry:
    return AuditEntry(
        seq=entry.seq,
        at=rfc3339(entry.at_ms),
        at_ms=entry.at_ms,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        why=entry.why,
        before=_value(entry.before),
        after=_value(entry.after),
        before_text=entry.before,
        after_text=entry.after,
        previous=entry.previous,
        hash=entry.hash,
    )


def _value(text: str) -> Any:
    """What a JSON text says; another text as it is."""
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/audit-log", get_audit_log, EVERY_ROLE - {"agency", "ingest"}, "Read the audit log", "Audit log",
        {200: Answer("A page of entries.", AuditLogPage)},
        (
            Parameter("limit", "query", LogLimit, f"How many, {_LIMIT} unless told."),
            Parameter("cursor", "query", LogCursor, "Reads on from the page before, with the same other parameters."),
            Parameter("order", "query", Order, "Which comes first, `newest` unless told."),
            Parameter("subject", "query", Subject, "What it begins with: the id of a campaign, an account, a token."),
            Parameter("action", "query", Action, "One action only, such as `campaign.put`."),
            Parameter("actor", "query", Actor, "What one actor decided only: the id of a token, or `scheduler`."),
        ),
        description="Every setting, decision and transition, chained by hashes: `leaderboard audit-log verify` "
        "finds an entry that was changed, taken out or put in.",
    ),
)  # fmt: skip
