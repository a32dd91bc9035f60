"""What a result says, and that it can always be signed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from msgspec.structs import replace

from leaderboard.domain.campaigns import definition_hash, parse_document
from leaderboard.domain.reasons import Reason
from leaderboard.domain.result_document import result_document
from leaderboard.domain.results import DefinitionVersion
from leaderboard.domain.rules_in_words import sentences
from leaderboard.domain.signing import canonical_bytes
from tests.domain.campaigns.spring import parse_spring
from tests.domain.certified import EXCLUDED, RESULT, WINNER, corrected, document


def every_value(value: Any) -> Iterator[Any]:
    yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_value(part)


def test_a_result_says_what_was_certified_when_and_by_whom() -> None:
    found = document()

    assert (found["format"], found["format_version"], found["version"]) == ("live-leaderboard-result", 1, 1)
    assert (found["certified_at"], found["certified_by"]) == ("2031-03-23T02:40:00.000Z", "k3v9x2m4q8z1")
    assert (found["previous"], found["reason"]) == (None, "")
    assert found["campaign"] == {
        "id": "spring-2031",
        "title": "Spring sale",
        "operator": "Market",
        "region": "US",
        "zone": "America/New_York",
        "currency": "USD",
        "starts_at": "2031-03-03T05:00:00.000Z",
        "ends_at": "2031-03-10T04:00:00.000Z",
        "cutoff_at": "2031-03-17T07:46:40.000Z",
        "refunds_until": "2031-03-23T02:40:00.000Z",
    }


def test_the_definition_is_whole_and_hashed_as_everywhere() -> None:
    found = document()

    assert parse_document(found["definition"]) == RESULT.definition
    assert found["definition_hash"] == definition_hash(RESULT.definition)
    assert found["definition_hash"] == sha256(canonical_bytes(found["definition"])).hexdigest()
    assert found["rules"] == sentences(RESULT.definition)


def test_other_versions_of_the_definition_are_told_with_their_reason() -> None:
    before = parse_spring('title = "Spring sale"', 'title = "Spring"')
    version = DefinitionVersion(number=1, from_ms=0, reason="As announced.", definition=before)

    (told,) = result_document(replace(RESULT, other_definitions=(version,)))["other_definitions"]

    assert (told["number"], told["from"], told["reason"]) == (1, "1970-01-01T00:00:00.000Z", "As announced.")
    assert (told["hash"], parse_document(told["definition"])) == (definition_hash(before), before)


def test_an_account_is_told_with_its_money_by_currency() -> None:
    winner, excluded = document()["standings"]

    assert winner == {
        "rank": 1,
        "award_rank": 1,
        "account_id": "a1",
        "name": WINNER.name,
        "agency_id": "north",
        "score": 12_345,
        "reached_at": "2031-03-11T12:53:20.123Z",
        "eligible": True,
        "held": False,
        "effective_ms": 7_200_000,
        "kept_ms": 3_600_000,
        "promised_ms": 3_600_000,
        "orders": 10,
        "refunded_orders": 1,
        "voided_uv": 0,
        "discounted_uv": 0,
        "sales": [{"amount": "5000", "currency": "JPY"}, {"amount": "1234.56", "currency": "USD"}],
        "refunds": [{"amount": "1.00", "currency": "USD"}],
        "reasons": [],
    }
    assert (excluded["reached_at"], excluded["award_rank"]) == (None, None)


def test_who_is_excluded_is_listed_with_all_that_speaks_against_it() -> None:
    found = document()

    assert found["excluded"] == [{"account_id": "a2", "reasons": found["standings"][1]["reasons"]}]
    assert found["standings"][1]["reasons"] == [
        {
            "code": "validator.exclude",
            "rule": "returns",
            "detail": "Excluded.",
            "have": "0.4166",
            "need": "0.3",
        },
        {"code": "requirement", "rule": "on_air", "detail": "2 h missing.", "have": 0, "need": 7_200},
    ]


def test_awards_counts_and_proofs_are_there() -> None:
    found = document()

    assert found["awards"] == [
        {
            "award": "best",
            "account_id": "a1",
            "place": 1,
            "amount": {"amount": "600.00", "currency": "USD"},
        },
        {
            "award": "rebate",
            "account_id": "a1",
            "place": None,
            "amount": {"amount": "61.67", "currency": "USD"},
        },
    ]
    assert found["counts"] == {"accounts": 2, "events": 40, "excluded": {"late": 2}, "refused_writes": 0}
    assert found["archive"]["positions"] == {"0": "1931500000000-0", "1": "0-0"}
    assert found["audit"] == {"at": "2031-03-23T02:40:00.000Z", "agrees": True, "accounts": 2, "events": 40}
    assert found["audit_log"] == {"seq": 17, "hash": "cd" * 32}


def test_a_correction_names_what_it_corrects_and_why() -> None:
    assert b'"previous":{"sha256":"12","version":1}' in corrected("12")
    assert b'"reason":"An order was counted twice."' in corrected("12")


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-9, "0.000000001"),
        (1e22, "10000000000000000000000"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**53), "-9007199254740992"),
        (True, True),
        ("US", "US"),
        (Fraction(1, 3), "1/3"),
        (Decimal("0.30"), "0.30"),
        ({"amount": "1.00", "currency": "USD"}, {"amount": "1.00", "currency": "USD"}),
    ],
)
def test_no_figure_is_a_fraction_or_too_large_for_json(figure: Any, told: Any) -> None:
    reason = Reason(code="requirement", rule="x", detail="", have=figure)
    found = result_document(replace(RESULT, standings=(replace(EXCLUDED, reasons=(reason,)),)))

    assert found["standings"][0]["reasons"][0]["have"] == told
    assert type(found["standings"][0]["reasons"][0]["have"]) is type(told)
    assert not any(isinstance(value, float) for value in every_value(found))
    assert canonical_bytes(found)
