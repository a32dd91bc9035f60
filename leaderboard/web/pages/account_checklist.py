"""What an account needs for its awards, as a list to tick off: what is met, what is missing, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Document = dict[str, Any]
Mark = Literal["met", "unmet", "waits", "warned"]

_MARKS: Final[dict[bool | None, Mark]] = {True: "met", False: "unmet", None: "waits"}
_OF_VALIDATOR: Final[dict[str, Mark]] = {
    "validator.warn": "warned",
    "validator.hold": "waits",
    "validator.exclude": "unmet",
}
# Of reasons that no demand has.
_OF_REASON: Final[dict[str, Mark]] = {
    "integrity.warn": "warned",
    "integrity.hold": "waits",
    "integrity.review": "warned",
    "integrity.discounted": "warned",
    "integrity.voided": "warned",
    "integrity.dismissed": "met",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the list. `sentences` are the API's own; `kind` says how they belong together.

    `share`: how much of a whole is there, 0 to 1; None where it is no matter of more or less.
    """

    mark: Mark
    kind: Literal["all", "any", "rule", "found"]
    sentences: tuple[str, ...]
    code: str
    rule: str
    share: float | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is of one award, though another may ask for the same."""
        return self.code in ("cohort", "requirement")


@dataclass(frozen=True, slots=True)
class AwardList:
    """An award with what it asks for beyond what every award does."""

    award: Document
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """`common` is what every award asks for."""

    common: tuple[Item, ...]
    awards: tuple[AwardList, ...]


def checklist_of(awards: Sequence[Document]) -> Checklist:
    """The awards of an account's details as lists."""
    listed = [(award, tuple(_items(award))) for award in awards]
    first = listed[0][1] if len(listed) > 1 else ()
    common = tuple(one for one in first if not one.is_own and all(one in items for _, items in listed))
    return Checklist(
        common,
        tuple(AwardList(award, tuple(one for one in items if one not in common)) for award, items in listed),
    )


def _items(award: Document) -> Iterator[Item]:
    for demand in award["demands"]:
        yield from _asked(demand)
    for reason in award["reasons"]:
        if reason["code"].startswith("integrity."):
            mark = _OF_REASON.get(reason["code"], "unmet")
            yield Item(mark, "found", (reason["detail"],), reason["code"], reason["rule"])


def _asked(demand: Document) -> Iterator[Item]:
    parts, code, rule = demand["parts"], demand["code"], demand["rule"]
    if code.startswith("validator."):
        mark = "met" if demand["met"] else "waits" if demand["met"] is None else _OF_VALIDATOR[code]
        yield Item(mark, "rule", tuple(one["detail"] for one in parts), code, rule)
    elif demand["any"]:
        yield Item(_MARKS[demand["met"]], "any", tuple(one["detail"] for one in parts), code, rule)
    else:
        for one in parts:
            yield Item(_MARKS[one["holds"]], "all", (one["detail"],), code, rule, _share(one))


def _share(part: Document) -> float | None:
    """How much of what is asked for is there."""
    if part["operator"] not in (">=", ">") or part["unit"] is None:
        return None
    have, need = _plain(part["have"]), _plain(part["need"])
    return None if have is None or not need else min(max(have / need, 0.0), 1.0)


def _plain(figure: Any) -> float | None:
    if isinstance(figure, dict):
        return float(figure["amount"])
    return float(figure) if isinstance(figure, int | float) else None


def refunds_judged_from(awards: Sequence[Document]) -> int | None:
    """The number of orders from which on a rule looks at the share of refunds; None where no rule waits for any."""
    for demand in (one for award in awards for one in award["demands"]):
        parts = {part["metric"]: part for part in demand["parts"]}
        orders = parts.get("orders")
        if "refund_rate" in parts and orders and orders["operator"] in (">=", ">"):
            needed: int = orders["need"] + (orders["operator"] == ">")
            return needed
    return None
