"""One flag on the terminal: the statement of reasons, what it rests on, what was decided and appealed. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from leaderboard.cli.output import Column, Table, clean, moment, plain_lines, print_lines, print_table

_STATEMENT = ("facts", "clause", "found_by", "decided_by", "consequence", "redress")
_MEASURES = (
    Column("measure"),
    Column("value", right=True),
    Column("limit", right=True),
    Column("peers", right=True),
    Column("evidence of"),
)
_STEPS = (Column("at (UTC)"), Column("what"), Column("by"), Column("why", below=True))


class _Step(NamedTuple):
    """Something that somebody did about a flag."""

    at: str
    what: str
    by: str
    why: str


def print_flag(flag: dict[str, Any]) -> None:
    """All of it, a part after the other."""
    print_lines(_head(flag))
    for finding in flag.get("findings") or ():
        print_lines(["", *_finding(finding)])
    # A decision that was confirmed on appeal has its proposal along again.
    steps = sorted(dict.fromkeys((*_decisions(flag), *_appeals(flag))), key=lambda step: step.at)
    if steps:
        print_lines([""])
        rows = [[moment(step.at), step.what, step.by, step.why] for step in steps]
        print_table(Table(_STEPS, rows).used())


def _head(flag: dict[str, Any]) -> Iterator[str]:
    yield f"{clean(flag['id'])}  {flag['action']}, {flag['status']}{_shadow(flag)}"
    statement = flag["statement"]
    for name in _STATEMENT:
        yield f"  {name.replace('_', ' '):<12} {clean(statement[name])}"
    if statement["redress_until"]:
        yield f"  {'until':<12} {moment(statement['redress_until'])} UTC"
    if impact := flag.get("impact"):
        yield f"  {'impact':<12} {_impact(impact)}"


def _shadow(flag: dict[str, Any]) -> str:
    return " (in shadow mode: nothing follows)" if flag.get("shadow") else ""


def _impact(impact: dict[str, Any]) -> str:
    if impact["award_rank"] is None:
        return "no place among those who qualify"
    award = impact["award"]
    paid = f"{award['currency']} {award['amount']}" if award else "no award"
    return f"place {impact['award_rank']:,}, {paid}; moves {impact['moves']:,} others"


def _finding(finding: dict[str, Any]) -> Iterator[str]:
    families = ", ".join(finding["families"])
    where = f" of host {clean(finding['host'])}" if finding["host"] else ""
    span = finding["span"]
    when = f", {moment(span['since'])} to {moment(span['until'])} UTC" if span else ""
    yield f"{finding['asks']}{where} by {families}{when}; sample {finding['sample']:,}, p {_number(finding['p'])}"
    rows = [
        [
            one["name"],
            _number(one["value"]),
            _number(one.get("limit")),
            _number(one["peers"]),
            one["family"] or "",
        ]
        for one in finding["measures"]
    ]
    if rows:
        yield from (f"  {line}" for line in plain_lines(Table(_MEASURES, rows).used()))


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.4g}"


def _decisions(flag: dict[str, Any]) -> Iterator[_Step]:
    """Each decision, and what was proposed before it."""
    for one in flag["history"]:
        if "proposed_reason" in one:
            what = f"{one['decision']} proposed"
            yield _Step(one["proposed_at"], what, one.get("proposed_by", ""), one["proposed_reason"])
        link = f" (link: {one['partner_link']})" if "partner_link" in one else ""
        yield _Step(one["at"], one["decision"], one.get("by", ""), one["reason"] + link)
    if one := flag.get("proposed"):
        yield _Step(one["at"], f"{one['decision']} proposed, waits", one["by"], one["reason"])


def _appeals(flag: dict[str, Any]) -> Iterator[_Step]:
    for one in flag["appeals"]:
        files = ", ".join(attached["name"] for attached in one.get("attachments", ()))
        yield _Step(
            one["at"],
            f"appeal {one['number']}, {one['state']}",
            "agency",
            one.get("text", "(of another agency)") + (files and f" ({files})"),
        )
