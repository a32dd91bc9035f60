"""What is asked to be taken out, as the form has it: texts and local times in, the order for our API out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from leaderboard.domain.times import rfc3339, to_ms

KINDS: Final = ("void_views", "outage", "exclude_host")
_TEXTS: Final = {
    "void_views": ("account_id", "network", "user_agent", "device", "live_session_id"),
    "outage": (),
    "exclude_host": ("account_id", "host_id"),
}
_TIMES: Final = {"void_views": ("from", "until"), "outage": ("from", "until"), "exclude_host": ()}
FIELDS: Final = (
    "kind",
    "account_id",
    "host_id",
    "network",
    "user_agent",
    "device",
    "live_session_id",
    "from",
    "until",
    "live",
    "reason",
)

Field = Callable[[str], str]


def order_of(field: Field, zone: str) -> dict[str, object]:
    """The order; fields that are not of its kind are left out. What cannot be read goes as it is, to be refused."""
    kind = field("kind")
    what: dict[str, object] = {"kind": kind}
    what |= {name: field(name) for name in _TEXTS.get(kind, ()) if field(name)}
    what |= {name: instant(field(name), zone) for name in _TIMES.get(kind, ()) if field(name)}
    if kind == "outage":
        what["live"] = bool(field("live"))
    return {"what": what, "reason": field("reason")}


def instant(text: str, zone: str) -> str:
    """A local time of the campaign's zone as an instant; of an hour that comes twice, the first."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return rfc3339(to_ms(at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))))


def local(text: str, zone: str) -> str:
    """An instant as the field for a local time has it; what is none stays as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at.tzinfo else text
