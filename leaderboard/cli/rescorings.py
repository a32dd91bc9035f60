"""`leaderboard rescore`: views, outages and hosts taken out of a campaign, and put back. Only the words of it.

The service decides, and its scheduler works out what would follow.
"""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Final

from leaderboard.cli.arguments import Run, Subparsers, add_command, add_json, add_service
from leaderboard.cli.rescorings_asking import FILTERS, run_exclude_host, run_outage, run_prepare, run_void
from leaderboard.cli.rescorings_steps import run_apply, run_cancel, run_list, run_reverse, run_show

_KINDS: Final = ("void", "outage", "exclude-host")
_VERBS: Final = ("list", "show", "apply", "cancel", "reverse", "prepare")
_USAGE: Final = """\
leaderboard rescore ID void|outage|exclude-host … --reason TEXT [--wait]
       leaderboard rescore list ID
       leaderboard rescore show|apply|cancel|reverse|prepare ID RESCORING"""
_DESCRIPTION: Final = """\
Takes something out of a campaign after the counting: views that fit a filter, an outage, a host. Nothing is taken out
before it is applied, and nothing is deleted:
  leaderboard rescore ID void --network 203.0.113.0/24 --reason TEXT --wait     what would follow
  leaderboard rescore apply ID RESCORING                                        by another reviewer
  leaderboard rescore reverse ID RESCORING --reason TEXT                        by another one again: all is as before
Each explains its options with --help. All but `list` and `show` take a reviewer's token.
"""
_OPTIONS: Final = {"live_session_id": "--session", "account_id": "--account", "user_agent": "--user-agent"}


def add_parser(subparsers: Subparsers) -> None:
    """Adds `rescore`."""
    summary = "take views, an outage or a host out of a campaign, and put them back"
    parser = add_command(subparsers, "rescore", run_list, summary, _DESCRIPTION)
    parser.usage = _USAGE
    parser.add_argument("words", nargs=argparse.REMAINDER, action=_Words, help=argparse.SUPPRESS)


class _Words(argparse.Action):
    """What follows `rescore`, by a parser of verbs. Before a kind the campaign may stand, where that takes no verb."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: object, option: str | None = None
    ) -> None:
        words = [str(word) for word in values] if isinstance(values, Sequence) else []
        if not words:
            parser.error("it needs the ID of a campaign and what to take out, or a verb")
        if words[0] not in _VERBS and words[1:] and words[1] in _KINDS:
            words[:2] = words[1], words[0]
        _verbs_parser().parse_args(words, namespace)


def _verbs_parser() -> ArgumentParser:
    parser = ArgumentParser(prog="leaderboard rescore", usage=_USAGE)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND", prog="leaderboard rescore")
    _add_kinds(verbs)
    _add(verbs, "list", run_list, "list the rescorings of a campaign, the newest first")
    _add_step(verbs, "show", run_show, "show what would follow, or what followed")
    apply = _add_step(verbs, "apply", run_apply, "take out what was previewed; another than who asked for it")
    apply.add_argument("--preview", metavar="SHA256", help="only if its preview is this one, as `show` tells")
    cancel = _add_step(verbs, "cancel", run_cancel, "give one up that is not in force")
    cancel.add_argument("--reason", metavar="TEXT", help="stands in the audit log")
    reverse = _add_step(
        verbs, "reverse", run_reverse, "put back what was taken out; another than who applied it"
    )
    reverse.add_argument("--reason", metavar="TEXT", required=True, help="stands in the audit log")
    _add_wait(_add_step(verbs, "prepare", run_prepare, "have the preview made again"))
    return parser


def _add_kinds(verbs: Subparsers) -> None:
    void = _add(verbs, "void", run_void, "take out the views that fit all that is given")
    for name, (metavar, summary) in FILTERS.items():
        void.add_argument(_OPTIONS.get(name, f"--{name}"), dest=name, metavar=metavar, help=summary)
    outage = _add(verbs, "outage", run_outage, "take out what happened while the platform was down")
    for name in ("from", "until"):
        metavar, summary = FILTERS[name]
        outage.add_argument(f"--{name}", dest=name, metavar=metavar, required=True, help=summary)
    outage.add_argument("--live", action="store_true", help="live time, too")
    host = _add(verbs, "exclude-host", run_exclude_host, "take out the live time of a host")
    host.add_argument("account_id", metavar="ACCOUNT", help="whose host it is")
    host.add_argument("host_id", metavar="HOST", help="id of the host")
    for parser in (void, outage, host):
        parser.add_argument("--reason", metavar="TEXT", required=True, help="stands in the audit log")
        _add_wait(parser)


def _add(verbs: Subparsers, name: str, run: Run, summary: str) -> ArgumentParser:
    parser = add_command(verbs, name, run, summary)
    parser.add_argument("campaign", metavar="ID", help="of the campaign")
    add_json(parser)
    add_service(parser)
    return parser


def _add_step(verbs: Subparsers, name: str, run: Run, summary: str) -> ArgumentParser:
    parser = _add(verbs, name, run, summary)
    parser.add_argument("rescoring", metavar="RESCORING", help="its id, as asking for it told")
    return parser


def _add_wait(parser: ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="wait for the preview, and show it")
