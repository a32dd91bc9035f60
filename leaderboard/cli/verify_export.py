"""What `leaderboard verify` tells of an export: its manifest, and the payment file beside it. Reads no bank details."""

from __future__ import annotations

import os.path
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.cli.opening import CannotRun
from leaderboard.cli.output import count, moment
from leaderboard.cli.verify_seal import STDIN, checked_content, read
from leaderboard.domain.money import format_minor, parse_minor
from leaderboard.domain.payout_manifest import FORMAT, FORMAT_VERSION
from leaderboard.domain.signing import Checked

SUFFIX: Final = ".manifest.json"


class _Amount(Struct, frozen=True):
    amount: str
    currency: str


class _Result(Struct, frozen=True):
    version: int
    sha256: str


class _File(Struct, frozen=True):
    name: str
    format: str
    bytes: int
    sha256: str


class _Line(Struct, frozen=True):
    id: str
    amount: _Amount


class _Step(Struct, frozen=True):
    by: str
    at: str
    name: str = ""


class _Manifest(Struct, frozen=True):
    """What is read of a manifest; the rest is not judged."""

    format: str
    format_version: int
    batch: str
    campaign: str
    result: _Result
    file: _File
    total: _Amount
    lines: list[_Line]
    due_on: str
    effective_on: str
    prepared: _Step
    approved: _Step
    exported: _Step


def manifest_name(payment_file: str) -> str:
    """Where the manifest of a payment file lies."""
    return payment_file + SUFFIX


def sealed_part(file: str) -> str:
    """The file that has the seal: the one that is named, or its manifest. CannotRun where that is not there."""
    if file == STDIN or file.endswith(SUFFIX):
        return file
    if os.path.exists(manifest_name(file)):
        return manifest_name(file)
    if not file.endswith(".json") and not read(file).startswith(b"{"):
        raise CannotRun(
            f"{file}: it has no seal of its own, and {manifest_name(file)}, which a payment file is checked by, is "
            f"not there: `leaderboard payouts export BATCH --format manifest --out {manifest_name(file)}` gets it"
        )
    return file


def is_manifest(checked: Checked) -> bool:
    """Whether a sealed document says that it is one."""
    return checked.document.get("format") == FORMAT


def export_told(file: str, sealed: str, checked: Checked) -> Iterator[tuple[str, str]]:
    """Label and words, line by line. `sealed` is the manifest's name, and `file` the one that is asked about.

    CannotRun where the manifest contradicts itself, or the payment file is another one.
    """
    manifest = _read_manifest(sealed, checked)
    compared = _compared(file, sealed, manifest)
    total, lines = manifest.total, count(len(manifest.lines), "line")
    on_day = f", on {manifest.effective_on}" if manifest.effective_on else ""
    yield "genuine", f"export of batch {manifest.batch}, campaign {manifest.campaign}"
    yield "pays", f"{total.currency} {total.amount} in {lines}{on_day}"
    yield "due", manifest.due_on or "on no day in particular"
    for step in ("prepared", "approved", "exported"):
        yield step, _step_told(getattr(manifest, step))
    yield "result", f"version {manifest.result.version}, with the SHA-256"
    yield "", manifest.result.sha256
    yield "file", f"{manifest.file.name}, {manifest.file.format}, {_size(manifest)}with the SHA-256"
    yield "", manifest.file.sha256
    yield "compared", compared
    yield "SHA-256", f"{checked.sha256} (what is signed)"


def _size(manifest: _Manifest) -> str:
    # A file that was noted as sent after a restore has 0 bytes there: nobody here has counted them.
    return f"{manifest.file.bytes:,} bytes, " if manifest.file.bytes else ""


def _step_told(step: _Step) -> str:
    if not step.by:
        return "by nobody known: that was lost with an earlier store"
    return f"{moment(step.at)} UTC by {f'{step.name} ({step.by})' if step.name else step.by}"


def _read_manifest(file: str, checked: Checked) -> _Manifest:
    """The manifest, if it does not contradict itself."""
    try:
        manifest = msgspec.convert(checked.document, _Manifest)
    except msgspec.ValidationError as error:
        raise CannotRun(f"{file}: its seal is in order, but it is no manifest: {error}") from error
    if (manifest.format, manifest.format_version) != (FORMAT, FORMAT_VERSION):
        form = f"{manifest.format} {manifest.format_version}"
        raise CannotRun(f"{file}: its seal is in order, but this version cannot read the format {form}")
    if problem := _contradiction(manifest):
        raise CannotRun(f"{file}: its seal is in order, but {problem}: do not send the payment file")
    return manifest


def _contradiction(manifest: _Manifest) -> str | None:
    if twice := [name for name, times in Counter(line.id for line in manifest.lines).items() if times > 1]:
        return f"payout {twice[0]} stands there more than once"
    total = manifest.total
    if other := next((line for line in manifest.lines if line.amount.currency != total.currency), None):
        return f"payout {other.id} is in {other.amount.currency}, and the total in {total.currency}"
    try:
        minor = sum(parse_minor(line.amount.amount, total.currency) for line in manifest.lines)
        added = format_minor(minor, total.currency)
    except ValueError as error:
        return str(error)
    return None if added == total.amount else f"its lines add up to {added}, and it says {total.amount}"


def check_pair(sealed: str, content: bytes, payment: bytes) -> None:
    """CannotRun where the manifest `content` is not in order, or not about this payment file."""
    manifest = _read_manifest(sealed, checked_content(sealed, content))
    _check_payment(sealed.removesuffix(SUFFIX), payment, manifest)


def _check_payment(file: str, content: bytes, manifest: _Manifest) -> None:
    """CannotRun where the bytes are not those that the manifest is about."""
    digest = sha256(content).hexdigest()
    if (manifest.file.bytes or len(content)) != len(content) or digest != manifest.file.sha256:
        signed = f"{_size(manifest)}SHA-256 {manifest.file.sha256}"
        raise CannotRun(
            f"{file}: NOT GENUINE: it has {len(content):,} bytes, SHA-256 {digest}; "
            f"batch {manifest.batch} was exported as {signed}"
        )


def _compared(file: str, sealed: str, manifest: _Manifest) -> str:
    """Whether the payment file was there to compare. One that was asked about has to be."""
    payment_file = sealed.removesuffix(SUFFIX)
    if file == sealed and (payment_file == sealed or not os.path.exists(payment_file)):
        wanted = manifest.file.name if payment_file == sealed else Path(payment_file).name
        return f"NOT COMPARED: no {wanted} is beside this manifest"
    _check_payment(payment_file, read(payment_file), manifest)
    return f"{payment_file} is this file, byte for byte"
