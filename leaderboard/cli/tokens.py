"""`leaderboard token`: access tokens issued, listed, revoked, and links that sign people in with them.

A secret or a link is printed once and kept nowhere.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

import orjson

from leaderboard.cli.arguments import Subparsers, add_command, add_group, add_json, add_service
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.output import Column, Table, moment, print_json, print_table, say
from leaderboard.domain.tokens import ROLES

_EPILOG = """\
The secret stands alone on stdout, so that a script can take it:
  TOKEN=$(leaderboard token issue --role ingest --account '*')
Somebody who works with the pages needs no secret, but a link that signs in once, within 15 minutes:
  leaderboard token issue --role reviewer --name 'Rika' --link
"""
_COLUMNS = (
    Column("id"),
    Column("role"),
    Column("bound to"),
    Column("name"),
    Column("created (UTC)"),
    Column("expires (UTC)"),
    Column("state"),
)


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `token issue`, `token link`, `token list`, `token sign-out` and `token revoke`."""
    verbs = add_group(subparsers, "token", "issue, list and revoke access tokens")
    issue = add_command(verbs, "issue", run_issue, "issue a token; its secret is shown once", epilog=_EPILOG)
    issue.add_argument("--role", required=True, choices=ROLES, metavar="ROLE", help=", ".join(ROLES))
    issue.add_argument("--agency", metavar="A", help="for role agency: whose details it may see")
    issue.add_argument(
        "--account",
        dest="accounts",
        action="extend",
        nargs="+",
        default=[],
        metavar="X",
        help="for role ingest: whose events it may send, '*' for everybody's",
    )
    issue.add_argument("--name", default="unnamed", metavar="N", help="who holds it, for the list")
    issue.add_argument("--expires", metavar="30d", help="15m, 12h, 30d from now (never)")
    issue.add_argument(
        "--link", action="store_true", help="print a link that signs in, instead of the secret"
    )
    link = add_command(
        verbs, "link", run_link, "make a link that signs in with a token, once, within 15 minutes"
    )
    out = add_command(verbs, "sign-out", run_sign_out, "sign a token out in every browser; it stays good")
    listing = add_command(verbs, "list", run_list, "list all tokens, without their secrets")
    revoke = add_command(verbs, "revoke", run_revoke, "end a token, from the next request on")
    for parser in (link, out, revoke):
        parser.add_argument("id", metavar="ID", help="from `leaderboard token list`")
    for parser in (issue, link, listing):
        add_json(parser)
    for parser in (issue, link, out, listing, revoke):
        add_service(parser)


def run_issue(args: Namespace) -> int:
    """The secret alone on stdout; what it is for, on stderr."""
    asked = {"role": args.role, "accounts": args.accounts, "name": args.name}
    asked |= {"agency": args.agency} if args.agency else {}
    asked |= {"expires": args.expires} if args.expires else {}
    body = orjson.dumps(asked)
    token = ask_service(args, lambda client: client.ask("POST", at("tokens"), body=body)).document
    if args.link:
        return _print_link(args, token)
    if args.json:
        print_json(token)
    else:
        sys.stdout.write(token["secret"] + "\n")
        say(f"token {token['id']}: {_described(token)}. Its secret is not shown again.")
    return 0


def _print_link(args: Namespace, token: dict[str, Any]) -> int:
    """The link alone on stdout. The secret is never shown: who signs in needs none."""
    link = _made_link(args, token["id"])
    if args.json:
        print_json({name: value for name, value in token.items() if name != "secret"} | {"link": link})
    else:
        sys.stdout.write(link["url"] + "\n")
        say(f"token {token['id']}: {_described(token)}. The link works once, until {_clock(link)} UTC.")
    return 0


def run_link(args: Namespace) -> int:
    """The link alone on stdout; until when it works, on stderr."""
    link = _made_link(args, args.id)
    if args.json:
        print_json(link)
    else:
        sys.stdout.write(link["url"] + "\n")
        say(f"It works once, until {_clock(link)} UTC.")
    return 0


def _made_link(args: Namespace, token_id: str) -> dict[str, Any]:
    path = at("tokens", token_id, "link")
    found: dict[str, Any] = ask_service(args, lambda client: client.ask("POST", path)).document
    return found


def _clock(link: dict[str, Any]) -> str:
    return datetime.fromisoformat(link["expires_at"]).strftime("%H:%M")


def run_sign_out(args: Namespace) -> int:
    """Ends every session of a token."""
    ask_service(args, lambda client: client.ask("DELETE", at("tokens", args.id, "sessions")))
    say(f"nobody is signed in with token {args.id} any more, and its unused links are taken back")
    return 0


def _described(token: dict[str, Any]) -> str:
    bound = f" for {_bound_to(token)}" if _bound_to(token) else ""
    until = f"until {moment(token['expires_at'])} UTC" if token["expires_at"] else "does not expire"
    return f"{token['role']}{bound}, {until}"


def run_list(args: Namespace) -> int:
    """All tokens, the oldest first."""
    found = ask_service(args, lambda client: client.get(at("tokens")))
    if args.json:
        print_json(found)
    else:
        print_table(Table(_COLUMNS, [_row(token) for token in found["items"]]))
    return 0


def _row(token: dict[str, Any]) -> list[str]:
    times = [moment(token["created_at"]), moment(token["expires_at"])]
    return [token["id"], token["role"], _bound_to(token), token["name"], *times, _state(token)]


def _bound_to(token: dict[str, Any]) -> str:
    return str(token["agency"] or " ".join(token["accounts"]))


def _state(token: dict[str, Any]) -> str:
    if token["revoked_at"]:
        return f"revoked {moment(token['revoked_at'])}"
    expires_at = token["expires_at"]
    is_over = expires_at and datetime.fromisoformat(expires_at) <= datetime.now(UTC)
    return "expired" if is_over else "good"


def run_revoke(args: Namespace) -> int:
    """Ends one token."""
    ask_service(args, lambda client: client.ask("DELETE", at("tokens", args.id)))
    say(f"token {args.id} is revoked")
    return 0
