"""What is done about a flag: `flags show`, `decide`, `appeal` and `cases`. Their words are told apart by `flags`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import orjson

from leaderboard.cli.arguments import WrongUsage
from leaderboard.cli.client import ask_service, at
from leaderboard.cli.flags_view import print_flag
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import count, print_json, print_lines, say
from leaderboard.domain.reviews import Settled

ABOUT: Final = {
    "ID": "of the campaign",
    "FLAG": "its id, as `leaderboard flags ID` lists it",
    "uphold|dismiss|disqualify": "what is decided",
}
_OPTIONS: Final = {
    "--reason": ("TEXT", "why it is decided so, for the agency to read"),
    "--partner-link": ("TEXT", "of a disqualification: what links the partner itself to the traffic"),
    "--text": ("TEXT", "what speaks against it"),
    "--file": ("FILE", "the same from a file"),
    "--attach": ("FILE", "a text that goes with the appeal; may be given several times"),
}
_REQUIRED: Final = frozenset({"--reason"})


class Verb(NamedTuple):
    """A verb behind `flags`: the words and options that it takes, and what it does."""

    words: tuple[str, ...]
    run: Callable[..., int]
    about: str
    options: tuple[str, ...] = ()
    has_json: bool = True


def verbs() -> dict[str, Verb]:
    """By name."""
    return {
        "show": Verb(
            ("ID", "FLAG"),
            show,
            "Shows a flag with the statement of reasons, its evidence, decisions and appeals.",
        ),
        "decide": Verb(
            ("ID", "FLAG", "uphold|dismiss|disqualify"),
            decide,
            "Decides on a flag, which takes a reviewer's token. A dismissed flag holds nobody. An upheld hold of a "
            "rule and a disqualification take the account out of every award: they are proposed, and stand when a "
            "second reviewer decides the same. Deciding again replaces the decision.",
            ("--reason", "--partner-link"),
        ),
        "appeal": Verb(
            ("ID", "FLAG"),
            appeal,
            "Appeals against a flag of an account of your own, or against what was decided on it, which takes the "
            "agency's token. Another reviewer answers than who decided.",
            ("--text", "--file", "--attach"),
        ),
        "cases": Verb(
            ("ID",),
            cases,
            "Prints what detectors took for cheating and reviewers did not, a JSON object a line, without accounts.",
            has_json=False,
        ),
    }


def add_options(parser: ArgumentParser, names: Collection[str] | None = None) -> None:
    """The options of verbs: of one, as it needs them, or all of them, as the command that has the verbs takes them."""
    for name in _OPTIONS if names is None else names:
        metavar, about = _OPTIONS[name]
        action = "append" if name == "--attach" else "store"
        is_required = names is not None and name in _REQUIRED
        parser.add_argument(name, metavar=metavar, help=about, action=action, required=is_required)


def show(args: Namespace, campaign: str, flag: str) -> int:
    """All about one."""
    found = ask_service(args, lambda client: client.get(at("campaigns", campaign, "flags", flag)))
    if args.json:
        print_json(found)
    else:
        print_flag(found)
    return 0


def decide(args: Namespace, campaign: str, flag: str, decision: str) -> int:
    """A decision, or a proposal of one."""
    if decision not in get_args(Settled):
        raise WrongUsage("it is `flags decide ID FLAG uphold|dismiss|disqualify --reason TEXT`")
    if not args.reason:
        raise WrongUsage("a decision needs its --reason")
    body = {"decision": decision, "reason": args.reason}
    body |= {"partner_link": args.partner_link} if args.partner_link else {}
    decided = _post(args, body, "campaigns", campaign, "flags", flag, "decision")
    if args.json:
        print_json(decided)
    else:
        say(_decided(decided, decision))
    return 0


def _decided(flag: dict[str, Any], decision: str) -> str:
    if flag["takes_effect"] == "when_another_agrees":
        return f"{flag['id']} is {flag['status']}; to {decision} it is proposed, and takes another reviewer to agree"
    said = f"{flag['id']} is {flag['status']}"
    if flag["takes_effect"] == "at_once":
        return said
    return f"{said}; the result stands as it is until it is corrected"


def appeal(args: Namespace, campaign: str, flag: str) -> int:
    """An appeal, with what goes along."""
    if bool(args.text) == bool(args.file):
        raise WrongUsage("an appeal needs either --text TEXT or --file FILE")
    text = args.text or _read(args.file)
    attachments = [{"name": Path(file).name, "text": _read(file)} for file in args.attach or ()]
    body = {"text": text, "attachments": attachments}
    appealed = _post(args, body, "campaigns", campaign, "flags", flag, "appeal")
    if args.json:
        print_json(appealed)
    else:
        also = f" with {count(len(attachments), 'attachment')}" if attachments else ""
        say(f"the appeal on {appealed['id']} waits for a reviewer{also}")
    return 0


def cases(args: Namespace, campaign: str) -> int:
    """NDJSON, as the service has it."""
    path = at("campaigns", campaign, "cases")
    reply = ask_service(args, lambda client: client.ask("GET", path, accept="application/x-ndjson"))
    lines = reply.body.decode().splitlines()
    print_lines(lines)
    if not lines:
        say("no cases: nothing that a detector held was dismissed")
    return 0


def _post(args: Namespace, body: dict[str, Any], *steps: str) -> dict[str, Any]:
    sent = orjson.dumps(body)
    reply = ask_service(args, lambda client: client.ask("POST", at(*steps), body=sent))
    document: dict[str, Any] = reply.document
    return document


def _read(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"{file} cannot be read: {error}") from error
