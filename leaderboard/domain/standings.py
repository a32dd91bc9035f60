"""Standings: the row of an account, the order of rows, and the words for them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace


class Row(Struct, array_like=True, frozen=True):
    """An account's absolute values, as of `version` of its tally. Sums are minor units of the campaign's currency.

    `score` is the ranking metric, `reached_ms` the receive time of the event that brought it there. `effective_ms` is
    effective live time, `kept_ms` the live time inside the promised slots, `promised_ms` the slots' own length.
    `invalid_uv` are visitors with invalid views only, who are no part of the score. `eligible`: it passed everything
    that the ranking award asks for, as last judged.

    What was taken out after the counting stands beside: `voided_uv` and `discounted_uv` of the score,
    `voided_effective_ms` and `voided_kept_ms` of the live time; `counted_reached_ms` is when all that was counted was
    reached. `as_counted` puts it back.
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
    invalid_uv: int = 0
    promised_ms: int = 0
    eligible: bool = False
    voided_uv: int = 0
    discounted_uv: int = 0
    voided_effective_ms: int = 0
    voided_kept_ms: int = 0
    counted_reached_ms: int = 0

    @property
    def is_adjusted(self) -> bool:
        """Whether anything was taken out after the counting."""
        return bool(self.voided_uv or self.discounted_uv or self.voided_effective_ms or self.voided_kept_ms)

    @property
    def as_counted(self) -> Row:
        """The row before anything was taken out of it."""
        if not self.is_adjusted:
            return self
        return replace(
            self,
            score=self.score + self.voided_uv + self.discounted_uv,
            reached_ms=self.counted_reached_ms,
            effective_ms=self.effective_ms + self.voided_effective_ms,
            kept_ms=self.kept_ms + self.voided_kept_ms,
            voided_uv=0,
            discounted_uv=0,
            voided_effective_ms=0,
            voided_kept_ms=0,
            counted_reached_ms=0,
        )

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
