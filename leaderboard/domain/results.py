"""A result: what is certified of a campaign. Only the facts; `result_document.py` writes them down."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.exclusions import Reason as ExclusionReason
from leaderboard.domain.reasons import Reason


class Standing(Struct, frozen=True, kw_only=True):
    """An account as certified. `award_rank`: its place among the eligible, None for the others.
    `reached_ms`: 0 for who has no score.

    `sales` and `refunds`: currency → minor units. `excluded`: it was taken out, whatever it reached; `held`: a hold on
    it is not decided. `voided_uv` and `discounted_uv` were counted and are not in the score.
    """

    rank: int
    award_rank: int | None
    account_id: str
    name: str
    agency_id: str
    score: int
    reached_ms: int
    eligible: bool
    excluded: bool
    held: bool
    effective_ms: int
    kept_ms: int
    promised_ms: int
    orders: int
    refunded_orders: int
    sales: Mapping[str, int]
    refunds: Mapping[str, int]
    voided_uv: int = 0
    discounted_uv: int = 0
    reasons: tuple[Reason, ...] = ()


class DefinitionVersion(Struct, frozen=True, kw_only=True):
    """A version of the definition beside the one in force. `from_ms`: from when on it was; `reason`: why it came."""

    number: int
    from_ms: int
    reason: str
    definition: Definition


class Counts(Struct, frozen=True, kw_only=True):
    """`events` were recounted from the archive. `refused_writes` came from before the freeze, after it."""

    events: int
    excluded: Mapping[ExclusionReason, int]
    refused_writes: int


class ArchiveState(Struct, frozen=True, kw_only=True):
    """What was recounted. `positions`: partition → its last inbox entry of which that is true."""

    manifest_sha256: str
    segments: int
    events: int
    positions: Mapping[str, str]


class AuditRun(Struct, frozen=True, kw_only=True):
    """The audit that the certification waited for."""

    at_ms: int
    agrees: bool
    accounts: int
    events: int


class AuditLogHead(Struct, frozen=True):
    """The last entry of the audit log at the certification: who has both can tell that nothing before it changed."""

    seq: int
    hash: str


class Previous(Struct, frozen=True):
    """The result that this one corrects."""

    version: int
    sha256: str


class Result(Struct, frozen=True, kw_only=True):
    """Everything that a result says. `reason` and `previous` are those of a correction.

    `definition` is the version in force. `standings` and `awards` are in the order of the ranking.
    """

    version: int
    previous: Previous | None = None
    reason: str = ""
    certified_ms: int
    certified_by: str
    cutoff_ms: int
    refunds_until_ms: int
    definition: Definition
    other_definitions: tuple[DefinitionVersion, ...] = ()
    counts: Counts
    standings: tuple[Standing, ...]
    awards: tuple[ProvisionalAward, ...]
    archive: ArchiveState
    audit: AuditRun
    audit_log: AuditLogHead
