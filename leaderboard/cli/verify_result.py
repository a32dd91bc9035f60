"""What `leaderboard verify` tells of a result whose seal is in order, and of the one that it corrects."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import count, moment
from leaderboard.cli.verify_seal import checked_file
from leaderboard.domain.result_document import FORMAT, FORMAT_VERSION
from leaderboard.domain.signing import Checked


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


def result_told(file: str, checked: Checked, previous_file: str | None) -> Iterator[tuple[str, str]]:
    """Label and words, line by line. CannotRun for what is no result, and for a chain that does not hold."""
    head = _head_of(file, checked)
    if previous_file is not None:
        _require_chain(file, head, previous_file)
    yield "genuine", f"{head.campaign.title} ({head.campaign.id}), result {head.version}"
    yield "certified", f"{moment(head.certified_at)} UTC by {head.certified_by}"
    yield "contains", f"{count(len(head.standings), 'account')}, {count(len(head.awards), 'award')}"
    if head.previous:
        compared = ", which was compared" if previous_file else ""
        yield "corrects", f"result {head.previous.version}, SHA-256 {head.previous.sha256}{compared}"
        yield "because", head.reason
    yield "SHA-256", checked.sha256


def _head_of(file: str, checked: Checked) -> _Head:
    try:
        head = msgspec.convert(checked.document, _Head)
    except msgspec.ValidationError as error:
        raise CannotRun(f"{file}: its seal is in order, but it is no result: {error}") from error
    if (head.format, head.format_version) != (FORMAT, FORMAT_VERSION):
        form = f"{head.format} {head.format_version}"
        raise CannotRun(f"{file}: its seal is in order, but this version cannot read the format {form}")
    return head


def _require_chain(file: str, head: _Head, previous_file: str) -> None:
    checked = checked_file(previous_file)
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
