"""Batches and lines for tests of what is made of them."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from leaderboard.domain.money import Money
from leaderboard.domain.payouts import Batch, Line, payout_id

CAMPAIGN = "spring"


def line(account: str = "ana", minor: int = 5_000, attempt: int = 1, **changes: Any) -> Line:
    """An award `first` on its way to an account."""
    made = Line(
        id=payout_id(CAMPAIGN, "first", account, attempt),
        award="first",
        account=account,
        amount=Money(minor, "USD"),
        attempt=attempt,
        payee_version=1,
        payee_hash="ab" * 32,
        last4="6789",
    )
    return structs.replace(made, **changes)


def batch(number: int = 1, **changes: Any) -> Batch:
    """A batch that kim has prepared."""
    made = Batch(
        id=f"{CAMPAIGN}-{number}",
        campaign=CAMPAIGN,
        number=number,
        version=1,
        state="prepared",
        format="nacha",
        currency="USD",
        lines=1,
        total_minor=5_000,
        content_sha256="cd" * 32,
        result_version=1,
        result_sha256="ef" * 32,
        profile_sha256="01" * 32,
        due_on="2026-12-29",
        send_by_on="2026-12-24",
        calendar="US-FED",
        prepared_by="token-kim",
        preparer="kim",
        prepared_ms=1_000,
    )
    return structs.replace(made, **changes)
