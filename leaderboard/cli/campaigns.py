"""`leaderboard campaign`: definitions in, and their rules in plain words and where they stand out."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from leaderboard.cli import campaign_apply, campaign_check, campaign_example, campaign_life
from leaderboard.cli.arguments import Subparsers, add_command, add_group, add_json, add_service
from leaderboard.cli.audit_log import newest_why
from leaderboard.cli.campaign_life_view import life_lines
from leaderboard.cli.campaign_rules import rules_of
from leaderboard.cli.campaign_versions import version_lines
from leaderboard.cli.client import Client, Refused, ask_service, at
from leaderboard.cli.output import Column, Table, minute, print_json, print_lines, print_table, zone_of
from leaderboard.cli.payouts_view import payouts_sentence

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
  leaderboard campaign check spring.toml                                    its rules in plain words; saves nothing
  leaderboard campaign apply spring.toml
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds `campaign apply`, `list`, `show`, `example`, `check`, and the orders that move a campaign along."""
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
    campaign_check.add_parser(verbs)


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
    campaign, why, payouts = ask_service(args, lambda client: _campaign(client, args.id))
    if args.json:
        print_json(campaign)
    else:
        print_lines([*rules_of(campaign), *version_lines(campaign), "", *life_lines(campaign, why, payouts)])
    return 0


async def _campaign(client: Client, name: str) -> tuple[dict[str, Any], str, str]:
    """The campaign, why it was cancelled where it was, and how its payouts stand: for those who may read that."""
    campaign = await client.get(at("campaigns", name))
    is_cancelled, has_result = campaign["state"] == "cancelled", campaign["life"]["result"] is not None
    why = await newest_why(client, name, "campaign.cancel") if is_cancelled else ""
    return campaign, why, await _payouts(client, name) if has_result else ""


async def _payouts(client: Client, name: str) -> str:
    """Nothing for whoever may not see them, and where there is no result that can be paid."""
    try:
        return payouts_sentence(await client.get(at("campaigns", name, "payouts")))
    except Refused as error:
        if error.status not in (403, 409):
            raise
        return ""
