"""The flags of an account as its agency reads them, and what did not count of it. Decides and appeals nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from leaderboard.web.pages import review_words
from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.visit import Visit

Document = dict[str, Any]

_FLAGS_READ: Final = 200
_SAMPLES_READ: Final = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """A measure in words, with what it is elsewhere."""

    name: str
    value: str
    peers: str


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """`is_appealable`: something stands that its agency may still appeal against."""

    flag: Document
    measures: tuple[Figures, ...]
    is_appealable: bool


async def flags_of(visit: Visit, account: str) -> list[ShownFlag] | None:
    """Those that hold first, then the open ones; None where the reader may read none."""
    listed = await visit.find(api_of(visit.campaign, "flags"), account=account, limit=_FLAGS_READ)
    if listed is None:
        return None
    # While a campaign runs, a flag of a rule goes as it came: one may be over since the list was read.
    read = [await visit.find(api_of(visit.campaign, "flags", one["id"])) for one in listed["items"]]
    wholes = [whole for whole in read if whole is not None]
    return [_shown(visit, one) for one in sorted(wholes, key=_weight)]


def _weight(flag: Document) -> tuple[bool, bool, str]:
    return flag["status"] != "open", flag["action"] != "hold", flag["id"]


def _shown(visit: Visit, flag: Document) -> ShownFlag:
    words, names = visit.words, review_words.measure_names(visit.words)
    measures = tuple(
        Figures(
            names.get(one["name"], one["name"]),
            *(review_words.figure(words, one["name"], one[what]) for what in ("value", "peers")),
        )
        for one in flag.get("measures", ())
    )
    return ShownFlag(flag, measures, _is_appealable(flag))


def _is_appealable(flag: Document) -> bool:
    """A rule of the campaign that holds has no deadline while nobody has decided."""
    if flag["appeal"] == "open":
        return False
    if flag["statement"]["redress_until"]:
        return True
    return flag["decision"] is None and flag["action"] == "hold" and "detector" not in flag


async def excluded_of(visit: Visit, account: str) -> Sequence[Document]:
    """The reasons for which events of the account did not count, with the newest such events."""
    found = await visit.find(api_of(visit.campaign, "excluded"), limit=_SAMPLES_READ)
    reasons = found["reasons"] if found else []
    own = [
        one | {"samples": [sample for sample in one["samples"] if sample["account_id"] == account]}
        for one in reasons
    ]
    return [one for one in own if one["samples"]]
