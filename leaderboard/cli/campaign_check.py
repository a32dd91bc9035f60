"""`leaderboard campaign check`: a definition's rules in sentences, and what its limits do. Asks no service."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Final

import msgspec

from leaderboard.cli.arguments import Subparsers, add_command, add_json
from leaderboard.cli.campaign_apply import read_definition, refused_definition
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import Column, Table, clean, print_json, print_lines, print_table
from leaderboard.domain.boundary_report import Boundary, Side, boundary_report
from leaderboard.domain.campaigns import Definition, DefinitionError, canonical, line_of, parse_toml, unbuilt
from leaderboard.domain.summary import summary

_EPILOG: Final = """\
What happens just below, at and just above each limit is found out by judging and paying made-up accounts.
What is wrong with a definition is listed as FILE:LINE: path: message, all of it. Nothing is saved:
  leaderboard campaign apply spring.toml
"""
_COLUMNS: Final = (Column("rule"), Column("limit"), Column("with"), Column("value"), Column("outcome"))


def add_parser(subparsers: Subparsers) -> None:
    """Adds `campaign check`."""
    parser = add_command(
        subparsers, "check", run, "say what a definition means, and do nothing with it", epilog=_EPILOG
    )
    parser.add_argument("file", metavar="FILE.toml", help="the definition, - for standard input")
    add_json(parser)


def run(args: Namespace) -> int:
    """The sentences, then the limits; or all that is wrong, with exit code 1."""
    toml = read_definition(args.file)
    try:
        definition = parse_toml(toml)
    except DefinitionError as error:
        raise refused_definition(args.file, error) from error
    _refuse_unbuilt(args.file, toml, definition)
    report = boundary_report(definition)
    if args.json:
        print_json(
            {
                "errors": [],
                "summary": list(summary(definition)),
                "boundary_report": msgspec.to_builtins(report),
                "definition": canonical(definition),
            }
        )
        return 0
    print_lines([clean(sentence) for sentence in summary(definition)])
    print_lines([""])
    print_table(Table(_COLUMNS, [row for boundary in report for row in _rows(boundary)]))
    return 0


def _refuse_unbuilt(file: str, toml: str, definition: Definition) -> None:
    missing = unbuilt(definition)
    for sentence in missing:
        line = line_of(toml, sentence.partition(": ")[0])
        sys.stderr.write(f"{clean(f'{file}:{line}' if line else file)}: {clean(sentence)}\n")
    if missing:
        raise CannotRun(f"{file}: this version does not carry out all of it")


def _rows(boundary: Boundary) -> Iterator[list[str]]:
    """The rule stands in the first line only."""
    head = [boundary.of, boundary.condition, boundary.given]
    for side in (boundary.below, boundary.at, boundary.above):
        if isinstance(side, Side):
            yield [*head, side.value, side.outcome]
            head = ["", "", ""]
