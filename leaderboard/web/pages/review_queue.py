"""The queue of flags as people work through it: which are shown, how many there are of each kind, which is next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from leaderboard.web.pages.paths import api, below

FlagDocument = Mapping[str, Any]

WAITING: Final = "waiting"
# How a flag gets into a part of the queue; the first is shown unless another is asked for.
PARTS: Final[dict[str, Callable[[FlagDocument], bool]]] = {
    WAITING: lambda flag: flag["status"] == "open" or _is_appealed(flag) or flag["proposed"] is not None,
    "held": lambda flag: flag["status"] == "open" and flag["action"] == "hold",
    "warned": lambda flag: flag["status"] == "open" and flag["action"] == "warn",
    "watched": lambda flag: flag["status"] == "open" and flag["action"] == "review",
    "second": lambda flag: flag["proposed"] is not None,
    "appealed": lambda flag: _is_appealed(flag),
    "decided": lambda flag: flag["status"] != "open",
    "all": lambda flag: True,
}


def _is_appealed(flag: FlagDocument) -> bool:
    return bool(flag["appeal"] == "open")


def known_part(name: str) -> str:
    """The part of that name, or the first."""
    return name if name in PARTS else WAITING


def in_part(flags: Sequence[FlagDocument], part: str) -> list[FlagDocument]:
    """The flags of a part, in the order given."""
    return [flag for flag in flags if PARTS[part](flag)]


def counts(flags: Sequence[FlagDocument]) -> dict[str, int]:
    """Part → how many flags."""
    return {part: len(in_part(flags, part)) for part in PARTS}


def after(flags: Sequence[FlagDocument], flag: str, part: str) -> str | None:
    """Which flag of a part comes after one that was decided, from the top again behind the last; None: no other."""
    names = [str(one["id"]) for one in flags]
    start = names.index(flag) + 1 if flag in names else 0
    rest = [*flags[start:], *flags[:start]]
    return next((str(one["id"]) for one in in_part(rest, part) if one["id"] != flag), None)


def path_of(campaign: str, *steps: str, part: str = WAITING) -> str:
    """The address of a page of the review, which keeps the part of the queue that is worked through."""
    path = below("campaigns", campaign, "review", *steps)
    return path if part == WAITING else f"{path}?show={part}"


def api_of(campaign: str, *steps: str) -> str:
    """The address in our API of what belongs to a campaign."""
    return api("campaigns", campaign, *steps)
