"""`leaderboard payouts ledger` and `payouts fund`: where the money stands, checked by adding it up again here."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import orjson

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command, add_json, add_service
from leaderboard.cli.client import PAGE_LIMIT, Client, ask_service, at
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import Column, Table, count, moment, print_json, print_lines, print_table, say
from leaderboard.cli.payouts_view import money_text
from leaderboard.cli.token_names import named, token_names
from leaderboard.domain.money import format_minor, parse_minor

_BALANCES: Final = (Column("account"), Column("balance", right=True))
_ENTRIES: Final = (
    Column("at (UTC)"),
    Column("entry", below=True),
    Column("by", below=True),
    Column("account"),
    Column("amount", right=True),
    Column("note", below=True),
)
_DESCRIPTION: Final = """\
Lists what every account of the ledger holds: funding pays into a campaign's budget, a batch takes from it what it owes,
an exported file puts that in transit, and what has arrived is settled. Every entry sums to zero.
"""

Sums = Counter[tuple[str, str]]


def add_parsers(verbs: Subparsers) -> None:
    """Adds `payouts fund` and `payouts ledger`."""
    fund = add_command(verbs, "fund", run_fund, "note money that was set aside for a campaign")
    fund.add_argument("campaign", metavar="CAMPAIGN", help="id of the campaign")
    fund.add_argument("amount", nargs="+", metavar="AMOUNT", help="such as USD 10000.00")
    fund.add_argument(
        "--reference", metavar="TEXT", required=True, help="the bank's or your own; one reference counts once"
    )
    ledger = add_command(verbs, "ledger", run_ledger, "list the balances of the ledger", _DESCRIPTION)
    ledger.add_argument("campaign", nargs="?", metavar="CAMPAIGN", help="of one campaign only (all)")
    ledger.add_argument("--entries", action="store_true", help="list every entry as well, the oldest first")
    ledger.add_argument("--all", action="store_true", help="list the balances of zero as well")
    ledger.add_argument(
        "--check", action="store_true", help="add everything up again; 1 where a sum is not zero"
    )
    for parser in (fund, ledger):
        add_json(parser)
        add_service(parser)


def money_of(text: str) -> dict[str, str]:
    """Money of `USD 10000.00`."""
    currency, _, amount = text.strip().partition(" ")
    try:
        minor = parse_minor(amount.strip(), currency.upper())
    except ValueError as error:
        raise WrongUsage(f"{text!r} is not an amount such as USD 10000.00: {error}") from error
    return {"amount": format_minor(minor, currency.upper()), "currency": currency.upper()}


def run_fund(args: Namespace) -> int:
    """Notes it once, however often it is said."""
    amount = money_of(" ".join(args.amount))
    body = orjson.dumps({"amount": amount, "reference": args.reference})
    path = at("campaigns", args.campaign, "funding")
    reply = ask_service(args, lambda client: client.ask("POST", path, body=body))
    if args.json:
        print_json(reply.document)
    elif reply.status == 201:
        say(f"{args.campaign} is funded with {money_text(amount)} more")
    else:
        say(f"{args.reference} was noted before: nothing has changed")
    return 0


def run_ledger(args: Namespace) -> int:
    """Balances, with --entries what made them. With --check 1 where they do not follow from one another."""
    found, names = ask_service(args, lambda client: _asked(client, args))
    if args.json:
        print_json(found)
    else:
        _show(found, names, args)
    if args.check:
        verdict = checked(found)
        say(verdict) if args.json else print_lines([verdict])
    return 0


async def _asked(client: Client, args: Namespace) -> tuple[dict[str, Any], dict[str, str]]:
    """The ledger, and who holds the tokens that stand in its entries, where these are listed."""
    are_listed = args.entries and not args.json
    return await _whole_ledger(client, args.campaign), await token_names(client) if are_listed else {}


async def _whole_ledger(client: Client, campaign: str | None) -> dict[str, Any]:
    """The oldest entry first, and the balances that all of them come to, which the first page has."""
    found: dict[str, Any] = await client.get(at("ledger"), campaign=campaign, limit=PAGE_LIMIT)
    while found["cursor"] is not None:
        page = await client.get(at("ledger"), campaign=campaign, limit=PAGE_LIMIT, cursor=found["cursor"])
        found |= {"items": found["items"] + page["items"], "cursor": page["cursor"]}
    return found | {"items": found["items"][::-1]}


def _show(found: dict[str, Any], names: dict[str, str], args: Namespace) -> None:
    if not found["balances"]:
        say("the ledger has no entries")
        return
    if args.entries:
        rows = [row for item in found["items"] for row in _entry_rows(item, names)]
        print_table(Table(_ENTRIES, rows).used())
        print_lines([""])
    shown = [one for one in found["balances"] if args.all or _minor(one["balance"])]
    print_table(Table(_BALANCES, [[one["account"], money_text(one["balance"])] for one in shown]))
    if hidden := len(found["balances"]) - len(shown):
        say(f"{count(hidden, 'balance')} of zero not shown: --all lists every one")


def _entry_rows(item: dict[str, Any], names: dict[str, str]) -> Iterator[list[str]]:
    """A row for each posting; what they share stands in the first."""
    shared = [moment(item["at"]), item["ref"], named(item["actor"], names)]
    for number, posting in enumerate(item["postings"]):
        first = ["", "", ""] if number else shared
        yield [*first, posting["account"], money_text(posting["amount"]), "" if number else item["note"]]


def checked(found: dict[str, Any]) -> str:
    """What the entries come to, added up from the texts that everybody sees. CannotRun where that is not right."""
    sums = Sums()
    for item in found["items"]:
        own = Sums()
        for posting in item["postings"]:
            own[("", posting["amount"]["currency"])] += _minor(posting["amount"])
            sums[posting["account"], posting["amount"]["currency"]] += _minor(posting["amount"])
        if any(own.values()):
            raise CannotRun(f"the ledger is wrong: entry {item['ref']} does not sum to zero")
    _check_balances(found, sums)
    currencies = sorted({currency for _, currency in sums})
    zeros = ", ".join(f"{currency} {format_minor(0, currency)}" for currency in currencies)
    entries = _entries(len(found["items"]))
    verb = "adds" if len(found["items"]) == 1 else "add"
    return f"checked: {entries} {verb} up to the balances; the sum of all is {zeros or 'nothing'}"


def _check_balances(found: dict[str, Any], sums: Sums) -> None:
    told: Sums = Sums()
    for one in found["balances"]:
        told[one["account"], one["balance"]["currency"]] += _minor(one["balance"])
    for account, currency in sorted(told.keys() | sums.keys()):
        if told[account, currency] != sums[account, currency]:
            have, want = (format_minor(which[account, currency], currency) for which in (told, sums))
            raise CannotRun(
                f"the ledger is wrong: {account} has {currency} {have}, its entries sum to {want}"
            )


def _minor(money: dict[str, str]) -> int:
    return parse_minor(money["amount"], money["currency"])


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"
