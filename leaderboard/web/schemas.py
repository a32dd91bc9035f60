"""The JSON schema of our types, and the way about in it: what a field is, what it may be, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
    return f"{before}{said[:1].lower()}{said[1:].rstrip('.')}" if said else ""
