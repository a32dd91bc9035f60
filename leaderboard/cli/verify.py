"""`leaderboard verify`: whether a result is what was certified. Needs no service, no store and no configuration."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.cli.arguments import Subparsers, WrongUsage, add_command
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import clean, count, moment, print_lines
from leaderboard.domain.result_document import FORMAT, FORMAT_VERSION
from leaderboard.domain.signing import Checked, NotGenuine, check, public_key_from

_EPILOG = """\
Without --key, a file that passes is whole, and signed by the key inside it: that nobody has changed it since somebody
signed it. Who that was, shows only the comparison with a key that you have from the service itself:
  curl -H "Authorization: Bearer $TOKEN" $LEADERBOARD_URL/v1/signing-keys > keys.json
  leaderboard verify result.json --key keys.json
"""
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_LABEL_WIDTH: Final = 10
STDIN: Final = "-"
_UNPROVEN: Final = "the file is whole, and signed by the key that stands in it;"


class _Named(Struct, frozen=True):
    id: str
    title: str


class _Previous(Struct, frozen=True):
    version: int
    sha256: str


class _Head(Struct, frozen=True):
    """What is read of a result's document; the rest is not judged."""

    format: str
    format_version: int
    campaign: _Named
    version: int
    previous: _Previous | None
    reason: str
    certified_at: str
    certified_by: str
    standings: list[dict[str, object]]
    awards: list[dict[str, object]]


class _Extract(Struct, frozen=True):
    """What an agency gets says itself that it is not signed."""

    signed: bool


class _ListedKey(Struct, frozen=True):
    public_key: str


class _KeyList(Struct, frozen=True):
    """As `/v1/signing-keys` answers."""

    items: list[_ListedKey]


def add_parser(subparsers: Subparsers) -> None:
    """Adds `verify`."""
    parser = add_command(
        subparsers, "verify", run, "check a result's hash and signature, offline", epilog=_EPILOG
    )
    parser.add_argument(
        "file", metavar="FILE", help="the result, as GET /v1/campaigns/ID/result gives it; - for stdin"
    )
    parser.add_argument(
        "--key",
        metavar="KEY",
        help="the key that must have signed it: its id, itself in base64, or a file with it or with the answer "
        "of /v1/signing-keys",
    )
    parser.add_argument(
        "--previous",
        metavar="FILE",
        help="the result that this one corrects: checks that this one names it",
    )


def run(args: Namespace) -> int:
    """A few lines about a result that is in order; CannotRun says what is wrong with one that is not."""
    checked = _checked(args.file)
    head = _head_of(args.file, checked)
    if args.key is not None:
        _require(args.file, checked, args.key)
    if args.previous is not None:
        _require_chain(args.file, head, args.previous)
    print_lines(_line(label, text) for label, text in _told(args, checked, head))
    return 0


def _checked(file: str) -> Checked:
    content = _read(file)
    try:
        return check(content)
    except NotGenuine as error:
        if _is_extract(content):
            raise CannotRun(f"{file}: it is an agency's extract, which is not signed") from error
        raise CannotRun(f"{file}: NOT GENUINE: {error}") from error


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}") from error


def _is_extract(content: bytes) -> bool:
    try:
        return not msgspec.json.decode(content, type=_Extract).signed
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _head_of(file: str, checked: Checked) -> _Head:
    try:
        head = msgspec.convert(checked.document, _Head)
    except msgspec.ValidationError as error:
        raise CannotRun(f"{file}: its seal is in order, but it is no result: {error}") from error
    if (head.format, head.format_version) != (FORMAT, FORMAT_VERSION):
        form = f"{head.format} {head.format_version}"
        raise CannotRun(f"{file}: its seal is in order, but this version cannot read the format {form}")
    return head


def _require(file: str, checked: Checked, given: str) -> None:
    is_named = bool(_KEY_ID.fullmatch(given))
    if checked.key_id != given if is_named else checked.public_key not in _public_keys(given):
        which = given if is_named else "the key given"
        raise CannotRun(f"{file}: NOT GENUINE: it is signed with key {checked.key_id}, not with {which}")


def _public_keys(given: str) -> set[bytes]:
    """Those of a file, where there is one of this name, or the one that stands there itself."""
    path = Path(given)
    try:
        text = path.read_text("utf-8").strip() if path.is_file() else given
        if text.startswith("{"):
            return {
                public_key_from(one.public_key) for one in msgspec.convert(json.loads(text), _KeyList).items
            }
        return {public_key_from(text)}
    except OSError as error:
        raise CannotRun(f"{given}: {error.strerror}") from error
    except ValueError as error:
        if _is_file_name(path):
            raise CannotRun(f"--key {given}: there is no such file") from error
        kinds = "a key id, a public key in base64, or a file with one or with the answer of /v1/signing-keys"
        raise WrongUsage(f"--key {given}: is not {kinds}") from error


def _is_file_name(path: Path) -> bool:
    """Whether it can only be meant as one, and no file has it: base64 has no dot."""
    return bool(re.fullmatch(r"\.[A-Za-z0-9]+", path.suffix, re.ASCII)) and not path.exists()


def _require_chain(file: str, head: _Head, previous_file: str) -> None:
    checked = _checked(previous_file)
    before = _head_of(previous_file, checked)
    if before.campaign.id != head.campaign.id:
        raise CannotRun(f"{file}: is of campaign {head.campaign.id}, {previous_file} of {before.campaign.id}")
    if head.previous is None:
        raise CannotRun(f"{file}: is result {head.version} and names none before it")
    if head.previous != _Previous(before.version, checked.sha256):
        named = f"result {head.previous.version}, SHA-256 {head.previous.sha256}"
        raise CannotRun(
            f"{file}: corrects {named}; {previous_file} is result {before.version}, SHA-256 {checked.sha256}"
        )


def _told(args: Namespace, checked: Checked, head: _Head) -> Iterator[tuple[str, str]]:
    yield "genuine", f"{head.campaign.title} ({head.campaign.id}), result {head.version}"
    yield "certified", f"{moment(head.certified_at)} UTC by {head.certified_by}"
    yield "contains", f"{count(len(head.standings), 'account')}, {count(len(head.awards), 'award')}"
    if head.previous:
        compared = ", which was compared" if args.previous else ""
        yield "corrects", f"result {head.previous.version}, SHA-256 {head.previous.sha256}{compared}"
        yield "because", head.reason
    yield "SHA-256", checked.sha256
    if args.key is not None:
        yield "key", f"{checked.key_id}, as given"
    else:
        yield "key", f"{checked.key_id}, NOT COMPARED: {_UNPROVEN}"
        yield "", "whether that is the key of the service, its /v1/signing-keys tells: see --key"


def _line(label: str, text: str) -> str:
    return f"{label:<{_LABEL_WIDTH}} {clean(text)}"
