"""Where a campaign stands, for people who run it and people who take part: state, next step, what it waits for."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec import Struct

from leaderboard.domain.banking_days import calendar_edition
from leaderboard.domain.blockers import Blocker
from leaderboard.domain.campaigns import Definition, State
from leaderboard.domain.exclusions import NEVER_MS
from leaderboard.domain.lifecycle import Life, cutoff_ms, end_ms, state_now, upcoming
from leaderboard.domain.occurrences import Event, next_boundary
from leaderboard.domain.reminders import deadline_of
from leaderboard.domain.times import rfc3339
from leaderboard.store.directory import Campaign
from leaderboard.store.lifecycles import Refused
from leaderboard.web.answers import Time
from leaderboard.web.blockers import Found, find_blockers
from leaderboard.web.keys import CALLER, CONFIG, STORE
from leaderboard.web.result_hashes import RESULT_HASHES

PASSING_MS: Final = 3_000
_STAFF: Final = ("admin", "reviewer")
_SEES_NO_COUNTS: Final = ("agency", "ingest")


class NextStep(Struct):
    """The next state; `at` when it is due, null where that hangs on what it `waits_for`."""

    state: State
    at: Time | None
    waits_for: str


class BoundaryShown(Struct):
    """The next opening or close of a run of a window; runs are counted from 1."""

    window: str
    run: int
    event: Event
    at: Time


class Waiting(Struct):
    """What was last found in the way of a step that is due, and when. Told to admins and reviewers."""

    at: Time
    text: str


class Certifying(Struct):
    """A certification that is being carried out; `corrects` is the version of the result that it corrects, or 0.

    Who asked for it, and why, is told to admins and reviewers.
    """

    requested_at: Time
    corrects: int
    actor: str | None
    reason: str | None


class ResultHead(Struct):
    """The newest result. `sha256` is the one that it is signed with."""

    version: int
    sha256: str | None


class Late(Struct):
    """Events that were received after the cut-off; `events` is null for agencies and senders. `see` lists them."""

    events: int | None
    see: str


class RefusedWriteShown(Struct):
    """A write by a process that had not heard of the close: the version it `carried`, and the one `needed`."""

    at: Time
    carried: int
    needed: int
    accounts: int
    sample: str


class RefusedWrites(Struct):
    """How many such writes were refused, and the newest."""

    count: int
    newest: list[RefusedWriteShown]


class PaymentShown(Struct):
    """By when the awards are to be paid, and by when with the bank for that: days of the campaign's zone.

    `calendar`: by whose banking days that is counted, with its edition.
    """

    due_on: str
    send_by_on: str
    calendar: str


class LifeShown(Struct):
    """Since when a campaign is in its state, and what is ahead.

    `cutoff_at`: the last receive time that counts; `refunds_until`: the last at which refunds do. Null: not fixed yet.
    `payment`: null where the programme promises no day, its end is not fixed yet, or nobody will be paid.
    """

    since: Time | None
    cutoff_at: Time | None
    refunds_until: Time | None
    next: NextStep | None
    boundary: BoundaryShown | None
    waiting: Waiting | None
    certifying: Certifying | None
    result: ResultHead | None
    payment: PaymentShown | None
    late: Late
    refused_writes: RefusedWrites | None


async def life_shown(request: web.Request, campaign: Campaign, now_ms: int) -> LifeShown:
    """As much of it as the caller may see."""
    store, name = request.app[STORE], campaign.definition.id
    definition, life, role = campaign.newest, campaign.life, request[CALLER].role
    note, following = await store.lifecycles.noted(name), upcoming(definition, life, now_ms)
    return LifeShown(
        since=_since(campaign, now_ms),
        cutoff_at=_time(cutoff_ms(definition, life)),
        refunds_until=_time(life.refunds_until_ms),
        next=NextStep(following.state, _time(following.at_ms), following.waits_for) if following else None,
        boundary=_boundary(campaign, now_ms),
        # It may name accounts, which belong to others.
        waiting=Waiting(rfc3339(note.at_ms), note.text) if note and role in _STAFF else None,
        certifying=_certifying(life, is_staff=role in _STAFF),
        result=await _result(request, name, life),
        payment=_payment(definition, life, request.app[CONFIG].payouts.send_before_banking_days),
        late=await _late(request, name),
        refused_writes=_refused(await store.lifecycles.refused(name)) if role in _STAFF else None,
    )


async def blockers_shown(request: web.Request, campaign: Campaign, now_ms: int) -> Found | None:
    """For who may do something about it, while it is in review."""
    is_asked = state_now(campaign.newest, campaign.life, now_ms) == "review"
    if not is_asked or request[CALLER].role not in _STAFF:
        return None
    config = request.app[CONFIG]
    return await find_blockers(
        request.app[STORE],
        campaign,
        # Asked to certify, the service waits for as long as that itself.
        passing_ms=PASSING_MS,
        requires_funding=config.payouts.require_funding,
        requires_checkpoint=config.integrity.require_checkpoint,
    )


def blockers_document(found: Found | None) -> dict[str, list[Blocker] | None]:
    """Nulls where they are not told."""
    return found._asdict() if found else dict.fromkeys(Found._fields)


def _since(campaign: Campaign, now_ms: int) -> Time | None:
    """A window opens and ends on time, even if nobody has noted it yet."""
    definition, life = campaign.newest, campaign.life
    state = state_now(definition, life, now_ms)
    if state == life.state:
        return _time(life.since_ms or None)
    return _time(definition.starts_at_ms if state == "live" else definition.ends_at_ms)


def _boundary(campaign: Campaign, now_ms: int) -> BoundaryShown | None:
    """After the close no window is of any interest."""
    if state_now(campaign.definition, campaign.life, now_ms) not in ("draft", "scheduled", "live"):
        return None
    found = next_boundary(campaign.definition, now_ms)
    return BoundaryShown(found.window, found.number + 1, found.event, rfc3339(found.at_ms)) if found else None


def _time(at_ms: int | None) -> Time | None:
    return None if at_ms is None or at_ms >= NEVER_MS else rfc3339(at_ms)


def _certifying(life: Life, *, is_staff: bool) -> Certifying | None:
    asked = life.certifying
    if asked is None:
        return None
    who = (asked.actor, asked.reason) if is_staff else (None, None)
    return Certifying(rfc3339(asked.requested_ms), asked.corrects, *who)


async def _result(request: web.Request, campaign: str, life: Life) -> ResultHead | None:
    if not life.result:
        return None
    return ResultHead(life.result, await request.app[RESULT_HASHES].of(campaign, life.result))


def _payment(definition: Definition, life: Life, send_before: int) -> PaymentShown | None:
    """Of a campaign that people close only after they did: until then its end is not known."""
    ended_ms = end_ms(definition, life)
    is_open = cutoff_ms(definition, life) >= NEVER_MS
    if ended_ms is None or is_open or life.state == "cancelled":
        return None
    deadline = deadline_of(definition, ended_ms, send_before)
    if deadline is None:
        return None
    days = (deadline.due_on.isoformat(), deadline.send_by_on.isoformat())
    return PaymentShown(*days, calendar_edition(deadline.calendar))


async def _late(request: web.Request, campaign: str) -> Late:
    counts = await request.app[STORE].exclusions.counts(campaign)
    is_told = request[CALLER].role not in _SEES_NO_COUNTS
    return Late(counts.get("late", 0) if is_told else None, f"/v1/campaigns/{campaign}/excluded?reason=late")


def _refused(found: Refused) -> RefusedWrites:
    newest = [
        RefusedWriteShown(rfc3339(one.at_ms), one.carried, one.needed, one.accounts, one.sample)
        for one in found.newest
    ]
    return RefusedWrites(found.count, newest)
