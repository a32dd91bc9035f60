"""The right answer for live time, the plain way: all spans in memory, joined when somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from leaderboard.demo.audience import RawEvent

_Spans = list[tuple[int, int]]
_SHOWN: Final = ("explaining", "displaying")


class LiveTime(NamedTuple):
    """Of one account, in ms."""

    effective_ms: int
    kept_ms: int


class LiveAnswer:
    """For a campaign that bridges no silence, heartbeats that show signs of life, and the same slots for all hosts."""

    def __init__(self, slots: Iterable[tuple[int, int]] = ()) -> None:
        self._slots = sorted(slots)
        self._effective: dict[str, _Spans] = defaultdict(list)
        self._on_air: dict[str, _Spans] = defaultdict(list)

    def take(self, events: Iterable[RawEvent]) -> None:
        """Takes in the heartbeats among some events as they are sent."""
        for event in events:
            if event["type"] == "heartbeat":
                end_ms = event["at"]
                start_ms = end_ms - round(event["covers"] * 1000)
                self.claim(event["account_id"], start_ms, end_ms, _counts(event))

    def claim(self, account: str, start_ms: int, end_ms: int, is_effective: bool) -> None:
        """Takes in a span."""
        self._on_air[account].append((start_ms, end_ms))
        if is_effective:
            self._effective[account].append((start_ms, end_ms))

    def times(self) -> dict[str, LiveTime]:
        """What every account must have by now."""
        for all_spans in (self._effective, self._on_air):
            for account, spans in all_spans.items():
                all_spans[account] = joined(spans)
        return {
            account: LiveTime(_length(self._effective.get(account, ())), self._kept(spans))
            for account, spans in self._on_air.items()
        }

    def _kept(self, on_air: _Spans) -> int:
        return sum(
            max(0, min(end, closes) - max(start, opens))
            for opens, closes in self._slots
            for start, end in on_air
        )


def _counts(event: Mapping[str, object]) -> bool:
    is_shown = event["activity"] in _SHOWN and event.get("product_id") is not None
    return is_shown and not event.get("recorded") and event["order_channel"] != "none"


def joined(spans: Iterable[tuple[int, int]]) -> _Spans:
    """The same time without overlaps."""
    found: _Spans = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def wrong_accounts(shown: Mapping[str, LiveTime], expected: Mapping[str, LiveTime]) -> int:
    """How many accounts show another time than they must; who was never on air must show none."""
    nothing = LiveTime(0, 0)
    accounts = shown.keys() | expected.keys()
    return sum(shown.get(account, nothing) != expected.get(account, nothing) for account in accounts)
