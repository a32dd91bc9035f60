"""The JSON schema of our types: what stands at a path, and the words for a table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from leaderboard.domain.enrollments import Enrollment
from leaderboard.domain.events import Event
from leaderboard.web.answers import Time
from leaderboard.web.schemas import choices, field_rows, kind_of, notes_of, schemas_at, schemas_of


class Inner(Struct):
    """Inside."""

    at: Time


class Outer(Struct):
    """Outside."""

    many: list[Inner]
    named: dict[str, int]
    kind: Literal["a", "b"]
    short: Annotated[str, Meta(max_length=1_000, description="A few words.")] | None = None
    count: Annotated[int, Meta(ge=0, le=5_000)] = 7


def words(kind: Any) -> str:
    (schema,), _ = schemas_of([kind])
    return "".join(text for text, _ in kind_of(schema))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (str, "text"),
        (int, "whole number"),
        (bool, "true or false"),
        (Time, "time"),
        (str | None, "text or null"),
        (list[int], "list of whole number"),
        (list[Inner], "list of Inner"),
        (dict[str, int], "name → whole number"),
        (dict[str, Any], "object"),
        (Literal["a", "b"], "a · b"),
        (Inner | None, "Inner or null"),
        (Any, "anything"),
    ],
)
def test_a_kind_is_told_in_words(kind: Any, expected: str) -> None:
    assert words(kind) == expected


def test_a_word_that_names_a_schema_leads_to_it() -> None:
    (schema,), _ = schemas_of([list[Inner]])

    assert kind_of(schema) == [("list of ", None), ("Inner", "Inner")]


def test_the_fields_that_are_required_come_first() -> None:
    _, components = schemas_of([Outer])
    rows = field_rows(components["Outer"])

    assert [(row.name, row.required) for row in rows] == [
        ("many", True), ("named", True), ("kind", True), ("short", False), ("count", False),
    ]  # fmt: skip
    assert [row.notes for row in rows][-2:] == [
        "A few words; at most 1,000 characters",
        "0 to 5,000; `7` unless told",
    ]


def test_a_field_that_says_nothing_has_no_notes() -> None:
    assert notes_of({"type": "string"}) == ""


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (Event, "type", ["product_view", "heartbeat", "funnel_step", "order", "refund", "ad_spend"]),
        (Event, "order_channel", ["authorized", "in_app", "none"]),
        (Outer, "kind", ["a", "b"]),
        (Outer, "nothing", []),
    ],
)
def test_the_choices_at_a_path_are_found_in_all_alternatives(
    kind: Any, path: str, expected: list[str]
) -> None:
    assert choices(schemas_at(kind, path)) == expected


@pytest.mark.parametrize(
    ("kind", "path", "types"),
    [
        (Enrollment, "hosts[0].schedule[3].start", {"string", "integer"}),
        (Enrollment, "hosts", {"array"}),
        (Outer, "named[...]", {"integer"}),
        (Outer, "many[1].at", {"string"}),
        (Outer, "short", {"string"}),
    ],
)
def test_what_may_stand_at_a_path_is_found_through_lists_and_names(
    kind: Any, path: str, types: set[str]
) -> None:
    assert {schema["type"] for schema in schemas_at(kind, path)} == types
