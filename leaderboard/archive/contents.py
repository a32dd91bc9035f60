"""What is in a segment, in figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from leaderboard.archive.lines import Head, order, read_heads


@dataclass(slots=True)
class Contents:
    """`partitions`: the first and the last entry of each; `events`: lines. The times are 0 where there is nothing."""

    events: int = 0
    first_received_ms: int = 0
    last_received_ms: int = 0
    partitions: dict[int, tuple[str, str]] = field(default_factory=dict)

    @staticmethod
    def of(text: bytes) -> Contents:
        """What some lines hold."""
        heads = read_heads(text)
        if not heads:
            return Contents()
        times = [head.received_ms for head in heads]
        return Contents(len(heads), min(times), max(times), _partitions(heads))

    def add(self, more: Contents) -> None:
        """Takes in what follows behind."""
        if self.events and more.events:
            self.first_received_ms = min(self.first_received_ms, more.first_received_ms)
        self.first_received_ms = self.first_received_ms or more.first_received_ms
        self.last_received_ms = max(self.last_received_ms, more.last_received_ms)
        self.events += more.events
        for partition, (first, last) in more.partitions.items():
            self.partitions[partition] = (self.partitions.get(partition, (first,))[0], last)


def _partitions(heads: Iterable[Head]) -> dict[int, tuple[str, str]]:
    places: dict[int, tuple[str, str]] = {}
    for head in heads:
        known = places.get(head.partition)
        if known is None or known[1] != head.entry:
            places[head.partition] = (known[0] if known else head.entry, head.entry)
    return places


def move_on(through: dict[int, str], contents: Contents) -> None:
    """Takes `through`, the last entry of each partition, on to that of further contents."""
    for partition, (_, last) in contents.partitions.items():
        if partition not in through or order(last) > order(through[partition]):
            through[partition] = last
