"""A bank's file of what came back: returned credits and notices of change. Reads it strictly, and settles nothing.

Corrected account numbers stay in the bank's file: whoever proposes new details reads them there.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from msgspec import Struct

from leaderboard.domain.nacha_records import FILLER, RECORD_LENGTH

# What may come after what, by the first character of a record. An entry has one addenda, which says why it is there.
_FOLLOWING: Final = {"": "1", "1": "5", "5": "6", "6": "7", "7": "68", "8": "59", "9": ""}
_KINDS: Final = {
    "1": "a file header (1)",
    "5": "a batch header (5)",
    "6": "an entry (6)",
    "7": "an addenda (7)",
    "8": "a batch control (8)",
    "9": "a file control (9)",
}
_CODES: Final = {"99": re.compile(r"R\d\d", re.ASCII), "98": re.compile(r"C\d\d", re.ASCII)}
_ID: Final = re.compile(r"[0-9A-Za-z]{1,15}", re.ASCII)

Records = list[tuple[int, str]]  # each with the number of its line


class CannotRead(ValueError):
    """A bank's file is not one of returns, or not all of one; the text names the line and what was expected."""


class Return(Struct, frozen=True, kw_only=True):
    """What the bank says of one payment. `id` and `trace` are those of the entry that was sent.

    `code`: R and two digits where the money came back; C and two digits where it arrived and the details are to be
    corrected, and then the amount is 0.
    """

    id: str
    trace: str
    code: str
    amount_minor: int

    @property
    def is_correction(self) -> bool:
        """Whether the money arrived."""
        return self.code.startswith("C")


def read_returns(text: str) -> list[Return]:
    """What is in the file, in its order. CannotRead where a line is not as it should be, or the file not whole."""
    records = _records(text)
    _check_order(records)
    _check_counts(records)
    return [
        _return(number, entry, addenda)
        for (number, entry), (_, addenda) in pairwise(records)
        if entry[0] == "6"
    ]


def _records(text: str) -> Records:
    """Without filler. Lines may end as they do on any system."""
    records: Records = []
    for number, line in enumerate(text.replace("\r\n", "\n").removesuffix("\n").split("\n"), 1):
        if len(line) != RECORD_LENGTH or not (line.isascii() and line.isprintable()):
            raise _wrong(
                number, f"expected {RECORD_LENGTH} printable ASCII characters, there are {len(line)}"
            )
        if line != FILLER:
            records.append((number, line))
        elif not records or records[-1][1][0] != "9":
            raise _wrong(number, "filler stands after the file control only")
    return records


def _check_order(records: Records) -> None:
    last = ""
    for number, record in records:
        expected = _FOLLOWING[last]
        if record[0] not in expected:
            raise _wrong(number, f"expected {_either(expected)}")
        last = record[0]
    if last != "9":
        raise _wrong(records[-1][0] + 1, f"the file ends, expected {_either(_FOLLOWING[last])}")


def _either(kinds: str) -> str:
    return " or ".join(_KINDS[kind] for kind in kinds) or "nothing but filler"


def _check_counts(records: Records) -> None:
    """Entries and addenda, as each control counts them: a file that lost a part on its way is none."""
    of_batch = of_file = 0
    for number, record in records:
        if record[0] in "67":
            of_batch += 1
        elif record[0] == "8":
            _check_count(number, record[4:10], of_batch)
            of_file, of_batch = of_file + of_batch, 0
        elif record[0] == "9":
            _check_count(number, record[13:21], of_file)


def _check_count(number: int, said: str, counted: int) -> None:
    if _digits(number, said, "a count") != counted:
        raise _wrong(
            number, f"counts {said} entries and addenda, there are {counted}: have the file sent again"
        )


def _return(number: int, entry: str, addenda: str) -> Return:
    code, id, trace = addenda[3:6], entry[39:54].strip(), addenda[6:21]
    expected = _CODES.get(addenda[1:3])
    if expected is None:
        raise _wrong(number + 1, "expected an addenda of a return (799) or of a notice of change (798)")
    if expected.fullmatch(code) is None:
        raise _wrong(
            number + 1, f"expected a code such as R03 in a return, C01 in a notice of change, not {code!r}"
        )
    if _ID.fullmatch(id) is None:
        raise _wrong(number, "expected the payment's id in characters 40 to 54")
    _digits(number + 1, trace, "the trace number of the entry that was sent")
    amount_minor = _digits(number, entry[29:39], "an amount")
    return Return(id=id, trace=trace, code=code, amount_minor=0 if code[0] == "C" else amount_minor)


def _digits(number: int, text: str, what: str) -> int:
    if not text.isdigit():
        raise _wrong(number, f"expected {what} in digits")
    return int(text)


def _wrong(number: int, text: str) -> CannotRead:
    return CannotRead(f"line {number}: {text}")
