"""What awards are worked out of: exact figures of accounts. Decides about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from leaderboard.domain.campaigns.pay import Amount
from leaderboard.domain.comparing import Values

ByAccount = Mapping[str, Values]


class CannotAward(ValueError):
    """An award cannot be worked out; the text says why, and what is missing."""


def figure(by_account: ByAccount, account: str, metric: str) -> Fraction | None:
    """The account's figure, exact: ms, minor units, a count or a share. None is no value, as a share of nothing is."""
    values = by_account.get(account, {})
    if metric not in values:
        raise not_evaluated(account, metric)
    found = values[metric]
    if isinstance(found, float):
        # It stands for a decimal: its shortest text is what was meant, its binary value lies beside it.
        return Fraction(str(found))
    return None if found is None else Fraction(found)


def not_evaluated(account: str, metric: str) -> CannotAward:
    return CannotAward(f"account {account}: the metric {metric} has not been evaluated")


def minor(amount: Amount) -> int:
    """Whole minor units of what an award pays."""
    if isinstance(amount, Decimal):
        raise CannotAward(f"an award of {amount} is no money: only awards in cash are worked out")
    return amount.minor


def money_or_none(amount: Amount | None) -> int | None:
    return None if amount is None else minor(amount)
