"""What networks and clients do to a feed: late, shuffled, twice, garbled. It decides; `feeder.py` sends."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from random import Random

from msgspec import Struct

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.traffic import BATCH
from leaderboard.domain.times import DAY_MS

SHUFFLED_SHARE = 0.15  # of batches are overtaken by the next ones
LATE_SHARE = 0.03  # of batches come seconds to minutes late
LOST_SHARE = 0.01  # of answers do not arrive, so the client sends again
REPEATED_SHARE = 0.015  # of events are sent once more

WRONG_CLOCK_EVERY_MS = 2_500
CONFLICT_EVERY_MS = 4_000
GARBLED_EVERY_MS = 7_000


class Parcel(Struct, frozen=True):
    """One request: it leaves at `due_ms`. When its answer is lost, the same bytes are sent again."""

    due_ms: int
    events: list[RawEvent]
    answer_lost: bool = False


class Network:
    """Takes batches in order and lets parcels out as they would leave their senders.

    One that `garbles` sends some events that the door has to refuse.
    """

    def __init__(
        self, seed: int, window_start_ms: int, clumsy_account_id: str, *, garbles: bool = True
    ) -> None:
        self._rng = Random(f"network/{seed}")
        self._window_start_ms = window_start_ms
        self._clumsy_account_id = clumsy_account_id
        self._held: list[tuple[int, int, Parcel]] = []
        self._held_ever = 0
        self._mishaps: dict[int, Callable[[list[RawEvent]], list[RawEvent]]] = {
            WRONG_CLOCK_EVERY_MS: self._wrong_clock,
            CONFLICT_EVERY_MS: self._conflict,
        }
        if garbles:
            self._mishaps[GARBLED_EVERY_MS] = self._garbled
        self._next_ms = dict.fromkeys(self._mishaps, 0)

    def carry(self, batches: Iterable[tuple[int, list[RawEvent]]]) -> Iterator[Parcel]:
        """`batches` are (when ready, events). At the end, what is still under way arrives at once."""
        now_ms = 0
        for now_ms, events in batches:
            yield from self._arrived(now_ms)
            yield from self._send(now_ms, events)
        for _, _, parcel in sorted(self._held, key=lambda held: held[:2]):
            yield Parcel(now_ms, parcel.events)

    def _arrived(self, now_ms: int) -> Iterator[Parcel]:
        while self._held and self._held[0][0] <= now_ms:
            yield heapq.heappop(self._held)[2]

    def _send(self, now_ms: int, events: list[RawEvent]) -> Iterator[Parcel]:
        again = [event for event in events if self._rng.random() < REPEATED_SHARE]
        if again:
            self._hold(now_ms + self._rng.randrange(200, 20_000), again)
        sent = events + self._due_mishaps(now_ms, events)
        self._rng.shuffle(sent)
        for begin in range(0, len(sent), BATCH):
            part = sent[begin : begin + BATCH]
            if delay_ms := self._delay_ms():
                self._hold(now_ms + delay_ms, part)
            else:
                yield Parcel(now_ms, part, answer_lost=self._rng.random() < LOST_SHARE)

    def _hold(self, due_ms: int, events: list[RawEvent]) -> None:
        self._held_ever += 1
        heapq.heappush(self._held, (due_ms, self._held_ever, Parcel(due_ms, events)))

    def _delay_ms(self) -> int:
        chance = self._rng.random()
        if chance < LATE_SHARE:
            return int(1000 * min(240.0, self._rng.lognormvariate(2.3, 1.0)))
        return self._rng.randrange(50, 600) if chance < LATE_SHARE + SHUFFLED_SHARE else 0

    def _due_mishaps(self, now_ms: int, events: list[RawEvent]) -> list[RawEvent]:
        mishaps: list[RawEvent] = []
        for every_ms, happen in self._mishaps.items():
            if now_ms >= self._next_ms[every_ms] and (strange := happen(events)):
                self._next_ms[every_ms] = now_ms + every_ms
                mishaps += strange
        return mishaps

    def _wrong_clock(self, events: list[RawEvent]) -> list[RawEvent]:
        """A phone whose clock stands weeks before the campaign."""
        view = _first_view(events)
        at_ms = self._window_start_ms - self._rng.randrange(1, 40) * DAY_MS
        return [view | {"id": f"{view['id']}-old", "at": at_ms}] if view else []

    def _conflict(self, events: list[RawEvent]) -> list[RawEvent]:
        """One client gives two different views the same id."""
        view = _first_view(events, self._clumsy_account_id)
        return [view | {"product_id": f"{view['account_id']}-p999"}] if view else []

    def _garbled(self, events: list[RawEvent]) -> list[RawEvent]:
        """A forgotten field, a time in the wrong unit, a clock that is ahead, a type nobody knows."""
        view = _first_view(events)
        if view is None:
            return []
        at_ms = int(view["at"])
        nameless = {key: value for key, value in view.items() if key != "visitor_id"}
        return [
            nameless | {"id": f"{view['id']}-g1"},
            view | {"id": f"{view['id']}-g2", "at": at_ms // 1000},
            view | {"id": f"{view['id']}-g3", "at": at_ms + DAY_MS},
            view | {"id": f"{view['id']}-g4", "type": "product_veiw"},
        ]


def _first_view(events: list[RawEvent], account_id: str | None = None) -> RawEvent | None:
    for event in events:
        if event["type"] == "product_view" and account_id in (None, event["account_id"]):
            return event
    return None
