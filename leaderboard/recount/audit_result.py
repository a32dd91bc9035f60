"""A certified result, held against the accounts as they were recounted. Reads its figures; checks no signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from leaderboard.domain.audits import Difference
from leaderboard.domain.money import decimals
from leaderboard.domain.standings import Row
from leaderboard.domain.times import to_ms
from leaderboard.recount.audit import Recounted

PREFIX: Final = "result."
Instant = Annotated[datetime, Meta(tz=True)]


class Amount(Struct, frozen=True):
    """A sum as the result writes it: a text with the currency's decimals."""

    amount: str
    currency: str


class Standing(Struct, frozen=True, kw_only=True):
    """An account in a result, as far as it is compared. `reached_at` is null for who has no score."""

    rank: int
    award_rank: int | None
    account_id: str
    score: int
    reached_at: Instant | None
    eligible: bool
    effective_ms: int
    kept_ms: int
    promised_ms: int
    orders: int
    refunded_orders: int
    sales: list[Amount]
    refunds: list[Amount]
    voided_uv: int = 0
    discounted_uv: int = 0


class CertifiedResult(Struct, frozen=True):
    """A result: who stands where, judged by what was known of accounts at `certified_at`."""

    certified_at: Instant
    standings: list[Standing]

    @property
    def certified_ms(self) -> int:
        return to_ms(self.certified_at)


class _File(Struct, frozen=True):
    result: CertifiedResult


# What has the same name and form in both.
_ALIKE: Final = (
    "rank", "score", "effective_ms", "kept_ms", "promised_ms", "orders", "refunded_orders", "eligible", "voided_uv",
    "discounted_uv",
)  # fmt: skip


def read_result(file: bytes) -> CertifiedResult:
    """The result of a result file; ValueError says what is wrong with it."""
    try:
        return msgspec.json.decode(file, type=_File).result
    except msgspec.DecodeError as error:
        raise ValueError(f"the certified result cannot be read: {error}") from error


def compare_result(result: CertifiedResult, recounted: Mapping[str, Recounted]) -> list[Difference]:
    """What the result says and the archive does not give, to the last unit, by account."""
    times = Counter(standing.account_id for standing in result.standings)
    found = [
        Difference(name, f"{PREFIX}enrolled", name in times, name in recounted)
        for name in sorted({*times} ^ {*recounted})
    ]
    found += [Difference(name, f"{PREFIX}times in the standings", n, 1) for name, n in times.items() if n > 1]
    for standing in result.standings:
        if ours := recounted.get(standing.account_id):
            found += _of_account(standing, ours)
    return found


def row_of(standing: Standing, row: Row) -> Row:
    """The row of an account as a result has it."""
    counted = row.as_counted
    certified = replace(
        counted,
        score=standing.score,
        reached_ms=to_ms(standing.reached_at) if standing.reached_at else 0,
        eligible=standing.eligible,
        effective_ms=standing.effective_ms,
        kept_ms=standing.kept_ms,
        voided_uv=standing.voided_uv,
        discounted_uv=standing.discounted_uv,
        voided_effective_ms=counted.effective_ms - standing.effective_ms,
        voided_kept_ms=counted.kept_ms - standing.kept_ms,
    )
    return replace(certified, counted_reached_ms=counted.reached_ms if certified.is_adjusted else 0)


def _of_account(standing: Standing, ours: Recounted) -> Iterator[Difference]:
    pairs: dict[str, tuple[Any, Any]] = {
        name: (getattr(standing, name), getattr(ours, name)) for name in _ALIKE
    }
    pairs["award_rank"] = (standing.award_rank, ours.eligible_rank)
    pairs["reached_ms"] = (to_ms(standing.reached_at) if standing.reached_at else 0, ours.reached_ms)
    pairs |= _money("sales", standing.sales, ours.sales)
    pairs |= _money("refunds", standing.refunds, ours.refunds)
    for name, (said, counted) in pairs.items():
        if said != counted:
            yield Difference(standing.account_id, PREFIX + name, said, counted)


def _money(
    name: str, said: Sequence[Amount], counted: Mapping[str, int]
) -> dict[str, tuple[int | None, int | None]]:
    """In minor units, by currency."""
    minor = {one.currency: _minor(one) for one in said}
    return {
        f"{name} in {currency}": (minor.get(currency, 0), counted.get(currency, 0))
        for currency in sorted({*minor, *counted})
    }


def _minor(one: Amount) -> int | None:
    """Of a sum, which may be larger than any single amount; None for what is no amount of its currency."""
    try:
        minor = Decimal(one.amount).scaleb(decimals(one.currency))
        return int(minor) if minor == int(minor) else None
    except (ArithmeticError, ValueError):
        return None
