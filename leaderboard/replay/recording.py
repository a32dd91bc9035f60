"""What is to be replayed: files, how to read them, and the one stream of events that comes of it."""

from __future__ import annotations

import random
from itertools import islice

from msgspec import Struct

from leaderboard.replay import ndjson
from leaderboard.replay.csv_mapping import Mapping
from leaderboard.replay.csv_rows import read_rows
from leaderboard.replay.groups import Groups
from leaderboard.replay.rebase import Shift
from leaderboard.replay.recorded import Events, Lines
from leaderboard.replay.sources import UNREADABLE, texts
from leaderboard.replay.tally import Tally


class Recording(Struct, frozen=True):
    """`mapping` is for CSV; without one the lines are our own events. The first `limit` events, in file order."""

    files: tuple[str, ...]
    mapping: Mapping | None = None
    limit: int | None = None
    shuffle_seed: int | None = None

    def events(self, tally: Tally, *, timed: bool = False, shift: Shift | None = None) -> Events:
        """Every event, `timed` with its time, moved by `shift`. Holds all only when they are shuffled or grouped."""
        events = islice(self._in_order(tally, timed, shift), self.limit)
        return events if self.shuffle_seed is None else _shuffled(events, self.shuffle_seed)

    def _in_order(self, tally: Tally, timed: bool, shift: Shift | None) -> Events:
        groups = Groups(self.mapping, tally) if self.mapping and self.mapping.group_by else None
        for path in self.files:
            try:
                for name, lines in texts(path, tally):
                    if groups is None:
                        yield from self._read(name, lines, tally, timed, shift)
                    else:
                        groups.read(name, lines)
            except UNREADABLE as error:
                reason = getattr(error, "strerror", None) or error
                tally.broken.append(f"{path}: cannot be read to its end: {reason}")
        if groups is not None:
            yield from groups.events(shift)

    def _read(self, name: str, lines: Lines, tally: Tally, timed: bool, shift: Shift | None) -> Events:
        if self.mapping is not None:
            return read_rows(name, lines, tally, self.mapping, shift)
        if shift is not None:
            return ndjson.moved(name, lines, tally, shift)
        return ndjson.timed(name, lines, tally) if timed else ndjson.as_is(name, lines, tally)


def _shuffled(events: Events, seed: int) -> Events:
    held = list(events)
    random.Random(seed).shuffle(held)  # noqa: S311 - an order that can be had again, not a secret
    yield from held
