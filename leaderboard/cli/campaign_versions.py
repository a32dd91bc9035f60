"""Versions of a campaign on the command line: from when on a new one is, and what there are. Asks nobody."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeGuard

from leaderboard.cli.output import GAP, clean, minute, zone_of
from leaderboard.domain.campaigns.windows import instant_ms
from leaderboard.domain.times import to_ms

NOW: Final = "now"
_LABEL_WIDTH: Final = 12


def add_options(parser: ArgumentParser) -> None:
    """Adds `--from` and `--reason`, for a campaign that has started."""
    parser.add_argument(
        "--from",
        dest="since",
        type=start,
        metavar="DATE",
        help="save it as a new version from then on, by the campaign's own clock: 2026-11-25T06:00, or now",
    )
    parser.add_argument("--reason", metavar="TEXT", help="why there is a new version; everybody can read it")


def start(text: str) -> datetime | Literal["now"]:
    """A time, which needs no offset, a day, which begins at midnight, or now."""
    try:
        return NOW if text == NOW else datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is neither a time such as 2026-11-25T06:00 nor now") from error


def version_query(args: Namespace, zone: str) -> dict[str, object]:
    """`--from` and `--reason` as the service takes them."""
    asked = {"from": _sent(args.since, zone), "reason": args.reason}
    return {name: value for name, value in asked.items() if value is not None}


def _sent(since: datetime | Literal["now"] | None, zone: str) -> int | str | None:
    if not isinstance(since, datetime):
        return since
    return to_ms(since) if since.tzinfo else instant_ms(since, zone)


def newest_version(campaign: Mapping[str, Any]) -> str:
    """`version 2 is in force`, or `version 2 is in force from 2026-11-25 06:00 on`."""
    newest = campaign["versions"][-1]
    since = "" if newest["in_force"] else f" from {minute(newest['from'], zone_of(campaign['zone']))} on"
    return f"version {newest['number']} is in force{since}"


def version_lines(campaign: Mapping[str, Any]) -> Iterator[str]:
    """After an empty line each version, with what it changes; nothing where there is only one."""
    before: Mapping[str, Any] | None = None
    for version in campaign["versions"]:
        if before is None:
            yield ""
        yield f"{'version ' + str(version['number']):<{_LABEL_WIDTH}}{GAP}{clean(_head(campaign, version))}"
        for change in _changes(before, version["definition"]) if before is not None else ():
            yield f"{'':<{_LABEL_WIDTH}}{GAP}{clean(change)}"
        before = version["definition"]


def _head(campaign: Mapping[str, Any], version: Mapping[str, Any]) -> str:
    since = minute(version["from"], zone_of(campaign["zone"]))
    in_force = ", in force" if version["in_force"] else ""
    by = f", by {version['by']}" if version["by"] else ""
    reason = f": {version['reason']}" if version["reason"] else ""
    return f"from {since} {campaign['zone']}{in_force}{by}{reason}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = dict(_flat(before)), dict(_flat(after))
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            was = f", was {old[path]}" if path in old else ""
            yield f"{path}: {new.get(path, 'left out')}{was}"


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every plain value of a definition as a text, with its path; rows by their id, as the service names them."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{path}.{key}" if path else key)
    elif _are_rows(value):
        for row in value:
            yield from _flat(row, f"{path}.{row['id']}")
    else:
        yield path, _said(value)


def _are_rows(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(row, dict) and "id" in row for row in value)


def _said(value: object) -> str:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
