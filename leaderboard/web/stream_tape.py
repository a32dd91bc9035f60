"""What a stream tells: the first message whole, then what has changed, and the last messages once more for who missed
some. Knows neither store nor clients."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
import orjson

# Whoever has missed more than this is better served with the whole page.
MESSAGES_KEPT: Final = 64
BYTES_KEPT: Final = 1 << 20

# What passes without anything being changed: told with every message, and by `as_of` messages in between.
PASSING: Final = ("as_of", "lag_ms", "awards_as_of", "version")
MOVES: Final = frozenset(("rank", "award_rank"))

Entry = Mapping[str, Any]
Document = Mapping[str, Any]


class Change(NamedTuple):
    """What is different from the message before; or everything, where it is `whole`.

    `head` is the page without its entries, of a change only what passes and what is new. `entries` are those that have
    come or changed; `moved` those of which only the ranks have; `gone` the accounts that have left the page.
    """

    head: Mapping[str, Any]
    entries: Sequence[Entry]
    moved: Sequence[Entry]
    gone: Sequence[str]
    whole: bool


def write_json(change: Change) -> bytes:
    """The data of a message as the API tells it."""
    told = {
        **change.head,
        "whole": change.whole,
        "entries": change.entries,
        "moved": [{name: one[name] for name in ("account_id", "rank", "award_rank")} for one in change.moved],
        "gone": change.gone,
    }
    return orjson.dumps(told, default=msgspec.to_builtins)


@dataclass(frozen=True, slots=True)
class Form:
    """How the data of a message is written, as one line. Forms of one name are one form."""

    name: str
    write: Callable[[Change], bytes] = field(compare=False)


JSON: Final = Form("json", write_json)


def event_id(document: Document) -> str:
    """Names what a page shows, whoever made it and when: another process, or this one started anew, says the same."""
    lasting = {name: value for name, value in document.items() if name not in PASSING}
    packed = orjson.dumps(lasting, default=msgspec.to_builtins)
    return blake2b(packed, digest_size=8).hexdigest()


def compared(before: Document, after: Document) -> Change:
    """What leads from one page to another."""
    old = {one["account_id"]: one for one in before["entries"]}
    changed, moved = [], []
    for one in after["entries"]:
        known = old.pop(one["account_id"], None)
        if known is None or not _is_same(known, one, leave_out=MOVES):
            changed.append(one)
        elif not _is_same(known, one):
            moved.append(one)
    head = {
        name: value for name, value in _head(after).items() if name in PASSING or value != before.get(name)
    }
    return Change(head, changed, moved, list(old), whole=False)


def _is_same(one: Entry, other: Entry, leave_out: frozenset[str] = frozenset()) -> bool:
    return one == other or all(one[name] == other.get(name) for name in one.keys() - leave_out)


def _head(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "entries"}


def _is_news(change: Change) -> bool:
    return bool(change.entries or change.moved or change.gone or change.head.keys() - set(PASSING))


class Tape:
    """Messages by their place, which only grows. `end` is the place of the newest."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._document: Document | None = None
        self._whole = b""
        # Each with the id of what is known after it; `_first_id` is known before the oldest of them.
        self._messages: deque[tuple[str, bytes]] = deque()
        self._first_id = self._id = ""
        self._bytes = 0
        self.end = 0

    @property
    def is_blank(self) -> bool:
        """Whether no page has been told yet."""
        return self._document is None

    @property
    def start(self) -> int:
        """Who has come to here, or farther, can be told all that he missed."""
        return self.end - len(self._messages)

    def tell(self, document: Document) -> bool:
        """The page as it stands; False where nothing is to be said of it."""
        before, self._document, self._whole = self._document, document, b""
        if before is None:
            self._messages.clear()
            self._first_id = self._id = event_id(document)
            return True
        change = compared(before, document)
        if not _is_news(change):
            return False
        self._id = event_id(document)
        self._add(_message("standings", self._form.write(change), self._id))
        return True

    def tell_as_of(self) -> None:
        """Nothing has changed, and as of when."""
        self._add(self.as_of())

    def comment(self, text: str) -> None:
        """For who looks at the connection; programs are told nothing."""
        self._add(f": {text}\n\n".encode())

    def _add(self, message: bytes) -> None:
        self._messages.append((self._id, message))
        self._bytes += len(message)
        self.end += 1
        while len(self._messages) > MESSAGES_KEPT or (self._bytes > BYTES_KEPT and len(self._messages) > 1):
            self._first_id, oldest = self._messages.popleft()
            self._bytes -= len(oldest)

    def as_of(self) -> bytes:
        """What passes, in a message of its own. It has no id, since nothing is missed without it."""
        document = self._document or {}
        return _message("as_of", orjson.dumps({name: document.get(name) for name in PASSING}))

    def whole(self) -> bytes:
        """The page as it stands, written once for all who ask."""
        if not self._whole and self._document is not None:
            change = Change(_head(self._document), self._document["entries"], (), (), whole=True)
            self._whole = _message("standings", self._form.write(change), self._id)
        return self._whole

    def place_of(self, known: str) -> int | None:
        """How far somebody has come who was told this id last; None where nobody can say."""
        if known == self._id:
            return self.end
        ids = [self._first_id, *(one for one, _ in self._messages)]
        places = range(self.end, self.start - 1, -1)
        return next((place for place in places if ids[place - self.start] == known), None)

    def after(self, place: int) -> bytes:
        """All messages after a place, which is not before `start`."""
        if place == self.end - 1:
            return self._messages[-1][1]
        return b"".join(message for _, message in islice(self._messages, place - self.start, None))


def _message(event: str, data: bytes, name: str = "") -> bytes:
    head = f"event: {event}\nid: {name}\n" if name else f"event: {event}\n"
    return head.encode() + b"data: " + data + b"\n\n"
