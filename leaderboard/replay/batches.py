"""Events put together to requests: no more than the door takes, and none before its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from leaderboard.replay.pacing import DueS
from leaderboard.replay.recorded import Recorded

MAX_EVENTS = 1000
MAX_BODY_BYTES = 4 * 1024 * 1024

# What falls due within this time goes out together, at the end of it.
TOGETHER_S = 0.1


class Batch(Struct, gc=False):
    """`due_s`: seconds after the start of sending, when the last of its events is due."""

    events: list[Recorded]
    due_s: float = 0.0

    @property
    def body(self) -> bytes:
        return b"\n".join([event.body for event in self.events])


def batches(events: Iterable[Recorded], most: int = MAX_EVENTS, due_s: DueS | None = None) -> Iterator[Batch]:
    """Batches of at most `most` events and MAX_BODY_BYTES; with `due_s`, of at most TOGETHER_S."""
    batch: list[Recorded] = []
    size, first_due_s, last_due_s = 0, 0.0, 0.0
    for event in events:
        event_due_s = due_s(event.at_ms) if due_s else 0.0
        length = len(event.body) + 1
        size += length
        if len(batch) == most or size > MAX_BODY_BYTES or event_due_s > first_due_s + TOGETHER_S:
            if batch:
                yield Batch(batch, last_due_s)
            batch, size, first_due_s, last_due_s = [], length, event_due_s, 0.0
        batch.append(event)
        last_due_s = max(last_due_s, event_due_s)
    if batch:
        yield Batch(batch, last_due_s)
