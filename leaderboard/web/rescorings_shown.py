"""Rescorings as they are shown: what is taken out, who decided, and ranks and awards before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from leaderboard.domain.accounts import Account
from leaderboard.domain.events import Amount
from leaderboard.domain.rescoring_steps import preview_sha256
from leaderboard.domain.rescorings import ExcludeHost, Figures, Moved, Outage, Preview, Rescoring, State, What
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, money

TakesEffect = Literal["at_once", "with_the_next_correction"]


class VoidViewsShown(Struct, kw_only=True, tag_field="kind", tag="void_views"):
    """Views that fit all that is given; what is not given is left out."""

    account_id: str | UnsetType = UNSET
    network: str | UnsetType = UNSET
    user_agent: str | UnsetType = UNSET
    device: str | UnsetType = UNSET
    live_session_id: str | UnsetType = UNSET
    from_: Time | UnsetType = field(default=UNSET, name="from")
    until: Time | UnsetType = UNSET


class OutageShown(Struct, tag_field="kind", tag="outage"):
    """All views in `[from, until)`; where `live`, all live time in it, too."""

    from_: Time = field(name="from")
    until: Time
    live: bool


class ExcludeHostShown(Struct, tag_field="kind", tag="exclude_host"):
    """The live time of a host."""

    account_id: str
    host_id: str


class FiguresShown(Struct):
    """An account before or after. `award` is the sum of its awards, as things were when the preview was made."""

    rank: int
    score: int
    effective_s: float
    eligible: bool
    award: Amount


class MovedShown(Struct):
    """An account whose rank, score, live time, eligibility or award is another."""

    account_id: str
    name: str | None
    before: FiguresShown
    after: FiguresShown


class PreviewHead(Struct, kw_only=True):
    """What would follow, by the archive as of `as_of`. `views` and `live_s` are taken out, from `accounts` accounts;
    `pays_otherwise`: somebody's award is another. `sha256` tells one preview from another: where an order to
    apply names it, nothing is applied by another one."""

    as_of: Time
    sha256: str
    views: int
    live_s: float
    accounts: int
    pays_otherwise: bool


class PreviewShown(PreviewHead, kw_only=True):
    """What would follow, with a page of everybody who is moved, by the rank before; `cursor` reads on."""

    moved: list[MovedShown]
    cursor: str | None


class Step(Struct):
    """Who did it, by the id of a token, and when."""

    by: str
    at: Time


class Reversal(Step):
    """Who put it back, when and why."""

    reason: str


class _Rescoring(Struct, kw_only=True):
    """What all forms have in common."""

    id: str
    state: State
    what: VoidViewsShown | OutageShown | ExcludeHostShown
    reason: str
    by: str
    at: Time
    problem: str | None
    applied: Step | None
    reversed: Reversal | None


class RescoringHead(_Rescoring, kw_only=True):
    """A rescoring in a list. `by` prepared it; `problem` says why its preview could not be made."""

    preview: PreviewHead | None


class RescoringShown(_Rescoring, kw_only=True):
    """A rescoring with its preview, which is null while there is none."""

    preview: PreviewShown | None


class RescoringDecided(RescoringShown, kw_only=True):
    """A rescoring that was applied or reversed. A certified campaign stands as it is until its result is corrected."""

    takes_effect: TakesEffect


class RescoringList(Struct):
    """A page of rescorings, the newest first; `cursor` reads on, and is null on the last page."""

    items: list[RescoringHead]
    cursor: str | None


def rescoring_head(one: Rescoring) -> RescoringHead:
    """For a list: without accounts."""
    return RescoringHead(**_common(one), preview=PreviewHead(**_head(one.preview)) if one.preview else None)


def rescoring_shown(
    one: Rescoring,
    page: Sequence[Moved],
    cursor: str | None,
    accounts: Mapping[str, Account | None],
    currency: str,
) -> RescoringShown:
    """With a page of the accounts that it moves."""
    preview = None
    if one.preview:
        moved = [_moved(each, accounts.get(each.account), currency) for each in page]
        preview = PreviewShown(**_head(one.preview), moved=moved, cursor=cursor)
    return RescoringShown(**_common(one), preview=preview)


def rescoring_decided(shown: RescoringShown, takes_effect: TakesEffect) -> RescoringDecided:
    """The same, with when the standings follow."""
    fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return RescoringDecided(**fields, takes_effect=takes_effect)


def _common(one: Rescoring) -> dict[str, Any]:
    put_back = Reversal(one.reversed_by, rfc3339(one.reversed_ms), one.reversed_reason)
    return {
        "id": one.id,
        "state": one.state,
        "what": _what(one.what),
        "reason": one.reason,
        "by": one.by,
        "at": rfc3339(one.at_ms),
        "problem": one.problem or None,
        "applied": Step(one.applied_by, rfc3339(one.applied_ms)) if one.applied_ms else None,
        "reversed": put_back if one.reversed_ms else None,
    }


def _what(what: What) -> VoidViewsShown | OutageShown | ExcludeHostShown:
    if isinstance(what, ExcludeHost):
        return ExcludeHostShown(what.account, what.host)
    if isinstance(what, Outage):
        return OutageShown(rfc3339(what.from_ms), rfc3339(what.until_ms), what.live)
    return VoidViewsShown(
        account_id=what.account or UNSET,
        network=what.network or UNSET,
        user_agent=what.agent or UNSET,
        device=what.device or UNSET,
        live_session_id=what.session or UNSET,
        from_=UNSET if what.from_ms is None else rfc3339(what.from_ms),
        until=UNSET if what.until_ms is None else rfc3339(what.until_ms),
    )


def _head(preview: Preview) -> dict[str, Any]:
    return {
        "as_of": rfc3339(preview.at_ms),
        "sha256": preview_sha256(preview),
        "views": preview.views,
        "live_s": preview.live_ms / 1000,
        "accounts": preview.accounts,
        "pays_otherwise": preview.pays_otherwise,
    }


def _moved(one: Moved, account: Account | None, currency: str) -> MovedShown:
    before, after = _figures(one.before, currency), _figures(one.after, currency)
    return MovedShown(one.account, account.name if account else None, before, after)


def _figures(one: Figures, currency: str) -> FiguresShown:
    award = Amount(**money(one.award_minor, currency))
    return FiguresShown(one.rank, one.score, one.effective_ms / 1000, one.eligible, award)
