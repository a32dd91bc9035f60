"""What the door would say to events, without a door: shapes, money and times, but not tokens and accounts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from leaderboard.domain.events import Event
from leaderboard.domain.kept_events import Refused, keep
from leaderboard.replay.batches import Batch
from leaderboard.replay.recorded import Recorded
from leaderboard.replay.tally import Tally

_read: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def judge_all(batches: Iterable[Batch], tally: Tally, now_ms: int) -> None:
    """Counts the events that would be rejected at `now_ms`, by the door's own codes."""
    for batch in batches:
        for event in batch.events:
            _judge(event, tally, now_ms)


def _judge(event: Recorded, tally: Tally, now_ms: int) -> None:
    try:
        keep(_read.decode(event.body), now_ms, len)
    except Refused as error:
        tally.reject(error.code, event.file, event.line, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        tally.reject("invalid", event.file, event.line, str(error))
