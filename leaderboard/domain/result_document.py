"""A result as the document that is signed: plain values that have canonical bytes. Certifies nothing.

There are no fractions in it: a number is whole and below 2^53, anything else a text. Times are RFC 3339 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, structs

from leaderboard.domain.campaigns import canonical, definition_hash
from leaderboard.domain.money import format_minor
from leaderboard.domain.reasons import Reason
from leaderboard.domain.results import DefinitionVersion, Result, Standing
from leaderboard.domain.rules_in_words import sentences
from leaderboard.domain.times import rfc3339

FORMAT: Final = "live-leaderboard-result"
FORMAT_VERSION: Final = 1
MAX_WHOLE: Final = 2**53 - 1

_AS_THEY_ARE: Final = (
    "rank", "award_rank", "account_id", "name", "agency_id", "score", "eligible", "held",
    "effective_ms", "kept_ms", "promised_ms", "orders", "refunded_orders", "voided_uv", "discounted_uv",
)  # fmt: skip


def result_document(result: Result) -> dict[str, Any]:
    """The document, the same for equal results."""
    definition = result.definition
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "campaign": _campaign(result),
        "version": result.version,
        "previous": structs.asdict(result.previous) if result.previous else None,
        "reason": result.reason,
        "certified_at": rfc3339(result.certified_ms),
        "certified_by": result.certified_by,
        "definition": canonical(definition),
        "definition_hash": definition_hash(definition),
        "other_definitions": [_other(one) for one in result.other_definitions],
        "rules": sentences(definition),
        "counts": {
            "accounts": len(result.standings),
            "events": result.counts.events,
            "excluded": dict(result.counts.excluded),
            "refused_writes": result.counts.refused_writes,
        },
        "standings": [_standing(one) for one in result.standings],
        "awards": [
            {
                "award": one.award,
                "account_id": one.account,
                "place": one.place,
                "amount": _money(one.amount.minor, one.amount.currency),
            }
            for one in result.awards
        ],
        "excluded": [
            {"account_id": one.account_id, "reasons": [_reason(reason) for reason in one.reasons]}
            for one in result.standings
            if one.excluded
        ],
        "archive": _plain_struct(result.archive),
        "audit": _plain_struct(result.audit),
        "audit_log": _plain_struct(result.audit_log),
    }


def _campaign(result: Result) -> dict[str, Any]:
    definition = result.definition
    return {
        "id": definition.id,
        "title": definition.title,
        "operator": definition.operator,
        "region": definition.region,
        "zone": definition.zone,
        "currency": definition.currency,
        "starts_at": _time(definition.starts_at_ms),
        "ends_at": _time(definition.ends_at_ms),
        "cutoff_at": rfc3339(result.cutoff_ms),
        "refunds_until": rfc3339(result.refunds_until_ms),
    }


def _other(version: DefinitionVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "from": rfc3339(version.from_ms),
        "reason": version.reason,
        "hash": definition_hash(version.definition),
        "definition": canonical(version.definition),
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {name: getattr(standing, name) for name in _AS_THEY_ARE} | {
        "reached_at": rfc3339(standing.reached_ms) if standing.reached_ms else None,
        "sales": _sums(standing.sales),
        "refunds": _sums(standing.refunds),
        "reasons": [_reason(reason) for reason in standing.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    """`have` and `need` stand there where the reason has them."""
    said = {"code": reason.code, "rule": reason.rule, "detail": reason.detail}
    figures = {"have": _plain(reason.have), "need": _plain(reason.need)}
    return said | {name: value for name, value in figures.items() if value is not None}


def _plain_struct(record: Struct) -> dict[str, Any]:
    """Its fields, with `at` for a time in `at_ms`."""
    fields = structs.asdict(record)
    return {
        name.removesuffix("_ms"): rfc3339(value) if name.endswith("_ms") else _plain(value)
        for name, value in fields.items()
    }


def _sums(by_currency: Mapping[str, int]) -> list[dict[str, str]]:
    return [_money(minor, currency) for currency, minor in sorted(by_currency.items())]


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": format_minor(minor, currency), "currency": currency}


def _time(instant_ms: int | None) -> str | None:
    """None where a window is another one for each participant."""
    return None if instant_ms is None else rfc3339(instant_ms)


def _plain(value: Any) -> Any:
    """A figure as the document may hold it: a share of 30% is the text "0.3"."""
    match value:
        case bool() | None | str():
            return value
        case int():
            return value if abs(value) <= MAX_WHOLE else str(value)
        case Mapping():
            return {str(name): _plain(entry) for name, entry in value.items()}
        case float():
            return format(Decimal(repr(value)), "f")
        case _:
            return str(value)
