"""The chain of the audit log: what an entry's hash covers, and where a chain breaks. Reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import rfc8785
from msgspec import Struct, structs

OLDER: Final = 0


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who decided what, when and why. `before` and `after` are the texts as stored, '' where there was nothing.

    `seq` counts from 1. An entry that is older than the chain has `OLDER` there, and no hash.
    """

    seq: int
    at_ms: int
    actor: str
    action: str
    subject: str
    before: str
    after: str
    why: str = ""
    previous: str = ""
    hash: str = ""


class Problem(Struct, frozen=True):
    """Where a chain breaks, and how. `seq` is what the entry says of itself, or the one that is missing."""

    seq: int
    how: str

    def __str__(self) -> str:
        return f"entry {self.seq} {self.how}"


class Chain:
    """A chain as far as it was followed, entry by entry, the oldest first."""

    def __init__(self, sought: str = "") -> None:
        """`sought` is a hash that some entry should have."""
        self.entries = 0
        self.older = 0
        self.head = ""
        self.has_sought = not sought
        self._sought = sought

    def follow(self, entry: Entry) -> Problem | None:
        """Takes the next entry, or says how it breaks the chain."""
        if entry.seq == OLDER and not self.entries and not entry.hash:
            self.older += 1
            return None
        problem = self._break_at(entry)
        if problem is None:
            self.entries, self.head = entry.seq, entry.hash
            self.has_sought |= entry.hash == self._sought
        return problem

    def _break_at(self, entry: Entry) -> Problem | None:
        expected = self.entries + 1
        if entry.seq == expected + 1:
            return Problem(expected, "is missing")
        if entry.seq > expected:
            return Problem(expected, f"is missing, and all up to {entry.seq - 1}")
        if entry.seq < expected:
            how = f"stands where entry {expected} should: it was put in, or the order was changed"
            return Problem(entry.seq, how)
        if entry.previous != self.head:
            return Problem(entry.seq, "does not follow on the entry before it: one of the two was changed")
        if entry.hash != entry_hash(entry):
            return Problem(entry.seq, "was changed: its hash is another")
        return None


def entry_hash(entry: Entry) -> str | None:
    """SHA-256, in hexadecimal, of the RFC 8785 form of all but the hash; None where it has none.

    `store/lua/audit.lua` makes the same.
    """
    content = structs.asdict(entry)
    del content["hash"]
    try:
        return sha256(rfc8785.dumps(content)).hexdigest()
    except rfc8785.CanonicalizationError:
        return None


def verify(entries: Iterable[Entry]) -> Problem | None:
    """The first break of a chain, given from its first entry on. An end that was cut off shows to nobody without a
    head that is known from elsewhere."""
    chain = Chain()
    return next((problem for entry in entries if (problem := chain.follow(entry))), None)
