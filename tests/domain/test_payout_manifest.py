"""A manifest says all that its batch and lines need to be made again, and nothing of bank details."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.payout_manifest import Exported, exported_of, manifest
from leaderboard.domain.payouts import content_sha256
from leaderboard.domain.signing import canonical_bytes
from tests.domain.payout_lines import batch, line

minors = st.integers(1, 10**12)
attempts = st.integers(1, 9)
instants = st.integers(10**12, 2 * 10**12)


def exported(rows: list[tuple[int, int]], at_ms: int = 10**12) -> Exported:
    """A batch of a line for each (minor, attempt)."""
    lines = [
        line(f"account-{number}", minor, attempt, state="exported", place=number or None)
        for number, (minor, attempt) in enumerate(rows)
    ]
    lines.sort(key=lambda one: one.id)
    approval: dict[str, Any] = {"approved_by": "token-lee", "approver": "lee", "approved_ms": at_ms + 1}
    made = batch(
        version=3,
        state="exported",
        lines=len(lines),
        total_minor=sum(one.amount.minor for one in lines),
        prepared_ms=at_ms,
        effective_on="2026-12-29",
        modifier="B",
        exported_by="token-kim",
        exported_ms=at_ms + 999,
        file_sha256="12" * 32,
        file_bytes=940,
        **approval,
    )
    bound = structs.replace(made, content_sha256=content_sha256(made, lines))
    came_back = {one.id: "R03" for one in lines if one.attempt > 1}
    return Exported(bound, lines, "2026-12-22", came_back)


@given(st.lists(st.tuples(minors, attempts), min_size=1, max_size=5), instants)
def test_what_was_exported_comes_back_whole(rows: list[tuple[int, int]], at_ms: int) -> None:
    whole = exported(rows, at_ms)

    assert exported_of(manifest(whole)) == whole


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "live-leaderboard-result"}, "not of format"),
        ({"format_version": 2}, "not of format"),
        ({"lines": []}, "not those that were approved"),
        ({"send_by_on": "2026-12-25"}, "not those that were approved"),
        ({"approved": None}, "lacks what a manifest has"),
        ({"prepared": {"by": "token-kim", "name": "kim", "at": "yesterday"}}, "Invalid isoformat"),
    ],
)
def test_what_does_not_hold_together_is_none(change: dict[str, Any], said: str) -> None:
    document = manifest(exported([(5_000, 1)]))

    with pytest.raises(ValueError, match=said):
        exported_of(document | change)


def test_it_has_of_bank_details_the_last_digits_and_a_hash() -> None:
    document = manifest(exported([(5_000, 1)]))

    assert document["lines"][0]["payee"] == {"version": 1, "sha256": "ab" * 32, "last4": "6789"}
    assert canonical_bytes(document)
