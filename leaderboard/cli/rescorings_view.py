"""Rescorings in words and tables: what is taken out, and ranks and awards before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from leaderboard.cli.output import Column, Table, clean, count, moment

Item = dict[str, Any]

_LIST: Final = (
    Column("rescoring"),
    Column("state"),
    Column("takes out"),
    Column("views", right=True),
    Column("accounts", right=True),
    Column("pays otherwise"),
    Column("asked (UTC)"),
    Column("why"),
)
_MOVED: Final = (
    Column("account"),
    Column("name", below=True),
    Column("rank", right=True),
    Column("then", right=True),
    Column("score", right=True),
    Column("then", right=True),
    Column("live s", right=True),
    Column("then", right=True),
    Column("award", right=True),
    Column("then", right=True),
    Column("qualifies"),
)
_FILTERS: Final = {
    "account_id": "of account",
    "network": "from",
    "user_agent": "by agent",
    "device": "by device",
    "live_session_id": "in session",
}


def list_table(items: list[Item]) -> Table:
    """A line for each, as the service orders them."""
    return Table(_LIST, [_listed(one) for one in items]).used()


def _listed(one: Item) -> list[str]:
    preview = one["preview"] or {}
    return [
        one["id"],
        one["state"],
        what_words(one["what"]),
        f"{preview['views']:,}" if preview else "",
        f"{preview['accounts']:,}" if preview else "",
        "yes" if preview.get("pays_otherwise") else "",
        moment(one["at"]),
        one["reason"],
    ]


def what_words(what: Item) -> str:
    """`views from 203.0.113.0/24, 2022-02-15 02:10:00 to 2022-02-15 02:50:00`; times are in UTC."""
    if what["kind"] == "exclude_host":
        return f"live time of host {what['host_id']} of {what['account_id']}"
    if what["kind"] == "outage":
        return f"{'views and live time' if what['live'] else 'views'} of all accounts{_span_words(what)}"
    said = [f"{words} {what[name]}" for name, words in _FILTERS.items() if name in what]
    return f"views {' '.join(said)}{_span_words(what)}"


def _span_words(what: Item) -> str:
    begin, end = (moment(what.get(name)) for name in ("from", "until"))
    if begin and end:
        return f", {begin} to {end}"
    return f", from {begin}" if begin else f", until {end}" if end else ""


def head_lines(campaign: str, one: Item) -> Iterator[str]:
    """What it is, who decided, and what would follow in one sentence."""
    yield clean(f"rescoring {one['id']} of {campaign}: {one['state']}")
    yield clean(f"takes out: {what_words(one['what'])}")
    yield clean(f"why: {one['reason']}")
    if one["problem"]:
        yield clean(f"could not be prepared: {one['problem']}")
    if preview := one["preview"]:
        taken = f"{count(preview['views'], 'view')} and {preview['live_s']:,g} s of live time"
        yield f"as of {moment(preview['as_of'])}: {taken}, of {count(preview['accounts'], 'account')}"
        yield f"preview: {preview['sha256']}"
        if preview["pays_otherwise"]:
            yield "somebody is paid otherwise"
    if one["state"] == "prepared":
        yield "another reviewer than the one who asked for it applies it"
    if one["state"] == "applied":
        yield "another reviewer than the one who applied it may reverse it"


def moved_table(moved: list[Item]) -> Table:
    """Who is moved: before, and `then` where it is another."""
    return Table(_MOVED, [_moved(one) for one in moved]).used()


def _moved(one: Item) -> list[str]:
    before, after = _cells(one["before"]), _cells(one["after"])
    pairs = zip(before, after, strict=True)
    cells = [cell for old, new in pairs for cell in (old, new if new != old else "")]
    return [one["account_id"], one["name"] or "", *cells, _qualifies(one)]


def _cells(figures: Item) -> tuple[str, str, str, str]:
    award = figures["award"]
    money = f"{award['amount']} {award['currency']}"
    return str(figures["rank"]), f"{figures['score']:,}", f"{figures['effective_s']:,g}", money


def _qualifies(one: Item) -> str:
    before, after = one["before"]["eligible"], one["after"]["eligible"]
    if before == after:
        return ""
    return "only after" if after else "only before"
