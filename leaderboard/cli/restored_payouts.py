"""Manifests of exports, held against the settings that are restored with them. Reads files only.

The settings may be older than an export that has gone to the bank: then its batch follows the manifest, and its awards
stay claimed, so that nobody is paid a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from leaderboard.archive import documents
from leaderboard.archive.documents import Document
from leaderboard.archive.errors import DamagedArchive
from leaderboard.cli.restored_books import Books, Settings
from leaderboard.cli.restored_lives import trusted_keys
from leaderboard.domain import ledger
from leaderboard.domain.payout_batches import with_state
from leaderboard.domain.payout_files import MODIFIERS
from leaderboard.domain.payout_manifest import Exported, exported_of
from leaderboard.domain.payouts import Batch, Line, award_key, state_after
from leaderboard.domain.signing import NotGenuine, check
from leaderboard.store.payouts import Step, batch_id

ACTOR: Final = "restore"
SENT: Final = ("exported", "settled")


class Followed(NamedTuple):
    """The settings, the batches in them that were exported after the backup, and those that may have been."""

    settings: Settings
    newer: list[str]
    unsure: list[str]


def followed(settings: Settings, archive: Path, now_ms: int, own_key: bytes | None = None) -> Followed:
    """The settings, with batches that follow the manifests.

    DamagedArchive names a manifest that is not genuine, as `restored_lives.followed`, or contradicts the settings.
    """
    trusted, books = trusted_keys(settings, own_key), Books(settings, now_ms)
    kept = [(document, _genuine(document, trusted)) for document in documents.exports(archive)]
    newer = [one.batch.id for document, one in kept if _caught_up(books, document, one)]
    open_ones = [batch for batch in books.every() if batch.state in ("prepared", "approved")]
    for batch in open_ones:
        books.mark_restored(batch)
    return Followed(books.settings if newer or open_ones else settings, newer, [one.id for one in open_ones])


def unsure_told(unsure: Sequence[str]) -> str:
    """What there is to do about batches whose files may be with the bank."""
    is_one = len(unsure) == 1
    batches = "1 batch was" if is_one else f"{len(unsure)} batches were"
    files = "its file" if is_one else "their files"
    return (
        f"{batches} not exported in the backup, and {files} may have gone to the bank since: ask the bank, and then "
        f"`leaderboard payouts sent` or `payouts void --not-sent` ({', '.join(unsure)})"
    )


def told(newer: Sequence[str]) -> str:
    """What there is to do about them."""
    is_one = len(newer) == 1
    batches = "1 exported batch is" if is_one else f"{len(newer)} exported batches are"
    them, files = ("it", "its file is") if is_one else ("them", "their files are")
    return (
        f"{batches} newer than the backup: report what the bank said of {them} once more; {files} not in the store, "
        f"so keep what was downloaded ({', '.join(newer)})"
    )


def _genuine(document: Document, trusted: Collection[bytes]) -> Exported:
    where = f"documents/{document.file_name}"
    try:
        exported = exported_of(check(document.content, trusted).document)
    except (NotGenuine, ValueError) as error:
        raise DamagedArchive(f"{where} cannot be restored: {error}") from error
    batch, number = exported.batch, document.number
    named = (document.campaign, number, batch_id(document.campaign, number))
    if (batch.campaign, batch.number, batch.id) != named:
        raise DamagedArchive(f"{where} is of another batch, {batch.id}")
    return exported


def _caught_up(books: Books, document: Document, exported: Exported) -> bool:
    """Brings the books forward to an export; False where they have it."""
    batch, known = exported.batch, books.batch(exported.batch.id)
    if known and (known.state in SENT, known.file_sha256) == (True, batch.file_sha256):
        return False
    if known and not _may_become(known, batch):
        raise DamagedArchive(_contradiction(document, batch, known))
    _fill_gaps(books, batch)
    for other in books.batches(batch.campaign):
        if other.id != batch.id:
            _make_room(books, document, exported, other)
    books.make(
        Step(
            action="payout.restore",
            actor=ACTOR,
            before=known,
            after=batch,
            lines=exported.lines,
            take=exported.lines,
            entries=[ledger.prepared(batch, exported.lines), ledger.exported(batch, exported.lines)],
            export={f"{batch.id}|manifest": document.content.decode()},
            day=exported.approved_on,
            number=MODIFIERS.index(batch.modifier),
            why=f"It was exported after the backup, as documents/{document.file_name} says.",
        )
    )
    return True


def _may_become(known: Batch, batch: Batch) -> bool:
    return known.state in ("prepared", "approved") and known.content_sha256 == batch.content_sha256


def _contradiction(document: Document, batch: Batch, known: Batch) -> str:
    file = f" and the file {known.file_sha256}" if known.file_sha256 else ""
    return (
        f"documents/{document.file_name} exports batch {batch.id} with the content {batch.content_sha256} and the file "
        f"{batch.file_sha256}, and settings.json has a batch {known.id} that is {known.state} with the content "
        f"{known.content_sha256}{file}: find out which of them the bank has, and which archive belongs to it"
    )


def _fill_gaps(books: Books, batch: Batch) -> None:
    """Batches are counted without a gap; one that is in no backup and was not exported pays nobody."""
    for number in range(1, batch.number):
        name = batch_id(batch.campaign, number)
        if books.batch(name) is None:
            why = "It was prepared after the backup that the store was restored from, and no export of it is kept."
            after = _void(batch, name, number, why)
            books.make(Step(action="payout.restore", actor=ACTOR, before=None, after=after, why=why))


def _void(like: Batch, name: str, number: int, why: str) -> Batch:
    return Batch(
        id=name,
        campaign=like.campaign,
        number=number,
        version=1,
        state="void",
        format=like.format,
        currency=like.currency,
        lines=0,
        total_minor=0,
        content_sha256="",
        result_version=like.result_version,
        result_sha256=like.result_sha256,
        profile_sha256=like.profile_sha256,
        due_on=like.due_on,
        send_by_on=like.send_by_on,
        calendar=like.calendar,
        prepared_by=ACTOR,
        preparer=ACTOR,
        prepared_ms=like.prepared_ms,
        void_reason=why,
    )


def _make_room(books: Books, document: Document, exported: Exported, other: Batch) -> None:
    """What an earlier batch would pay, and an export pays: it was given up, or had come back, before the export."""
    paying = {award_key(line.award, line.account): line for line in exported.lines}
    lines = books.lines(other.id)
    again = {
        line.id: paying[key]
        for line in lines
        if line.is_live and (key := award_key(line.award, line.account)) in paying
    }
    if not again:
        return
    is_sent = other.state in SENT
    pays_twice = is_sent and any(again[line.id].attempt <= line.attempt for line in lines if line.id in again)
    if other.number > exported.batch.number or pays_twice:
        raise DamagedArchive(
            f"documents/{document.file_name} exports awards of batch {exported.batch.id} that batch {other.id} of "
            f"settings.json pays as well, {other.state}: find out which of them the bank has"
        )
    books.make(_come_back(exported, other, lines, again) if is_sent else _given_up(exported, other, lines))


def _given_up(exported: Exported, other: Batch, lines: Sequence[Line]) -> Step:
    why = f"Batch {exported.batch.id}, exported after the backup, pays awards of it."
    after, at_ms = other.moved("void", void_reason=why), exported.batch.prepared_ms
    return Step(
        action="payout.void",
        actor=ACTOR,
        before=other,
        after=after,
        lines=with_state(lines, "void"),
        drop=lines,
        entries=[ledger.voided(after, lines, actor=ACTOR, at_ms=at_ms)],
        why=why,
    )


def _come_back(exported: Exported, other: Batch, lines: Sequence[Line], again: dict[str, Line]) -> Step:
    """`again`: payout id → the line that pays again. Its manifest has the code of the attempt right before it."""
    at_ms, before = exported.batch.prepared_ms, [line for line in lines if line.id in again]
    came_back = [
        replace(line, state="returned", code=_code(exported, line, again[line.id]), settled_ms=at_ms)
        for line in before
    ]
    every = list(({line.id: line for line in lines} | {line.id: line for line in came_back}).values())
    after = other.moved(
        state_after(other, every),
        paid_lines=sum(line.state == "paid" for line in every),
        returned_lines=sum(line.state == "returned" for line in every),
    )
    return Step(
        action="payout.reconcile",
        actor=ACTOR,
        before=other,
        after=after,
        lines=came_back,
        drop=before,
        entries=[
            ledger.returned(after, was, line.code, actor=ACTOR, at_ms=at_ms)
            for was, line in zip(before, came_back, strict=True)
        ],
        more={"changed": {line.id: f"returned {line.code}".strip() for line in came_back}},
        why=f"Batch {exported.batch.id}, exported after the backup, pays them again.",
    )


def _code(exported: Exported, line: Line, again: Line) -> str:
    return exported.came_back.get(again.id, "") if again.attempt == line.attempt + 1 else ""
