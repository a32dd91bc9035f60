"""A certified result against a recount: it follows to the last unit, or each figure that does not is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.money import format_minor
from leaderboard.domain.signing import SigningKey, sealed
from leaderboard.domain.times import rfc3339
from leaderboard.recount.audit import Recounted
from leaderboard.recount.audit_result import compare_result, read_result

CERTIFIED_MS = 1_646_200_000_123


def recounted(account: str, rank: int, **figures: Any) -> Recounted:
    plain: dict[str, Any] = {
        "score": 7, "reached_ms": 1_645_000_000_001, "effective_ms": 11, "kept_ms": 12, "promised_ms": 13,
        "orders": 3, "refunded_orders": 1, "sales": {"USD": 1_250, "JPY": 80}, "refunds": {"USD": 1},
        "eligible": True, "eligible_rank": rank,
    }  # fmt: skip
    return Recounted(account=account, rank=rank, **plain | figures)


def standing(one: Recounted, **changed: Any) -> dict[str, Any]:
    """As a result writes an account."""
    written = {
        "rank": one.rank,
        "award_rank": one.eligible_rank,
        "account_id": one.account,
        "name": "not compared",
        "reached_at": rfc3339(one.reached_ms) if one.reached_ms else None,
        "sales": _money(one.sales),
        "refunds": _money(one.refunds),
    }
    same = ("score", "eligible", "effective_ms", "kept_ms", "promised_ms", "orders", "refunded_orders")
    return written | {name: getattr(one, name) for name in same} | changed


def _money(sums: Any) -> list[dict[str, str]]:
    return [
        {"amount": format_minor(minor, currency), "currency": currency} for currency, minor in sums.items()
    ]


KEY = SigningKey(b"s" * 32)


def a_file(*standings: dict[str, Any], certified_ms: int = CERTIFIED_MS) -> bytes:
    said = {"certified_at": rfc3339(certified_ms), "standings": list(standings), "campaign": {"id": "apollo"}}
    return sealed(said, KEY)


def found(accounts: list[Recounted], *standings: dict[str, Any]) -> list[tuple[object, ...]]:
    differences = compare_result(read_result(a_file(*standings)), {one.account: one for one in accounts})
    return [(one.account, one.field, one.live, one.recounted) for one in differences]


A1 = recounted("a1", 1)
A2 = recounted("a2", 2, score=0, reached_ms=0, eligible=False, eligible_rank=None, sales={}, refunds={})


def test_a_result_that_follows_from_the_archive_has_no_difference() -> None:
    assert found([A1, A2], standing(A1), standing(A2)) == []


def test_the_time_of_a_result_is_exact() -> None:
    assert read_result(a_file()).certified_ms == CERTIFIED_MS


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"rank": 2}, ("rank", 2, 1)),
        ({"award_rank": None}, ("award_rank", None, 1)),
        ({"score": 8}, ("score", 8, 7)),
        ({"eligible": False}, ("eligible", False, True)),
        ({"effective_ms": 10}, ("effective_ms", 10, 11)),
        ({"kept_ms": 10}, ("kept_ms", 10, 12)),
        ({"promised_ms": 10}, ("promised_ms", 10, 13)),
        ({"orders": 4}, ("orders", 4, 3)),
        ({"refunded_orders": 0}, ("refunded_orders", 0, 1)),
        ({"reached_at": "2022-02-16T08:26:40.002Z"}, ("reached_ms", 1_645_000_000_002, 1_645_000_000_001)),
        ({"reached_at": None}, ("reached_ms", 0, 1_645_000_000_001)),
        ({"refunds": []}, ("refunds in USD", 0, 1)),
        ({"sales": _money({"USD": 1_251, "JPY": 80})}, ("sales in USD", 1_251, 1_250)),
        ({"sales": [*_money(A1.sales), {"amount": "1.00", "currency": "EUR"}]}, ("sales in EUR", 100, 0)),
        ({"refunds": [{"amount": "0.011", "currency": "USD"}]}, ("refunds in USD", None, 1)),
        ({"refunds": [{"amount": "Infinity", "currency": "USD"}]}, ("refunds in USD", None, 1)),
    ],
)  # fmt: skip
def test_a_figure_that_does_not_follow_is_named(changed: dict[str, Any], told: tuple[Any, ...]) -> None:
    field, said, counted = told

    assert found([A1], standing(A1, **changed)) == [("a1", f"result.{field}", said, counted)]


def test_who_is_missing_or_too_many_is_named() -> None:
    assert found([A1], standing(A2)) == [
        ("a1", "result.enrolled", False, True),
        ("a2", "result.enrolled", True, False),
    ]
    assert found([A1], standing(A1), standing(A1)) == [("a1", "result.times in the standings", 2, 1)]


@given(st.dictionaries(st.sampled_from(["USD", "JPY", "BHD"]), st.integers(0, 1 << 62)))
def test_every_sum_of_money_is_read_to_the_last_unit(sums: dict[str, int]) -> None:
    one = recounted("a1", 1, sales=sums)

    assert found([one], standing(one)) == []


@pytest.mark.parametrize(
    "file", [b"", b"{}", b'{"result":{"certified_at":"2022-02-16T08:26:40","standings":[]}}']
)
def test_what_is_no_result_says_so(file: bytes) -> None:
    with pytest.raises(ValueError, match="the certified result cannot be read"):
        read_result(file)
