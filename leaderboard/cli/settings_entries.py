"""The entries of a settings file, each checked by the shape that the service checks it by. Sends nothing."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from leaderboard.cli.client import at
from leaderboard.cli.opening import CannotRun
from leaderboard.domain import enrollments
from leaderboard.domain.accounts import Account, Agency, Host, Id
from leaderboard.domain.enrollments import Enrollment
from leaderboard.web.wording import explain, sentence

STDIN: Final = "-"

Setting = Agency | Account | Host | Enrollment

# In the order of saving: an account needs its agency, an enrolment its account and its hosts.
KINDS: Final[dict[str, type[Setting]]] = {
    "agencies": Agency,
    "accounts": Account,
    "hosts": Host,
    "enrollments": Enrollment,
}
# How many names stand before a setting: hosts.ACCOUNT.HOST, enrollments.CAMPAIGN.ACCOUNT.
_DEPTH: Final = {"agencies": 1, "accounts": 1, "hosts": 2, "enrollments": 2}


class Problems(Exception):
    """What is wrong, as (entry, detail); the text sums it up."""

    def __init__(self, text: str, found: list[tuple[str, str]]) -> None:
        super().__init__(text)
        self.found = found


class Entry(Struct, frozen=True):
    """One setting, and the ids that lead to it."""

    kind: str
    ids: tuple[str, ...]
    setting: Setting

    @property
    def name(self) -> str:
        return ".".join([self.kind, *self.ids])

    @property
    def path(self) -> str:
        """Its address."""
        if self.kind == "hosts":
            return at("accounts", self.ids[0], "hosts", self.ids[1])
        if self.kind == "enrollments":
            return at("campaigns", self.ids[0], "enrollments", self.ids[1])
        return at(self.kind, *self.ids)


def read_entries(file: str) -> list[Entry]:
    """All entries of a file. CannotRun when it cannot be read, Problems with every entry that is wrong."""
    entries: list[Entry] = []
    problems: list[tuple[str, str]] = []
    for kind, ids, document in _documents(_load(file), problems):
        name = ".".join([kind, *ids])
        try:
            entry = _entry(kind, ids, document)
        except ValueError as error:
            problems.append((name, str(error)))
            continue
        if isinstance(entry.setting, Enrollment):
            problems += [(name, wrong) for wrong in enrollments.problems(entry.setting)]
        entries.append(entry)
    if problems:
        found = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise Problems(f"nothing is saved, it has {found}", problems)
    if not entries:
        raise CannotRun(f"{file}: has none of {', '.join(KINDS)}")
    return entries


def _entry(kind: str, ids: tuple[str, ...], document: Any) -> Entry:
    for name in ids[1:] if kind == "enrollments" else ids:
        _convert(name, Id)
    setting: Setting = _convert(document, KINDS[kind])
    return Entry(kind, ids, setting)


def _convert(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(sentence(explain(error, kind))) from error


def _documents(
    document: dict[str, Any], problems: list[tuple[str, str]]
) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """(kind, ids, setting) of every entry, however deep its kind puts it."""
    for kind, table in document.items():
        if kind not in KINDS:
            problems.append((kind, f"unknown; there are {', '.join(KINDS)}"))
            continue
        for ids, setting in _below(kind, (), table, problems):
            if len(ids) == _DEPTH[kind]:
                yield kind, ids, setting


def _below(
    kind: str, ids: tuple[str, ...], table: Any, problems: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if len(ids) == _DEPTH[kind]:
        yield ids, table
    elif not isinstance(table, dict):
        problems.append((".".join([kind, *ids]), "expected a table"))
    else:
        for name, inner in table.items():
            yield from _below(kind, (*ids, name), inner, problems)


def _load(file: str) -> dict[str, Any]:
    """TOML, or JSON where the text begins like it."""
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        text = raw.decode("utf-8-sig")
        return msgspec.json.decode(text, type=dict[str, Any]) if _is_json(text) else tomllib.loads(text)
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CannotRun(f"{file}: is neither TOML nor a JSON object: {error}") from error


def _is_json(text: str) -> bool:
    # A TOML text may begin with `[` (a table), never with `{`.
    return text.lstrip().startswith("{")
