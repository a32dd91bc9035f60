"""`leaderboard agency`, `account`, `host`: who takes part, put one at a time and listed."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any, get_args

from leaderboard.cli import accounts_from, enroll, settings_file
from leaderboard.cli.arguments import Subparsers, add_command, add_group, add_json, add_service
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.output import Column, Table, print_json, print_lines, print_table
from leaderboard.domain.accounts import Attribute, Kind

_AGENCY_COLUMNS = ("id", "name", "country")
_ACCOUNT_COLUMNS = ("id", "name", "agency_id", "kind", "country", "pixel_codes", "attributes")
_HOST_COLUMNS = ("id", "name")
_WHOLE = "Replaces what is saved under the id; what is left out goes back to its default."


def add_parsers(subparsers: Subparsers) -> None:
    """Adds the commands of agencies, accounts, hosts, enrolments, and of all of them in one file."""
    _add_agencies(add_group(subparsers, "agency", "put and list agencies, who own accounts"))
    accounts = add_group(subparsers, "account", "put and list accounts, who compete")
    _add_accounts(accounts)
    accounts_from.add_parser(accounts)
    _add_hosts(add_group(subparsers, "host", "put and list the hosts of an account"))
    enroll.add_parser(subparsers)
    settings_file.add_parsers(subparsers)


def _add_agencies(verbs: Subparsers) -> None:
    put = add_command(verbs, "put", run_put_agency, "create or change an agency", f"{_WHOLE}")
    put.add_argument("id", metavar="ID")
    _add_name_and_country(put)
    add_service(put)
    _add_list(verbs, lambda args: run_list(args, at("agencies"), _AGENCY_COLUMNS), "list all agencies")


def _add_accounts(verbs: Subparsers) -> None:
    put = add_command(verbs, "put", run_put_account, "create or change an account", _WHOLE)
    put.add_argument("id", metavar="ID", help="what events name it by")
    put.add_argument("--agency", required=True, metavar="A", help="that owns it")
    _add_name_and_country(put)
    put.add_argument("--kind", choices=get_args(Kind), default="partner", help="(partner)")
    put.add_argument(
        "--pixel", action="append", default=[], metavar="CODE", help="its name in the Events API; repeatable"
    )
    put.add_argument(
        "--attribute",
        action="append",
        default=[],
        type=attribute,
        metavar="NAME=VALUE",
        help="for conditions on attr.NAME: a number, true, false or a text; repeatable",
    )
    add_service(put)
    _add_list(verbs, lambda args: run_list(args, at("accounts"), _ACCOUNT_COLUMNS), "list all accounts")


def _add_hosts(verbs: Subparsers) -> None:
    put = add_command(verbs, "put", run_put_host, "create or change a host of an account", _WHOLE)
    put.add_argument("account", metavar="ACCOUNT")
    put.add_argument("id", metavar="HOST")
    put.add_argument("--name", required=True, metavar="N")
    add_service(put)
    listing = _add_list(
        verbs,
        lambda args: run_list(args, at("accounts", args.account, "hosts"), _HOST_COLUMNS),
        "list the hosts of an account",
    )
    listing.add_argument("account", metavar="ACCOUNT")


def _add_name_and_country(parser: ArgumentParser) -> None:
    parser.add_argument("--name", required=True, metavar="N", help="for people")
    parser.add_argument("--country", required=True, metavar="US", help="two capital letters")


def _add_list(verbs: Subparsers, run: Callable[[Namespace], int], summary: str) -> ArgumentParser:
    parser = add_command(verbs, "list", run, summary)
    add_json(parser)
    add_service(parser)
    return parser


def attribute(text: str) -> tuple[str, Attribute]:
    """`tier=gold`, `hours=12`, `verified=true`: a value is a number or a flag where it reads as one."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    if value in ("true", "false"):
        return name, value == "true"
    for number in (int, float):
        # What would be written back otherwise, such as 007 or 1e3, is a text.
        try:
            if str(number(value)) == value and value not in ("inf", "-inf", "nan"):
                return name, number(value)
        except ValueError:
            continue
    return name, value


def run_put_agency(args: Namespace) -> int:
    """Saves one agency."""
    setting = {"name": args.name, "country": args.country}
    return _put(args, f"agency {args.id}", at("agencies", args.id), setting)


def run_put_account(args: Namespace) -> int:
    """Saves one account."""
    setting = {
        "agency_id": args.agency,
        "name": args.name,
        "kind": args.kind,
        "country": args.country,
        "pixel_codes": args.pixel,
        "attributes": dict(args.attribute),
    }
    return _put(args, f"account {args.id}", at("accounts", args.id), setting)


def run_put_host(args: Namespace) -> int:
    """Saves one host."""
    what = f"host {args.id} of {args.account}"
    return _put(args, what, at("accounts", args.account, "hosts", args.id), {"name": args.name})


def _put(args: Namespace, what: str, path: str, setting: dict[str, Any]) -> int:
    reply = ask_service(args, lambda client: client.put(path, setting))
    print_lines([f"{what}: {'created' if reply.status == 201 else 'saved'}"])
    return 0


def run_list(args: Namespace, path: str, names: tuple[str, ...]) -> int:
    """All items of one kind."""
    items = ask_service(args, lambda client: client.listed(path))
    if args.json:
        print_json({"items": items})
    else:
        columns = [Column(name.removesuffix("_id").replace("_", " ")) for name in names]
        print_table(Table(columns, [[_cell(item.get(name)) for name in names] for item in items]).used())
    return 0


def _cell(value: object) -> str:
    match value:
        case list():
            return " ".join(map(str, value))
        case dict():
            return " ".join(f"{name}={_cell(part)}" for name, part in sorted(value.items()))
        case bool():
            return str(value).lower()
        case _:
            return str(value)
