"""Which products an event names. Prices and quantities are not read: value and currency say what was paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leaderboard.domain.events_api.lenient import NotUnderstood, id_of, kind_of, list_of, shorten

MAX_PRODUCTS: Final = 500
_MAX_ID: Final = 128

# Read in this order until one names a product; `contents_ids` is one client's spelling.
_PLAIN: Final = ("content_ids", "contents_ids", "content_id")


def product_ids_of(properties: dict[str, object]) -> list[str]:
    """The distinct product ids in the order sent, at most one more than `MAX_PRODUCTS`."""
    found = _distinct(_in_contents(properties.get("contents"), "properties.contents"))
    for name in _PLAIN:
        found = found or _distinct(_in_ids(properties.get(name), f"properties.{name}"))
    return found


def _distinct(ids: Iterator[str]) -> list[str]:
    seen: dict[str, None] = {}
    for product_id in ids:
        seen[shorten(product_id, _MAX_ID)] = None
        if len(seen) > MAX_PRODUCTS:
            break
    return list(seen)


def _in_contents(value: object, field: str) -> Iterator[str]:
    for index, content in enumerate(list_of(value, field)):
        at = f"{field}.{index}"
        if isinstance(content, dict):
            yield from _in_content(content, at)
        elif isinstance(content, list):
            raise NotUnderstood(at, f"must be an object, not {kind_of(content)}")
        else:
            yield from _in_ids(content, at)


def _in_content(content: dict[str, object], field: str) -> Iterator[str]:
    found = list(_in_ids(content.get("content_id"), f"{field}.content_id"))
    yield from found or _in_ids(content.get("id"), f"{field}.id")


def _in_ids(value: object, field: str) -> Iterator[str]:
    is_list = isinstance(value, list) or (isinstance(value, str) and value.lstrip().startswith("["))
    for index, one in enumerate(list_of(value, field) if is_list else [value]):
        found = id_of(one, f"{field}.{index}" if is_list else field)
        if found is not None:
            yield found
