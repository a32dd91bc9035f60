"""A body of events, taken apart: what can be taken, and per index why the rest cannot. Nothing is stored here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from leaderboard.domain.events import Event
from leaderboard.domain.identities import Hasher
from leaderboard.domain.integrity import Door
from leaderboard.domain.kept_events import KeptEvent, Refused, keep
from leaderboard.web.bodies import NOT_JSON, not_json, why_not_json
from leaderboard.web.problems import Problem
from leaderboard.web.wording import explain, sentence

MOST_EVENTS: Final = 1_000
EVENTS_A_TURN: Final = 100
NDJSON: Final = "application/x-ndjson"


class EventBatch(Struct):
    """At most 1,000 events."""

    events: Annotated[list[Event], Meta(max_length=MOST_EVENTS)]


class _RawBatch(Struct):
    events: list[msgspec.Raw]


class Rejection(Struct):
    """An event that was not taken; `code` is stable, `detail` names the field and the fix.

    `invalid`: a field is wrong or missing · `not_json` · `future`: more than 5 minutes ahead of our clock · `too_old`:
    before 2000, so seconds were sent for milliseconds · `forbidden_account`: not an account of this token ·
    `unknown_pixel`: the Events API source is no account's
    """

    index: int
    code: str
    detail: str
    account_id: str | None = None
    event_id: str | None = None


class _Peek(Struct):
    """As much of a broken event as can be told."""

    id: Any = None
    account_id: Any = None


@dataclass(slots=True)
class Sorted:
    """A batch, sorted into what can be kept and what cannot."""

    kept: list[KeptEvent] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


_whole: Final = msgspec.json.Decoder(EventBatch)
_raw: Final = msgspec.json.Decoder(_RawBatch)
_one: Final = msgspec.json.Decoder(Event)
_peek: Final = msgspec.json.Decoder(_Peek)


@dataclass(frozen=True, slots=True)
class Keeper:
    """What it takes to keep an event that was received at `now_ms`."""

    now_ms: int
    hasher: Hasher
    door: Door

    def keep(self, event: Event) -> KeptEvent:
        return keep(event, self.now_ms, self.hasher, self.door)


async def sort_batch(
    body: bytes, content_type: str, keeper: Keeper, may_send: Callable[[str], bool]
) -> Sorted:
    """Every event of a body, kept or rejected. Problems: 400 not a batch, 413 too many events.

    Others are let in between after every hundred events, so that a full batch does not keep a reader waiting.
    """
    found = Sorted()
    for count, (index, event) in enumerate(_events(body, content_type, found.rejected), 1):
        _sort(found, index, event, keeper, may_send)
        if count % EVENTS_A_TURN == 0:
            await asyncio.sleep(0)
    found.rejected.sort(key=lambda rejection: rejection.index)
    return found


def _sort(found: Sorted, index: int, event: Event, keeper: Keeper, may_send: Callable[[str], bool]) -> None:
    if not may_send(event.account_id):
        detail = "account_id: this token may not send events of that account"
        found.rejected.append(_rejection(index, "forbidden_account", detail, event))
        return
    try:
        found.kept.append(keeper.keep(event))
    except Refused as refused:
        found.rejected.append(_rejection(index, refused.code, str(refused), event))


def _rejection(index: int, code: str, detail: str, event: Event) -> Rejection:
    return Rejection(index, code, detail, event.account_id, event.id)


def _events(body: bytes, content_type: str, rejected: list[Rejection]) -> Iterator[tuple[int, Event]]:
    if content_type == NDJSON:
        return _from_lines(body, rejected)
    return _from_document(body, rejected)


def _from_document(body: bytes, rejected: list[Rejection]) -> Iterator[tuple[int, Event]]:
    try:
        return iter(list(enumerate(_whole.decode(body).events)))
    except NOT_JSON:
        # Something in it is wrong; slower, one by one, so that its neighbours are taken.
        return _one_by_one(_raw_events(body), rejected)


def _raw_events(body: bytes) -> list[bytes]:
    try:
        raw = [bytes(one) for one in _raw.decode(body).events]
    except msgspec.ValidationError as error:
        wrong = sentence(explain(error, EventBatch))
        detail = f'The body is not a batch, which is {{"events": [...]}}: {wrong}'
        raise Problem(400, "not_a_batch", detail) from error
    except NOT_JSON as error:
        raw = _leniently(body, error)
    _check_count(len(raw))
    return raw


def _leniently(body: bytes, refusal: Exception) -> list[bytes]:
    """Half of a surrogate pair, as JavaScript writes a cut emoji, is JSON by its grammar: it spoils one event only."""
    try:
        document = json.loads(body, parse_constant=_refuse)
        return [json.dumps(event).encode() for event in document["events"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise not_json(body, refusal) from refusal


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _check_count(events: int) -> None:
    if events > MOST_EVENTS:
        detail = f"A batch has at most {MOST_EVENTS:,} events, this one has {events:,}; send it in parts."
        raise Problem(413, "too_many_events", detail)


def _from_lines(body: bytes, rejected: list[Rejection]) -> Iterator[tuple[int, Event]]:
    lines = [line for line in body.split(b"\n") if line.strip()]
    _check_count(len(lines))
    try:
        return iter(list(enumerate(_one.decode_lines(body))))
    except NOT_JSON:
        return _one_by_one(lines, rejected)


def _one_by_one(raw: list[bytes], rejected: list[Rejection]) -> Iterator[tuple[int, Event]]:
    for index, text in enumerate(raw):
        try:
            event = _one.decode(text)
        except msgspec.ValidationError as error:
            rejected.append(_explain(index, "invalid", sentence(explain(error, Event)), text))
        except NOT_JSON as error:
            rejected.append(
                _explain(index, "not_json", f"This is not JSON: {why_not_json(text, error)}", text)
            )
        else:
            yield index, event


def _explain(index: int, code: str, detail: str, text: bytes) -> Rejection:
    try:
        seen = _peek.decode(text)
    except NOT_JSON:
        seen = _Peek()
    return Rejection(index, code, detail[:500], _short(seen.account_id), _short(seen.id))


def _short(value: object) -> str | None:
    return value[:256] if isinstance(value, str) else None
