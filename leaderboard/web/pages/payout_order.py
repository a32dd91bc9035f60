"""Payouts in the order in which people check them, and how much of the money stands where. Shows nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Final, NamedTuple

from leaderboard.domain.money import format_minor, parse_minor
from leaderboard.web.pages.payout_asking import Document, whole_batch
from leaderboard.web.pages.visit import Visit

STAGES: Final = ("prepared", "approved", "exported", "paid", "returned")


class AwardLines(NamedTuple):
    """Lines of one award; without a name, lines of any."""

    award: str
    lines: list[Document]

    @property
    def total(self) -> Document:
        """Their sum, as our API tells money."""
        return _money(sum(map(_minor, self.lines)), self.lines[0]["amount"]["currency"])


def by_award(lines: Iterable[Document]) -> list[AwardLines]:
    """The lines by award, the best place and the largest amount first."""
    ordered = sorted(lines, key=_place_in_order)
    return [AwardLines(award, list(own)) for award, own in groupby(ordered, key=lambda line: line["award"])]


def _place_in_order(line: Document) -> tuple[str, float, int, str]:
    return line["award"], line["place"] or float("inf"), -_minor(line), line["account_id"]


async def figures_of(visit: Visit, batches: Iterable[Document]) -> dict[str, Document]:
    """Stage → how much of the money in batches is there, in order; stages without any are left out."""
    minor, currency = Counter[str](), ""
    for batch in batches:
        if batch["state"] == "void":
            continue
        currency = batch["total"]["currency"]
        if batch["paid_lines"] or batch["returned_lines"]:
            for line in (await whole_batch(visit, batch["id"]))["items"]:
                minor[line["state"]] += _minor(line)
        else:
            minor[batch["state"]] += parse_minor(batch["total"]["amount"], currency)
    return {stage: _money(minor[stage], currency) for stage in STAGES if minor[stage]}


def _minor(line: Document) -> int:
    return parse_minor(line["amount"]["amount"], line["amount"]["currency"])


def _money(minor: int, currency: str) -> Document:
    return {"amount": format_minor(minor, currency), "currency": currency}
