"""One replay from its first pass to its last answer: measure, then send, or only look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from leaderboard.replay.batches import MAX_EVENTS, Batch, batches
from leaderboard.replay.dry_run import judge_all
from leaderboard.replay.pacing import DueS, pace
from leaderboard.replay.rebase import Shift, shift_to, span_of
from leaderboard.replay.recording import Recording
from leaderboard.replay.sender import Door, Say, send_all
from leaderboard.replay.tally import Tally


class Job(Struct, frozen=True):
    """`speed` None is as fast as it is taken; `rebase` is when the first event shall have happened."""

    recording: Recording
    speed: float | None = None
    rebase: int | Literal["now"] | None = None
    most_events: int = MAX_EVENTS


class Timing(Struct, frozen=True):
    """What the first pass found out. Without one, nothing is moved and the first event seen is the first."""

    shift: Shift | None = None
    first_ms: int | None = None


def measure(job: Job, tally: Tally, now_ms: int) -> Timing:
    """Reads everything once where events are to be moved; `tally` is this pass's own."""
    if job.rebase is None:
        return Timing()
    span = span_of(job.recording.events(tally, timed=True))
    if span is None:
        return Timing()
    shift = shift_to(job.rebase, span, now_ms=now_ms, speed=job.speed)
    return Timing(shift, shift.at_ms(span.first_ms))


async def send(job: Job, timing: Timing, door: Door, tally: Tally, say: Say) -> None:
    """Sends everything; SendingStopped or ReplayError when that is not possible."""
    await send_all(_batches(job, timing, tally), door, tally, say)


def look(job: Job, timing: Timing, tally: Tally, now_ms: int) -> None:
    """Reads, maps and moves everything as `send` would, and counts what the door would reject."""
    judge_all(_batches(job, timing, tally), tally, now_ms)


def _batches(job: Job, timing: Timing, tally: Tally) -> Iterator[Batch]:
    due_s: DueS | None = None if job.speed is None else pace(job.speed, timing.first_ms)
    events = job.recording.events(tally, timed=job.speed is not None, shift=timing.shift)
    return _counted(batches(events, job.most_events, due_s), tally)


def _counted(made: Iterable[Batch], tally: Tally) -> Iterator[Batch]:
    for batch in made:
        tally.events += len(batch.events)
        yield batch
