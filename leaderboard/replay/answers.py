"""What an answer of the door means: taken, try again, or stop. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from leaderboard.replay.recorded import ReplayError

FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 5.0
_LONGEST_TEXT = 300

# Full, restarting, or a proxy that cannot reach it. Nothing of the batch is lost by sending it again.
TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})

_REFUSED_TOKEN: Final = {
    401: "the token is not accepted; give one with --token or LEADERBOARD_TOKEN",
    403: "the token may not send these events",
}


class SendingStopped(ReplayError):
    """Sending again would not help."""


class Rejection(Struct, frozen=True):
    index: Annotated[int, Meta(ge=0)]
    code: str
    detail: str = ""


class Taken(Struct, frozen=True):
    """The batch is kept, except for what is listed."""

    accepted: int
    rejected: list[Rejection] = []


class Trouble(Struct, frozen=True):
    """Not now. `kind` is the same for the same trouble, `text` is for people."""

    kind: str
    text: str
    retry_after_s: float | None = None


class _Problem(Struct):
    """RFC 9457, as far as people need it."""

    title: str = ""
    detail: str = ""


def read_answer(status: int, retry_after: str | None, body: bytes, now: datetime) -> Taken | Trouble:
    """The meaning of an answer; SendingStopped, with the service's own words, when sending again cannot help."""
    if status == HTTPStatus.ACCEPTED:
        return _taken(body)
    text = f"{status}: {problem_text(body) or _phrase(status)}"
    if status in TRY_AGAIN:
        return Trouble(str(status), text, retry_after_s(retry_after, now))
    if status in _REFUSED_TOKEN:
        raise SendingStopped(f"{text}; {_REFUSED_TOKEN[status]}")
    raise SendingStopped(text)


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After, which is a number of them or a date; None when there is no readable one."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def wait_s(attempt: int, retry_after_s: float | None) -> float:
    """As long as we are asked to; else twice as long each time, up to a limit."""
    own_s = min(FIRST_WAIT_S * 2 ** min(attempt, 10), LONGEST_WAIT_S)
    return own_s if retry_after_s is None else max(retry_after_s, FIRST_WAIT_S)


def problem_text(body: bytes) -> str:
    """The problem's detail or title, or the beginning of whatever else it is, in one line."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
        text = problem.detail or problem.title
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body[:_LONGEST_TEXT].decode("utf-8", "replace")
    return " ".join(text.split())[:_LONGEST_TEXT].removesuffix(".")


def _taken(body: bytes) -> Taken:
    try:
        return msgspec.json.decode(body, type=Taken)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SendingStopped(f"202, but not the answer of a leaderboard: {error}") from error


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no text"
