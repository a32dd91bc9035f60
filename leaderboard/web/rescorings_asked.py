"""What is asked of a rescoring, as it comes in: read, looked up, and told by field where it cannot be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct, field

from leaderboard.domain.accounts import END, Id
from leaderboard.domain.enrollments import Instant
from leaderboard.domain.events import Name
from leaderboard.domain.rescoring_checks import Fault, faults, known_network
from leaderboard.domain.rescorings import ExcludeHost, Outage, VoidViews, What
from leaderboard.domain.times import to_ms
from leaderboard.web.campaign_shown import find_campaign
from leaderboard.web.keys import STORE
from leaderboard.web.problems import FieldError, Problem
from leaderboard.web.wording import sentence

Why = Annotated[
    str, Meta(min_length=1, max_length=1_000, pattern=r"\S", description="Stands in the audit log.")
]
NetworkText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="A network such as 203.0.113.0/24: /8 to /24 of IPv4, /16 to /48 of IPv6.",
    ),
]
AgentText = Annotated[str, Meta(min_length=1, max_length=1024, description="The whole user agent.")]
DeviceHash = Annotated[
    str,
    Meta(
        pattern="^[0-9A-Fa-f]{16}" + END,
        description="The keyed hash of a device, 16 hexadecimal digits, as findings and the archive have it.",
    ),
]

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}" + END)]


class VoidViewsAsked(
    Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="void_views"
):
    """Views that fit all that is given do not count: at least one of `network`, `user_agent`, `device` and
    `live_session_id`, or `account_id` with both times. `[from, until)` is by the views' own time."""

    account_id: Id | None = None
    network: NetworkText | None = None
    user_agent: AgentText | None = None
    device: DeviceHash | None = None
    live_session_id: Name | None = None
    from_: Instant | None = field(default=None, name="from")
    until: Instant | None = None


class OutageAsked(
    Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="outage"
):
    """No view that happened in `[from, until)` counts for anybody; where `live`, no live time in it either."""

    from_: Instant = field(name="from")
    until: Instant
    live: bool = False


class ExcludeHostAsked(
    Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="exclude_host"
):
    """The live time of a host does not count for its account."""

    account_id: Id
    host_id: Id


Asked = VoidViewsAsked | OutageAsked | ExcludeHostAsked


class RescoringAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be taken out, and why."""

    what: Asked
    reason: Why


class ApplyOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """`preview_sha256`: of the preview as it was looked at; with another one nothing is applied."""

    preview_sha256: Sha256 | None = None


class ReverseOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why all is put back."""

    reason: Why


class CancelOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why it is given up."""

    reason: Why | None = None


async def check_what(request: web.Request, asked: Asked) -> What:
    """What is asked for. 422 names every field that is wrong, and how to mend it."""
    what, window = _what(asked), find_campaign(request).counted.window
    found = [*faults(what, window.starts_at_ms, window.ends_at_ms), *await _unknown(request, what)]
    if found:
        errors = [FieldError(one.detail, f"what.{one.field}" if one.field else "what") for one in found]
        raise Problem(422, "invalid", sentence(errors[0]), errors=errors)
    return what


def _what(asked: Asked) -> What:
    if isinstance(asked, ExcludeHostAsked):
        return ExcludeHost(account=asked.account_id, host=asked.host_id)
    if isinstance(asked, OutageAsked):
        return Outage(from_ms=_ms(asked.from_), until_ms=_ms(asked.until), live=asked.live)
    return VoidViews(
        account=asked.account_id or "",
        network=_network(asked.network or ""),
        agent=asked.user_agent or "",
        device=(asked.device or "").lower(),
        session=asked.live_session_id or "",
        from_ms=None if asked.from_ is None else _ms(asked.from_),
        until_ms=None if asked.until is None else _ms(asked.until),
    )


def _network(text: str) -> str:
    """One spelling for each network; what is none stays as it is, to be told of."""
    return str(known_network(text) or text)


def _ms(instant: datetime | int) -> int:
    return instant if isinstance(instant, int) else to_ms(instant)


async def _unknown(request: web.Request, what: What) -> list[Fault]:
    """Accounts that are not enrolled, and hosts that never were registered for them here."""
    if isinstance(what, Outage) or not what.account:
        return []
    settings, name = request.app[STORE].settings, find_campaign(request).definition.id
    if await settings.enrollment(name, what.account) is None:
        return [
            Fault("account_id", f"{what.account} is not enrolled in {name}: name an account of its standings")
        ]
    if isinstance(what, VoidViews):
        return []
    hosts = (await settings.registrations(name, [what.account])).get(what.account, {})
    if what.host in hosts:
        return []
    known = f"one of {', '.join(sorted(hosts))}" if hosts else "it has no hosts there"
    return [Fault("host_id", f"{what.host} was never registered for {what.account} in {name}: {known}")]
