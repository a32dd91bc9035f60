"""Standings as people read them: the rules above, a row an account, what is to be known below. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Any, Final

from leaderboard.cli.output import Column, Table, clean, count, minute, moment, zone_of

Page = dict[str, Any]
Entry = dict[str, Any]

_COLUMNS = (
    Column("rank", right=True),
    Column("account"),
    Column("name"),
    Column("agency"),
    Column("UV", right=True),
    Column("reached"),
    Column("live", right=True),
    Column("orders", right=True),
    Column("net GMV", right=True),
    Column("award place", right=True),
    Column("eligible"),
    Column("award", right=True),
    Column("why"),
)
# What a terminal of fewer columns does without, so that the reasons have room.
_NARROW = 130
_WIDE_ONLY = ("agency", "reached", "orders", "net GMV")
_MOVED = (Column("moved"), Column("gained", right=True))


class Movement:
    """Where everybody stood when the watching began. Whoever appears later is new."""

    def __init__(self) -> None:
        self._start: dict[str, tuple[int, int]] | None = None

    def note(self, page: Page) -> None:
        """The first page is the one that all others are compared with."""
        if self._start is None:
            self._start = {entry["account_id"]: (entry["rank"], entry["score"]) for entry in page["entries"]}

    def cells(self, entry: Entry) -> tuple[str, str]:
        """`▲2` and `+120`: places and score won since then; empty for none."""
        start = (self._start or {}).get(entry["account_id"])
        if start is None:
            return "new", ""
        places, gained = start[0] - entry["rank"], entry["score"] - start[1]
        arrow = f"{'▲' if places > 0 else '▼'}{abs(places)}" if places else ""
        return arrow, f"{gained:+,}" if gained else ""


def head_lines(page: Page) -> Iterator[str]:
    """What the standings are of, by which rules, and how fresh they are."""
    campaign = page["campaign"]
    zone = zone_of(campaign["zone"])
    title, state = clean(f"{campaign['title']} ({campaign['id']})"), campaign["state"]
    yield f"{title}: {state}{', provisional' if page['provisional'] else ''}"
    window = f"{minute(campaign['starts_at'], zone)} to {minute(campaign['ends_at'], zone)}"
    yield f"{window} {campaign['zone']} (end exclusive)"
    yield clean(campaign["metric"])
    yield clean(campaign["tie_rule"])
    yield f"{count(page['total'], 'account')}, as of {moment(page['as_of'], zone)}{_lag(page)}{_awards(page, zone)}"


def _lag(page: Page) -> str:
    lag_ms = page["lag_ms"]
    return f"; the oldest event not yet counted waits {lag_ms / 1000:.1f} s" if lag_ms else ""


def _awards(page: Page, zone: tzinfo) -> str:
    """Awards follow the scores, with many accounts by as much as a minute."""
    is_behind = page["provisional"] and any(entry["award"] for entry in page["entries"])
    return f"; awards as of {moment(page['awards_as_of'], zone)}" if is_behind else ""


def table_of(
    page: Page, movement: Movement | None = None, width: int | None = None, *, with_awards: bool = False
) -> Table:
    """A row an account, without the columns in which nobody has anything; a narrow terminal shows fewer.

    `with_awards`: below it a row for each of its awards.
    """
    zone, shared = zone_of(page["campaign"]["zone"]), shared_reasons(page)
    rows = []
    for entry in page["entries"]:
        moved = movement.cells(entry) if movement else ()
        reasons = "" if shared else "; ".join(_reasons(entry))
        rows.append([*_cells(entry, zone), reasons, *moved])
        rows += [_award_row(award) for award in entry["awards"] or ()] if with_awards else []
    table = Table([*_COLUMNS, *(_MOVED if movement else ())], rows).used()
    return table if width is None or width >= _NARROW else table.without(_WIDE_ONLY)


def _cells(entry: Entry, zone: tzinfo = UTC) -> list[str]:
    name = entry["name"]
    return [
        f"{entry['rank']:,}",
        entry["account_id"],
        name if name and name != entry["account_id"] else "",
        entry["agency_id"] or "",
        f"{entry['score']:,}",
        moment(entry["reached_at"], zone),
        _hours(entry["effective_s"]),
        f"{entry['orders']:,}" if entry["orders"] is not None else "",
        _money(entry["net_gmv"]),
        "" if entry["award_rank"] is None else f"{entry['award_rank']:,}",
        _eligible(entry),
        _money(entry["award"]),
    ]


def _award_row(award: dict[str, Any]) -> list[str]:
    place = "" if award["place"] is None else f"{award['place']:,}"
    cells = {"account": f"  {award['award']}", "award place": place, "award": _money(award["amount"])}
    return [cells.get(column.title, "") for column in _COLUMNS]


_HOLDING: Final = frozenset({"validator.hold", "integrity.hold"})
_EXCLUDING: Final = frozenset({"validator.exclude", "validator.upheld", "integrity.disqualified"})


def _eligible(entry: Entry) -> str:
    """In a word; nothing of somebody else's account."""
    codes = {reason.get("code") for reason in entry["reasons"] or ()}
    if entry["eligible"]:
        return "on hold" if codes & _HOLDING else "yes"
    if entry["eligible"] is None:
        return ""
    return "excluded" if codes & _EXCLUDING else "no"


def _hours(span_s: int | None) -> str:
    return "" if span_s is None else f"{span_s // 3600}:{span_s // 60 % 60:02d}"


def _money(money: dict[str, str] | None) -> str:
    return f"{money['currency']} {money['amount']}" if money else ""


def _reasons(entry: Entry) -> list[str]:
    return [_told(reason) for reason in entry["reasons"] or ()]


def _told(reason: dict[str, Any]) -> str:
    """Of a detector without its evidence, which `leaderboard flags show` has."""
    detail = str(reason["detail"]).removesuffix(".")
    if not str(reason.get("code")).startswith("integrity."):
        return detail
    return f"{detail.partition(': ')[0].removesuffix('.')} ({reason.get('rule')})"


def shared_reasons(page: Page) -> list[str]:
    """What keeps everybody from being eligible; empty as soon as two accounts differ, or one is eligible."""
    all_reasons = [_reasons(entry) for entry in page["entries"]]
    is_shared = len(all_reasons) > 1 and all(reasons == all_reasons[0] for reasons in all_reasons)
    is_somebody = any(entry["eligible"] for entry in page["entries"])
    return all_reasons[0] if is_shared and not is_somebody else []


def foot_lines(page: Page, more: str = "; --limit N shows more") -> Iterator[str]:
    """What concerns everybody, and what is not on the page; `more` says how to see it."""
    shown, total = len(page["entries"]), page["total"]
    if shared := shared_reasons(page):
        yield clean(f"Nobody is eligible: {'; '.join(shared)}.")
    if 0 < shown < total:
        yield f"{shown:,} of {total:,} shown{more}."
    campaign_id = clean(page["campaign"]["id"])
    if not total:
        yield f"Nobody is enrolled: leaderboard enroll {campaign_id} ACCOUNT..."
    elif shown and not any(entry["score"] for entry in page["entries"]):
        yield f"Nobody has a visitor yet; what did not count: leaderboard excluded {campaign_id}"
