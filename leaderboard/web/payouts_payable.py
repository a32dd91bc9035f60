"""Awards that another batch would pay, as they are shown. Reads and decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from leaderboard.domain.payouts import Line
from leaderboard.web.answers import money


class PayableShown(Struct, kw_only=True):
    """An award that another batch would pay, and into which bank account: `last4` of its number."""

    award: str
    account_id: str
    place: int | None
    amount: dict[str, str]
    attempt: int
    last4: str


def payable_shown(lines: Iterable[Line]) -> list[PayableShown]:
    """Lines that there could be."""
    return [
        PayableShown(
            award=line.award,
            account_id=line.account,
            place=line.place,
            amount=money(line.amount.minor, line.amount.currency),
            attempt=line.attempt,
            last4=line.last4,
        )
        for line in lines
    ]
