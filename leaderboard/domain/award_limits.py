"""Dividing whole cents without losing one, and the limits of an award. Knows no accounts, only amounts in order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from leaderboard.domain.award_values import money_or_none
from leaderboard.domain.campaigns import Award


def divided(total_minor: int, weights: Sequence[int | Fraction]) -> list[int]:
    """The total in proportion to the weights, which are not negative, by largest remainder: the sum is exact.

    Of equal remainders the first gets the cent. Without any weight nobody gets anything.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [Fraction(total_minor * weight) / whole for weight in weights]
    parts = [floor(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: total_minor - sum(parts)]:
        parts[index] += 1
    return parts


def limited(award: Award, amounts_minor: Sequence[int]) -> list[int]:
    """The amounts, best first, within the caps of each and the budget of all."""
    # One award has one window, so what an account gets in it is what it gets in the whole campaign.
    caps = [cap for cap in map(money_or_none, (award.cap, award.cap_total)) if cap is not None]
    capped = [min([amount, *caps]) for amount in amounts_minor]
    budget = money_or_none(award.budget)
    if budget is None or sum(capped) <= budget:
        return capped
    return _in_order(capped, budget) if award.overflow == "ranked" else divided(budget, capped)


def _in_order(amounts_minor: Sequence[int], left: int) -> list[int]:
    paid = []
    for amount in amounts_minor:
        paid.append(min(amount, left))
        left -= paid[-1]
    return paid
