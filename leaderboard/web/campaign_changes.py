"""A changed definition of a campaign that has started: saved as a new version, from a date and with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta, Struct
from msgspec.structs import replace

from leaderboard.domain.campaigns import Definition, canonical, definition_hash, parse_document
from leaderboard.domain.campaigns.changes import last_moment_ms, moves_an_end, refusals
from leaderboard.domain.kept_events import FUTURE_TOLERANCE_MS
from leaderboard.domain.lifecycle import Life, closes_by_hand, state_now
from leaderboard.domain.times import rfc3339, to_ms
from leaderboard.store.campaign_versions import StoredCampaign, StoredVersion, first_version, in_force
from leaderboard.web.answers import checked
from leaderboard.web.endpoints import Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.moves import TRIES, where_it_stands
from leaderboard.web.problems import FieldError, Problem, invalid, not_found

NOW: Final = "now"
# Somebody's clock and the way here take their time: so long ago means at once.
MOMENTS_AGO_MS: Final = 60_000

Reason = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"\S")]
From = Annotated[str, Meta(max_length=64, examples=["2026-11-25T00:00:00-08:00", NOW])]
_Instant = Annotated[datetime, Meta(tz=True)]

PARAMETERS: Final = (
    Parameter(
        "from",
        "query",
        From,
        "Of a change after the start: when on it is in force, in RFC 3339 (a `+` in it is sent as `%2B`) "
        "or as whole milliseconds; `now` is at once.",
    ),
    Parameter("reason", "query", Reason, "Of a change after the start: why. Everybody can read it."),
)


class Change(Struct, frozen=True):
    """From when on a new version is to be in force, or None for at once; and why."""

    from_ms: int | None
    reason: str


def fixed_from_ms(definition: Definition) -> int:
    """Events may be a little ahead of our clock, so they count by these rules a little before the start."""
    starts_at_ms = definition.starts_at_ms
    return 0 if starts_at_ms is None else starts_at_ms - FUTURE_TOLERANCE_MS


def change_asked_for(request: web.Request) -> Change | None:
    """What the address says of a new version; None where it says nothing. 422 where it says only half of it."""
    since, reason = checked(request, "from", From), checked(request, "reason", Reason)
    if since is None and reason is None:
        return None
    if since is None:
        raise invalid(
            "from", "is required with `reason`: when on is the new version in force? `now` is at once"
        )
    if reason is None:
        raise invalid("reason", "is required with `from`: people ask why the rules have changed")
    return Change(None if since == NOW else _instant_ms(since), reason)


def _instant_ms(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return to_ms(msgspec.convert(text, _Instant))
    except msgspec.ValidationError as error:
        raise invalid(
            "from",
            "must be a time with an offset such as 2026-11-25T00:00:00-08:00, whole milliseconds, or `now`",
        ) from error


async def save_version(request: web.Request, definition: Definition, change: Change) -> None:
    """Saves it as the next version; the same request again changes nothing."""
    store, name, actor = request.app[STORE], definition.id, request[CALLER].id
    for _ in range(TRIES):
        stored = await store.settings.campaign(name)
        if stored is None:
            raise not_found(f"campaign {name}")
        now_ms = await store.now_ms()
        newest = parse_document(stored.newest_definition)
        life = await store.lifecycles.life(name)
        _check_state(newest, life, now_ms)
        if stored.newest_hash == definition_hash(definition):
            _check_repeated(_versions(stored, newest)[-1], change, now_ms)
            return
        after = _changed(stored, newest, definition, change, (actor, now_ms))
        made = await store.settings.amend_campaign(
            name,
            stored,
            after,
            actor=actor,
            action="campaign.change",
            why=change.reason,
            life_version=life.version,
            until_ms=last_moment_ms(newest, definition),
        )
        if made:
            return
    raise Problem(409, "moving", f"{name} is being changed by others again and again; try it once more.")


def _check_state(newest: Definition, life: Life, now_ms: int) -> None:
    state = state_now(newest, life, now_ms)
    if state == "draft" or now_ms < fixed_from_ms(newest):
        detail = "The campaign has not begun, so it is changed freely: leave out `from` and `reason`."
        raise Problem(409, "not_started", detail)
    if state not in ("scheduled", "live"):
        detail = f"{where_it_stands(newest, life, now_ms)} From its close on, its definition stands."
        raise Problem(409, "campaign_closed", detail)


def _check_repeated(newest: StoredVersion, change: Change, now_ms: int) -> None:
    """409 where the newest version has the same definition, but is not what this request has made before."""
    from_ms = max(change.from_ms or 0, newest.at_ms)
    if (from_ms, change.reason) == (newest.from_ms, newest.reason):
        return
    since = f"{'since' if newest.from_ms <= now_ms else 'from'} {rfc3339(newest.from_ms)}"
    detail = f"Version {newest.number} has this very definition, {since}: there is nothing to change."
    raise Problem(409, "same_definition", detail)


def _versions(stored: StoredCampaign, newest: Definition) -> tuple[StoredVersion, ...]:
    return stored.versions or (first_version(stored, newest.starts_at_ms or 0),)


def _changed(
    stored: StoredCampaign, newest: Definition, definition: Definition, change: Change, saved: tuple[str, int]
) -> StoredCampaign:
    """With one more version, which is in force where its time has come. 422 where it may not follow."""
    actor, now_ms = saved
    versions = _versions(stored, newest)
    from_ms = _from_ms(change, versions[-1], newest, now_ms)
    refused = refusals(newest, definition, from_ms)
    if from_ms > now_ms and closes_by_hand(newest) and (path := moves_an_end(newest, definition)):
        # Whoever closes it first would leave an end that never came into force.
        refused.append((path, "of a campaign that people close is moved at once: send from=now"))
    if refused:
        errors = [FieldError(why, path) for path, why in refused]
        detail = f"The new version may not follow. First: {errors[0].path}: {errors[0].detail}"
        raise Problem(422, "not_changeable", detail, errors=errors)
    document, reason = canonical(definition), change.reason
    number, digest = versions[-1].number + 1, definition_hash(definition)
    version = StoredVersion(number, from_ms, now_ms, actor, reason, document, digest)
    return in_force(replace(stored, versions=(*versions, version)), now_ms)


def _from_ms(change: Change, before: StoredVersion, newest: Definition, now_ms: int) -> int:
    asked_ms = now_ms if change.from_ms is None else change.from_ms
    if asked_ms < now_ms - MOMENTS_AGO_MS:
        raise invalid("from", f"lies in the past, it is {rfc3339(now_ms)}: what was counted stands")
    from_ms = max(asked_ms, now_ms)
    if from_ms < before.from_ms:
        since = rfc3339(before.from_ms)
        raise invalid("from", f"must not be before {since}, when version {before.number} comes into force")
    if from_ms >= (newest.ends_at_ms or 0):
        raise invalid("from", f"must be before the end of the campaign, {rfc3339(newest.ends_at_ms or 0)}")
    return from_ms
