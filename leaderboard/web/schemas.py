"""The JSON schema of our types, and the way about in it: what a field is, what it may be, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec

Schema = dict[str, Any]

REF: Final = "#/components/schemas/"

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "object",
    "null": "null",
}


def schemas_of(kinds: Sequence[object]) -> tuple[list[Schema], dict[str, Schema]]:
    """(a schema for each kind, the components that they refer to by name)."""
    found, components = msgspec.json.schema_components(kinds, ref_template=REF + "{name}")
    return list(found), components


@cache
def _described(kind: object) -> tuple[Schema, dict[str, Schema]]:
    (schema,), components = schemas_of([kind])
    return schema, components


def schemas_at(kind: object, path: str) -> list[Schema]:
    """What may stand at a path such as `hosts[0].schedule` of a kind: one schema for each that is possible."""
    root, components = _described(kind)
    found = list(branches(root, components))
    for name, _ in _STEP.findall(path):
        inner = [step for one in found for step in _inside(one, name)]
        found = [branch for one in inner for branch in branches(one, components)]
    return found


def _inside(schema: Schema, name: str) -> list[Schema]:
    if not name:
        return [schema["items"]] if "items" in schema else _values(schema)
    known: Schema = schema.get("properties", {})
    return [known[name]] if name in known else []


def _values(schema: Schema) -> list[Schema]:
    more = schema.get("additionalProperties")
    return [more] if isinstance(more, dict) else []


def branches(schema: Schema, components: dict[str, Schema]) -> Iterator[Schema]:
    """The schemas that a schema stands for: references followed, alternatives apart, null left out."""
    if "$ref" in schema:
        yield from branches(components[schema["$ref"].removeprefix(REF)], components)
    elif "anyOf" in schema:
        said = {key: schema[key] for key in ("description",) if key in schema}
        for one in schema["anyOf"]:
            yield from (said | branch for branch in branches(one, components))
    elif schema.get("type") != "null":
        yield schema


def choices(found: Iterable[Schema]) -> list[str]:
    """The values that are allowed, where they are listed."""
    values = [str(value) for schema in found for value in schema.get("enum", ())]
    return list(dict.fromkeys(values))


def words_for(found: Iterable[Schema], before: str) -> str:
    """What the field's own description says it must be, or nothing."""
    said = next((schema["description"] for schema in found if "description" in schema), "")
    if not said:
        return ""
    begins_with_name = said[1:2].isupper()  # RFC, ISO, UTC
    return before + (said if begins_with_name else said[:1].lower() + said[1:]).rstrip(".")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object, for a table. `kind` is words, each with the name of the component it stands for."""

    name: str
    required: bool
    kind: list[tuple[str, str | None]]
    notes: str


def field_rows(schema: Schema) -> list[Field]:
    """The fields of an object, those that are required first."""
    required = schema.get("required", ())
    rows = [
        Field(name, name in required, kind_of(one), notes_of(one))
        for name, one in schema.get("properties", {}).items()
    ]
    return sorted(rows, key=lambda row: not row.required)


def kind_of(schema: Schema) -> list[tuple[str, str | None]]:
    """What a value is, in words: `list of `, `Slot`."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return [(name, name)]
    if "anyOf" in schema:
        return _alternatives([kind_of(one) for one in schema["anyOf"]])
    if schema.get("format") == "date-time":
        return [("time", None)]
    if schema.get("type") == "array":
        return [("list of ", None), *kind_of(schema.get("items", {}))]
    if "enum" in schema:
        return [(" · ".join(map(str, schema["enum"])), None)]
    return _object_or_word(schema)


def _object_or_word(schema: Schema) -> list[tuple[str, str | None]]:
    values = schema.get("additionalProperties")
    if schema.get("type") == "object" and isinstance(values, dict) and values:
        return [("name → ", None), *kind_of(values)]
    return [(_WORDS.get(str(schema.get("type")), "anything"), None)]


def _alternatives(kinds: list[list[tuple[str, str | None]]]) -> list[tuple[str, str | None]]:
    joined: list[tuple[str, str | None]] = []
    for kind in kinds:
        joined += [(" or ", None), *kind] if joined else kind
    return joined


_LIMITS: Final = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", ""),
    ("minProperties", "maxProperties", ""),
    ("minimum", "maximum", ""),
)


def notes_of(schema: Schema) -> str:
    """What else is to be known of a field: its description, its limits, its default."""
    possible = [schema, *schema.get("anyOf", ())]
    parts = [one["description"].rstrip(".") for one in possible if "description" in one]
    for one in possible:
        parts += [_range(one.get(low), one.get(high), unit) for low, high, unit in _LIMITS]
    if schema.get("default") not in (None, [], {}):
        parts.append(f"`{schema['default']}` unless told")
    return "; ".join(part for part in dict.fromkeys(parts) if part)


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    if low is not None and high is not None:
        return f"{low:,} to {high:,}{unit}"
    return f"at least {low:,}{unit}" if high is None else f"at most {high:,}{unit}"
