"""Entries of the standings as people read them, with no more of each than its reader may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from leaderboard.web.pages.visit import Visit
from leaderboard.web.words import Words

# `public` and `wall` are told rank, name and score; a wall also who moved. An agency is told all of its own accounts.
Level = Literal["public", "wall", "agency", "staff"]
Judged = Literal["", "yes", "warned", "held", "no"]

_SHORT: Final = {"account": "i", "name": "n", "rank": "r", "score": "s", "was": "w", "award_rank": "p"}
_HELD: Final = frozenset(("validator.hold", "integrity.hold"))
# What somebody or something did to an account: why is told behind a colon.
_ACTED: Final = ("validator.", "integrity.")


class Row(Struct, kw_only=True, omit_defaults=True, rename=_SHORT):
    """A line of the table. `was`: the rank an hour ago; `why`: what is missing, in short."""

    account: str
    name: str
    rank: int
    score: int
    was: int | None = None
    award_rank: int | None = None
    judged: Judged = ""
    why: str = ""
    award: str = ""
    is_own: bool = False

    @property
    def moved(self) -> int:
        """How many places up since an hour ago; below 0 down."""
        return self.was - self.rank if self.was else 0


def level_of(visit: Visit) -> Level:
    """How much the reader is told."""
    if not visit.is_signed_in:
        return "public"
    return "agency" if visit.caller.role == "agency" else "staff"


def row_of(entry: Mapping[str, Any], words: Words, level: Level) -> Row:
    """An entry of the API as a row."""
    row = Row(
        account=entry["account_id"],
        name=entry["name"] or entry["account_id"],
        rank=entry["rank"],
        score=entry["score"],
    )
    if level != "public":
        row.was = entry.get("rank_an_hour_ago")
    if level in ("agency", "staff") and entry["eligible"] is not None:
        row.is_own = level == "agency"
        row.award_rank = entry["award_rank"]
        row.judged, row.why = _judged(entry, words)
        row.award = words.money(entry["award"]) if entry["award"] else ""
    return row


def _judged(entry: Mapping[str, Any], words: Words) -> tuple[Judged, str]:
    reasons = [_reason(one) for one in entry["reasons"] or ()]
    why = " ".join(_short(reason, words) for reason in reasons)
    if any(reason["code"] in _HELD for reason in reasons):
        return "held", why
    if entry["eligible"]:
        warned = [_short(one, words) for one in reasons if not one["code"].endswith(".dismissed")]
        return "warned" if warned else "yes", " ".join(
            (words.gettext("Qualifies") + ("." if warned else ""), *warned)
        )
    return "no", why or words.gettext("Does not qualify")


def _reason(reason: Any) -> Mapping[str, Any]:
    """Of the API a mapping; of the stream, which reads the store itself, a struct."""
    return reason if isinstance(reason, Mapping) else {"code": reason.code, "detail": reason.detail}


def _short(reason: Mapping[str, Any], words: Words) -> str:
    """`2 h 10 min of effective live time missing.` without the figures behind it, which the account's page tells."""
    detail: str = reason["detail"]
    has_figures_behind = " missing: " in detail or reason["code"].startswith(_ACTED)
    sentence = words.said(detail)
    head, colon, _ = sentence.partition(": ")
    return f"{head}." if has_figures_behind and colon else sentence


def details_of(entry: Mapping[str, Any], words: Words) -> Sequence[str]:
    """All that keeps an account from an award, in whole sentences."""
    return [words.said(_reason(one)["detail"]) for one in entry["reasons"] or ()]
