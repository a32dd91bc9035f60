"""Walks the tables of a document: hands out values by key, and reports what is wrong, missing or unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from .errors import Notes, Spot, known_instead
from .values import described, is_name

Read = TypeVar("Read")


class Table:
    """One table of the document, which remembers the keys that were asked for.

    A value that is wrong is reported and a stand-in handed out in its place, so that reading goes on and
    finds the rest. No stand-in leaves this package: a document with problems gives no definition.
    """

    def __init__(self, value: object, spot: Spot, notes: Notes) -> None:
        self.spot = spot
        self.id: str | None = None
        self._notes = notes
        # In the order of asking, which is the one in which people write them.
        self._asked: dict[str, None] = {}
        self._failed: set[str] = set()
        self._values: Mapping[object, object] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            notes.add(spot, f"must be a table, not {described(value)}")

    @property
    def problem_count(self) -> int:
        """How many problems the whole document has so far."""
        return len(self._notes)

    def has(self, key: str) -> bool:
        """Whether the key is given; a JSON null is the same as leaving it out."""
        self._asked[key] = None
        return self._values.get(key) is not None

    def fine(self, *keys: str) -> bool:
        """Whether no problem was found so far with any of the keys."""
        return not self._failed.intersection(keys)

    def report(self, key: str, message: str) -> None:
        self._failed.add(key)
        self._notes.add(self.spot.at(key), message)

    def refuse(self, message: str) -> None:
        """Report a problem with the table as a whole."""
        self._notes.add(self.spot, message)

    def read(self, key: str, parse: Callable[[object], Read], default: Read) -> Read:
        """An optional value."""
        if not self.has(key):
            return default
        try:
            return parse(self._values[key])
        except ValueError as error:
            self.report(key, str(error))
            return default

    def maybe(self, key: str, parse: Callable[[object], Read]) -> Read | None:
        """An optional value without a default."""
        return self.read(key, parse, None) if self.has(key) else None

    def need(self, key: str, parse: Callable[[object], Read], stand_in: Read) -> Read:
        """A value that must be given."""
        if not self.has(key):
            self.report(key, "is required")
        return self.read(key, parse, stand_in)

    def each(self, key: str, parse: Callable[[object], Read]) -> tuple[Read, ...]:
        """Every entry of a list; without the key, none."""
        found = []
        for index, value in enumerate(self._list(key)):
            try:
                found.append(parse(value))
            except ValueError as error:
                self._failed.add(key)
                self._notes.add(self.spot.at(key).row(index), str(error))
        return tuple(found)

    def table(self, key: str) -> Table:
        """The table under the key; without the key, an empty one."""
        value = self._values[key] if self.has(key) else {}
        return Table(value, self.spot.at(key), self._notes)

    def named(self, key: str) -> dict[str, Table]:
        """The tables `[key.NAME]` under the key, by name."""
        parent = self.table(key)
        names = [name for name in parent._values if is_name(name)]
        found = {name: parent.table(name) for name in names if isinstance(name, str)}
        parent.close("is no name: a name is 1 to 64 of a-z, 0-9, `_` and `-`")
        return found

    def rows(self, key: str) -> list[Table]:
        """The tables of a list."""
        spot = self.spot.at(key)
        return [Table(value, spot.row(index), self._notes) for index, value in enumerate(self._list(key))]

    def rows_by_id(self, key: str) -> list[Table]:
        """The tables `[[key]]`, each with an `id` of its own, which then stands in its path."""
        spot, ids = self.spot.at(key), set[str]()
        found = []
        for index, value in enumerate(self._list(key)):
            given = value.get("id") if isinstance(value, Mapping) else None
            row_id = given if isinstance(given, str) and is_name(given) else None
            label = row_id if row_id not in ids else None
            found.append(Table(value, spot.row(index, label), self._notes))
            found[-1].id = row_id
            if row_id and not label:
                found[-1].report("id", f"`{row_id}` is used twice")
            ids.update([row_id] if row_id else [])
        return found

    def close(self, message: str = "") -> None:
        """Report the keys that nobody asked for."""
        for key in self._values:
            if not isinstance(key, str):
                self._notes.add(self.spot, f"a key must be a text, not {described(key)}")
            elif key not in self._asked:
                self.report(key, message or f"unknown key{known_instead(key, self._asked)}")

    def _list(self, key: str) -> list[object]:
        value = self._values[key] if self.has(key) else []
        if isinstance(value, list | tuple):
            return list(value)
        hint = f"; write [[{key}]]" if isinstance(value, Mapping) else ""
        self.report(key, f"must be a list, not {described(value)}{hint}")
        return []
