"""The report of a checkpoint: of each account what was counted and what detectors make of it, and what would follow.

In shadow mode it says what acting would have changed, in act mode what acting has. It changes nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.adjustments import Voided, adjusted
from leaderboard.domain.campaigns import Definition, live_count, takes_invalid_out
from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.findings import Finding
from leaderboard.domain.rescorings import Figures
from leaderboard.domain.reviews import NO_REVIEW, Raised, Review
from leaderboard.domain.standings import Row, order_key

FORMAT: Final = "live-leaderboard-checkpoint"


class Traffic(Struct, frozen=True):
    """An account's visitors in the archive: all, those with invalid views only, those with a valid one.

    `invalid`: reason → visitors with an invalid view, whether they have a valid one or not.
    """

    gross_uv: int
    invalid_uv: int
    counted_uv: int
    invalid: Mapping[str, int]


class AccountReport(Struct, frozen=True, kw_only=True):
    """`discounted_uv` are estimated to be no people; `net_uv` is what is left. `flags` are those that stand.

    `before` is as if no detector had acted and every view were valid, `after` as if all had; null of who is not ranked.
    `held`: a detector holds its awards until somebody has decided.
    """

    account: str
    gross_uv: int
    invalid: Mapping[str, int]
    counted_uv: int
    discounted_uv: int
    net_uv: int
    flags: tuple[str, ...]
    held: bool
    before: Figures | None
    after: Figures | None


class IntegrityReport(Struct, frozen=True, kw_only=True):
    """`detectors`: detector → flags. `reranked` and `paid_otherwise` count accounts whose rank or award is another."""

    detectors: Mapping[str, int]
    held: int
    reranked: int
    paid_otherwise: int
    accounts: tuple[AccountReport, ...]


class CheckpointDocument(Struct, frozen=True, kw_only=True):
    """All that a checkpoint looked at and found. `positions`: the last inbox entry of each partition; `version` is the
    software's, `rules` are those that found something, with their versions."""

    campaign: str
    number: int
    at_ms: int
    actor: str
    mode: Mode
    through_ms: int
    positions: Mapping[str, str]
    version: str
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]
    flags: Mapping[str, Raised]
    report: IntegrityReport
    format: str = FORMAT
    format_version: int = 1


_decode: Final = msgspec.json.Decoder(CheckpointDocument).decode


def encoded(document: CheckpointDocument) -> bytes:
    """One text for one document."""
    return msgspec.json.encode(document, order="sorted")


def read_document(content: bytes) -> CheckpointDocument:
    """The other way; ValueError for what is none."""
    return _decode(content)


def fingerprint(content: bytes) -> str:
    """SHA-256 of an encoded document, hexadecimal."""
    return sha256(content).hexdigest()


def flags_by_detector(raised: Iterable[Raised]) -> dict[str, int]:
    """Detector → how many accounts it found at the checkpoint."""
    return dict(sorted(Counter(one.detector for one in raised if one.is_found).items()))


def without_detectors(row: Row, definition: Definition, voided: Voided) -> Row:
    """A row as if every view were valid and nobody doubted; what people took out stays out."""
    counted = row.as_counted
    if takes_invalid_out(definition):
        counted = replace(counted, score=counted.score + counted.invalid_uv)
    return adjusted(counted, voided, 0)


def with_detectors(
    row: Row, definition: Definition, voided: Voided, discounted_uv: int, invalid_uv: int
) -> Row:
    """A row as if detectors acted. `invalid_uv`: visitors with invalid views only, in the archive."""
    counted, unit = row.as_counted, live_count(definition)
    if unit is not None and unit.valid_only and not takes_invalid_out(definition):
        counted = replace(counted, score=max(0, counted.score - invalid_uv))
    return adjusted(counted, voided, discounted_uv)


def ranked_figures(rows: Sequence[Row], awards: Mapping[str, int]) -> dict[str, Figures]:
    """Account → where it stands among these rows; `awards`: account → minor units."""
    return {
        row.account_id: Figures(
            rank, row.score, row.effective_ms, row.eligible, awards.get(row.account_id, 0)
        )
        for rank, row in enumerate(sorted(rows, key=order_key), 1)
    }


def integrity_report(
    traffic: Mapping[str, Traffic],
    raised: Mapping[str, Raised],
    acting: Mapping[str, Review],
    before: Mapping[str, Figures],
    after: Mapping[str, Figures],
) -> IntegrityReport:
    """`acting`: account → what follows, or would follow, where detectors act. Accounts in the order of `after`."""
    flags: dict[str, list[str]] = {}
    for flag, one in raised.items():
        flags.setdefault(one.account, []).append(flag)
    unranked = sorted({*traffic, *flags} - after.keys())
    accounts = tuple(
        _account(
            name, traffic.get(name), tuple(flags.get(name, ())), acting.get(name, NO_REVIEW),
            before.get(name), after.get(name),
        )
        for name in [*sorted(after, key=lambda name: after[name].rank), *unranked]
    )  # fmt: skip
    compared = [(one.before, one.after) for one in accounts if one.before and one.after]
    return IntegrityReport(
        detectors=flags_by_detector(raised.values()),
        held=sum(one.held for one in accounts),
        reranked=sum(was.rank != now.rank for was, now in compared),
        paid_otherwise=sum(was.award_minor != now.award_minor for was, now in compared),
        accounts=accounts,
    )


def _account(
    name: str,
    traffic: Traffic | None,
    flags: tuple[str, ...],
    review: Review,
    before: Figures | None,
    after: Figures | None,
) -> AccountReport:
    known = traffic or Traffic(0, 0, 0, {})
    discounted_uv = min(review.discounted_uv, known.counted_uv)
    return AccountReport(
        account=name,
        gross_uv=known.gross_uv,
        invalid=known.invalid,
        counted_uv=known.counted_uv,
        discounted_uv=discounted_uv,
        net_uv=known.counted_uv - discounted_uv,
        flags=flags,
        held=review.held,
        before=before,
        after=after,
    )
