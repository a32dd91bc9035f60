"""A made-up campaign that was certified, for tests of what a result is and what may be done to its file."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money
from leaderboard.domain.reasons import Reason
from leaderboard.domain.result_document import result_document
from leaderboard.domain.results import (
    ArchiveState,
    AuditLogHead,
    AuditRun,
    Counts,
    Previous,
    Result,
    Standing,
)
from leaderboard.domain.signing import KEY_BYTES, SigningKey, sealed
from tests.domain.campaigns.spring import spring

KEY = SigningKey(b"s" * KEY_BYTES)
OTHER_KEY = SigningKey(b"t" * KEY_BYTES)
CERTIFIED_MS = 1_932_000_000_000

WINNER = Standing(
    rank=1,
    award_rank=1,
    account_id="a1",
    name='Ana & "Bo" ☕\n',
    agency_id="north",
    score=12_345,
    reached_ms=1_931_000_000_123,
    eligible=True,
    excluded=False,
    held=False,
    effective_ms=7_200_000,
    kept_ms=3_600_000,
    promised_ms=3_600_000,
    orders=10,
    refunded_orders=1,
    sales={"USD": 123_456, "JPY": 5_000},
    refunds={"USD": 100},
)
EXCLUDED = replace(
    WINNER,
    rank=2,
    award_rank=None,
    account_id="a2",
    score=0,
    reached_ms=0,
    eligible=False,
    excluded=True,
    sales={},
    refunds={},
    reasons=(
        Reason(code="validator.exclude", rule="returns", detail="Excluded.", have=0.4166, need=0.3),
        Reason(code="requirement", rule="on_air", detail="2 h missing.", have=0, need=7_200),
    ),
)
RESULT = Result(
    version=1,
    certified_ms=CERTIFIED_MS,
    certified_by="k3v9x2m4q8z1",
    cutoff_ms=1_931_500_000_000,
    refunds_until_ms=CERTIFIED_MS,
    definition=spring(),
    counts=Counts(events=40, excluded={"late": 2}, refused_writes=0),
    standings=(WINNER, EXCLUDED),
    awards=(
        ProvisionalAward("best", "a1", 1, Money(60_000, "USD")),
        ProvisionalAward("rebate", "a1", None, Money(6_167, "USD")),
    ),
    archive=ArchiveState(
        manifest_sha256="ab" * 32, segments=3, events=40, positions={"0": "1931500000000-0", "1": "0-0"}
    ),
    audit=AuditRun(at_ms=CERTIFIED_MS, agrees=True, accounts=2, events=40),
    audit_log=AuditLogHead(seq=17, hash="cd" * 32),
)


def document() -> dict[str, Any]:
    return result_document(RESULT)


def result_file() -> bytes:
    return sealed(document(), KEY)


def corrected(sha256: str, version: int = 1, campaign_id: str = "spring-2031") -> bytes:
    """A second result that corrects one of this version and hash."""
    second = replace(
        RESULT,
        version=version + 1,
        previous=Previous(version, sha256),
        reason="An order was counted twice.",
        definition=replace(RESULT.definition, id=campaign_id),
    )
    return sealed(result_document(second), KEY)
