"""Awards that are held, as `leaderboard payouts` shows them: together by account and reason, or each. Asks nobody."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from leaderboard.cli.output import Column, Table, print_lines, print_table
from leaderboard.cli.payouts_view import money_text
from leaderboard.domain.money import format_minor, parse_minor

_REASON: Final = (Column("why"), Column("what to do", below=True))
_EACH: Final = (Column("held award"), Column("account"), Column("amount", right=True), *_REASON)
_TOGETHER: Final = (
    Column("held account"),
    Column("awards", right=True),
    Column("amount", right=True),
    *_REASON,
)

Held = Sequence[dict[str, Any]]


def add_each(parser: ArgumentParser) -> None:
    """`--each`."""
    parser.add_argument(
        "--each", action="store_true", help="list held awards one by one, not together by account and reason"
    )


def print_held(held: Held, *, each: bool, before: Sequence[str] = ()) -> None:
    """The table, after the lines that go before it; nothing where nothing is held."""
    if held:
        print_lines(before)
        print_table(held_table(held, each=each))


def held_table(held: Held, *, each: bool = False) -> Table:
    """A row for every reason of an account, with how many awards it holds and what they come to; or of each award."""
    return Table(_EACH, list(_rows(held))) if each else Table(_TOGETHER, list(_sums(held)))


def _rows(held: Held) -> Iterator[list[str]]:
    for one in held:
        for reason in one["reasons"]:
            amount = money_text(one["amount"])
            yield [one["award"], one["account_id"], amount, reason["code"], reason["detail"]]


def _sums(held: Held) -> Iterator[list[str]]:
    """In the order in which they come, an account with all of its reasons."""
    found: dict[str, dict[tuple[str, str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in held:
        currency = one["amount"]["currency"]
        for reason in one["reasons"]:
            key = currency, reason["code"], reason["detail"]
            found[one["account_id"]][key].append(parse_minor(one["amount"]["amount"], currency))
    for account, reasons in found.items():
        for (currency, code, detail), minors in reasons.items():
            amount = f"{currency} {format_minor(sum(minors), currency)}"
            yield [account, f"{len(minors):,}", amount, code, detail]
