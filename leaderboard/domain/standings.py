"""Standings: the row of an account, the order of rows, and the words for them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Row(Struct, array_like=True, frozen=True):
    """An account's absolute values, as of `version` of its tally. Sums are minor units of the campaign's currency.

    `score` is the ranking metric, `reached_ms` the receive time of the event that brought it there. `effective_ms` is
    effective live time, `kept_ms` the live time inside the promised slots, `promised_ms` the slots' own length.
    `eligible`: it passed everything that the ranking award asks for, as last judged.
    """

    account_id: str
    version: int
    score: int
    reached_ms: int
    orders: int = 0
    refunded_orders: int = 0
    sales_minor: int = 0
    refunded_minor: int = 0
    effective_ms: int = 0
    kept_ms: int = 0
    promised_ms: int = 0
    eligible: bool = False

    @property
    def refund_rate(self) -> float | None:
        """Refunded orders per order, or None without orders."""
        return round(self.refunded_orders / self.orders, 4) if self.orders else None


def order_key(row: Row) -> tuple[int, int, str]:
    """Ascending: the higher score first, then who reached it first, then the lower account id. Total, never a tie."""
    return -row.score, row.reached_ms, row.account_id


def ranked(rows: Iterable[Row]) -> list[Row]:
    """All rows in the order of the standings."""
    return sorted(rows, key=order_key)
