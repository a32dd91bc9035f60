"""`leaderboard campaign`: definitions in, and their rules in plain words and where they stand out."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from leaderboard.cli import campaign_apply, campaign_example, campaign_life
from leaderboard.cli.arguments import Subparsers, add_command, add_group, add_json, add_service
from leaderboard.cli.audit_log import newest_why
from leaderboard.cli.campaign_life_view import life_lines
from leaderboard.cli.campaign_rules import rules_of
from leaderboard.cli.campaign_versions import version_lines
from leaderboard.cli.client import Client, ask_service, at
from leaderboard.cli.output import Column, Table, minute, print_json, print_lines, print_table, zone_of

_COLUMNS = (
    Column("id"),
    Column("title"),
    Column("state"),
    Column("starts"),
    Column("ends"),
    Column("zone"),
)
_START = """\
A start:
  leaderboard campaign example --id spring --start today > spring.toml      then change what you like
  leaderboard campaign apply spring.toml
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `campaign apply`, `list`, `show`, `example`, and the orders that move a campaign along."""
    verbs = add_group(subparsers, "campaign", "define campaigns and show their rules", _START)
    campaign_apply.add_parser(verbs)
    listing = add_command(verbs, "list", run_list, "list all campaigns")
    show = add_command(verbs, "show", run_show, "show where a campaign stands, and its rules in plain words")
    show.add_argument("id", metavar="ID", help="of the campaign")
    for parser in (listing, show):
        add_json(parser)
        add_service(parser)
    campaign_life.add_parsers(verbs)
    campaign_example.add_parser(verbs)


def run_list(args: Namespace) -> int:
    """All campaigns, each with its window in its own zone."""
    found = ask_service(args, lambda client: client.get(at("campaigns")))
    if args.json:
        print_json(found)
    else:
        print_table(Table(_COLUMNS, [_row(campaign) for campaign in found["items"]]))
    return 0


def _row(campaign: dict[str, Any]) -> list[str]:
    zone = zone_of(campaign["zone"])
    window = [minute(campaign["starts_at"], zone), minute(campaign["ends_at"], zone)]
    return [campaign["id"], campaign["title"], campaign["state"], *window, campaign["zone"]]


def run_show(args: Namespace) -> int:
    """The rules of one campaign and how they have changed, then where it stands: what is read last stays in sight."""
    campaign, why = ask_service(args, lambda client: _campaign(client, args.id))
    if args.json:
        print_json(campaign)
    else:
        print_lines([*rules_of(campaign), *version_lines(campaign), "", *life_lines(campaign, why)])
    return 0


async def _campaign(client: Client, name: str) -> tuple[dict[str, Any], str]:
    """The campaign, and why it was cancelled where it was: the audit log tells those who may read it."""
    campaign = await client.get(at("campaigns", name))
    is_cancelled = campaign["state"] == "cancelled"
    return campaign, await newest_why(client, name, "campaign.cancel") if is_cancelled else ""
