"""The records of a NACHA file, 94 characters each: which field stands where. Decides nothing about who is paid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from leaderboard.domain.latin import to_latin
from leaderboard.domain.payments import FileStamp

RECORD_LENGTH: Final = 94
BLOCKING: Final = 10
FILLER: Final = "9" * RECORD_LENGTH
NAME_LENGTH: Final = 22
DESCRIPTION_LENGTH: Final = 10
COMPANY_LENGTH: Final = 16
BANK_LENGTH: Final = 23
ADDENDA_LENGTH: Final = 80

# Nacha takes all of printable ASCII. These are the signs of names; among the others are those that separate the parts
# of an addenda ("*", "~", "\").
_UNWRITTEN: Final = re.compile(r"[^A-Z0-9 .,&'()/#:+@-]", re.ASCII)
_HASH_MODULUS: Final = 10**10
_CREDITS_ONLY: Final = "220"

EntryClass = Literal["CCD", "PPD"]


class CannotWrite(ValueError):
    """A file cannot be written; the text names what does not fit into it and says what to do."""


class Originator(Struct, frozen=True, kw_only=True):
    """Who sends the file, in characters that the records take. `odfi`: eight digits of the originating bank."""

    destination: str
    destination_name: str
    origin: str
    origin_name: str
    company_name: str
    company_id: str
    odfi: str


class Entry(Struct, frozen=True, kw_only=True):
    """One credit. `sequence` counts the entries of the file from 1; an `addenda` of "" is none."""

    code: str
    routing: str
    account: str
    amount_minor: int
    id: str
    name: str
    sequence: int
    addenda: str = ""


class Group(Struct, frozen=True, kw_only=True):
    """What NACHA calls a batch: entries of one class and description. `number` counts them from 1."""

    number: int
    entry_class: EntryClass
    description: str
    entries: tuple[Entry, ...]


def spelled(text: str) -> str | None:
    """Capital letters, digits and the signs of names, others as blanks. None without a Latin letter or digit left."""
    latin = to_latin(text)
    if latin is None:
        return None
    written = " ".join(_UNWRITTEN.sub(" ", latin.upper()).split())
    return written if re.search(r"[A-Z0-9]", written) else None


def file_records(originator: Originator, stamp: FileStamp, groups: tuple[Group, ...]) -> list[str]:
    """All records of a file in their order, filled up to whole blocks."""
    records = [_file_header(originator, stamp)]
    for group in groups:
        records += _group_records(originator, stamp, group)
    records.append(_file_control(groups, blocks=len(records) // BLOCKING + 1))
    return records + [FILLER] * (-len(records) % BLOCKING)


def _group_records(originator: Originator, stamp: FileStamp, group: Group) -> list[str]:
    records = [_batch_header(originator, stamp, group)]
    for entry in group.entries:
        records += _entry_records(originator, entry)
    return [*records, _batch_control(originator, group)]


def _file_header(originator: Originator, stamp: FileStamp) -> str:
    return _record(
        "1",
        "01",  # priority, the only one there is
        " " + originator.destination,
        _text(originator.origin.rjust(10), 10, "the origin"),
        f"{stamp.created:%y%m%d%H%M}",
        stamp.modifier,
        "094" + "10" + "1",  # the length of a record, of a block, and the format
        _text(originator.destination_name, BANK_LENGTH, "the name of the destination"),
        _text(originator.origin_name, BANK_LENGTH, "the name of the origin"),
        " " * 8,  # for the originator's own use
    )


def _batch_header(originator: Originator, stamp: FileStamp, group: Group) -> str:
    return _record(
        "5",
        _CREDITS_ONLY,
        _text(originator.company_name, COMPANY_LENGTH, "the company's name"),
        " " * 20,  # for the originator's own use
        _text(originator.company_id, 10, "the company's id"),
        group.entry_class,
        _text(group.description, DESCRIPTION_LENGTH, "the description"),
        " " * 6,  # a date for the payee to read; the effective one says enough
        f"{stamp.effective:%y%m%d}",
        " " * 3,  # the settlement date, which the ACH operator fills in
        "1",  # the originator is bound by the rules
        originator.odfi,
        _number(group.number, 7, "the number of a batch"),
    )


def _entry_records(originator: Originator, entry: Entry) -> list[str]:
    sequence = _number(entry.sequence, 7, "the sequence number of an entry")
    detail = _record(
        "6",
        entry.code,
        entry.routing,
        _text(entry.account, 17, "the account's number"),
        _number(entry.amount_minor, 10, "the amount of an entry"),
        _text(entry.id, 15, "the payment's id"),
        _text(entry.name, NAME_LENGTH, "the payee's name"),
        "  ",  # for the originator's own use
        "1" if entry.addenda else "0",
        originator.odfi + sequence,
    )
    if not entry.addenda:
        return [detail]
    return [detail, _record("705", _text(entry.addenda, ADDENDA_LENGTH, "the addenda"), "0001", sequence)]


def _batch_control(originator: Originator, group: Group) -> str:
    count, rdfi_sum, credit_minor = _sums(group.entries)
    return _record(
        "8",
        _CREDITS_ONLY,
        _number(count, 6, "the count of entries and addenda of a batch"),
        _number(rdfi_sum % _HASH_MODULUS, 10, "the entry hash"),
        "0" * 12,  # debits
        _number(credit_minor, 12, "the total of a batch"),
        _text(originator.company_id, 10, "the company's id"),
        " " * 19,  # an authentication code that nobody uses
        " " * 6,
        originator.odfi,
        _number(group.number, 7, "the number of a batch"),
    )


def _file_control(groups: tuple[Group, ...], *, blocks: int) -> str:
    count, rdfi_sum, credit_minor = _sums(entry for group in groups for entry in group.entries)
    return _record(
        "9",
        _number(len(groups), 6, "the count of batches"),
        _number(blocks, 6, "the count of blocks"),
        _number(count, 8, "the count of entries and addenda"),
        _number(rdfi_sum % _HASH_MODULUS, 10, "the entry hash"),
        "0" * 12,  # debits
        _number(credit_minor, 12, "the total of the file"),
        " " * 39,
    )


def _sums(entries: Iterable[Entry]) -> tuple[int, int, int]:
    """Records of entries and addenda; the sum of the receiving banks' first eight digits; cents."""
    count = rdfi_sum = credit_minor = 0
    for entry in entries:
        count += 2 if entry.addenda else 1
        rdfi_sum += int(entry.routing[:8])
        credit_minor += entry.amount_minor
    return count, rdfi_sum, credit_minor


def _record(*fields: str) -> str:
    record = "".join(fields)
    if len(record) != RECORD_LENGTH:
        raise CannotWrite(f"a record of type {record[:1]} has {RECORD_LENGTH} characters, not {len(record)}")
    return record


def _text(text: str, length: int, what: str) -> str:
    if len(text) > length:
        raise CannotWrite(
            f"{what} has at most {length} characters in a NACHA file, not {len(text)}: shorten it"
        )
    return text.ljust(length)


def _number(number: int, digits: int, what: str) -> str:
    if number < 0 or number >= 10**digits:
        raise CannotWrite(
            f"{what} has at most {digits} digits in a NACHA file, and {number} does not fit: pay in smaller parts"
        )
    return str(number).rjust(digits, "0")
