"""Where things lie in a chart: percent across, pixels down. Ticks, marks of days and hours, short names.

A chart is as wide as the page lets it be, so what lies across is in percent and its text never shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Final
from zoneinfo import ZoneInfo

from leaderboard.domain.times import from_ms, to_ms

# Words of a number, of a share and of an instant in Unix milliseconds, in the reader's language.
Number = Callable[[float], str]
Instant = Callable[[int], str]

STEPS: Final = 3  # between ticks of an axis at most, where it begins at nothing
RANK_STEPS: Final = 4
NARROW_TICKS: Final = 3  # as many as a phone has room for below a chart
WIDE_TICKS: Final = 10
LABEL_CHARACTERS: Final = 14
_EDGE: Final = 3.0  # percent: nearer to an end, a centred text would hang over


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its text. `at` is in percent across, or in pixels down."""

    at: float
    text: str
    wide_only: bool = False
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Table:
    """What a chart shows, as text; the first column names the row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` laid along 0 to `length`; what lies outside is drawn at the edge."""

    low: float
    high: float
    length: float

    def at(self, value: float) -> float:
        """Where a value lies."""
        if self.high == self.low:
            return 0.0
        share = (value - self.low) / (self.high - self.low)
        return round(min(max(share, 0.0), 1.0) * self.length, 2)

    def down(self, value: float) -> float:
        """Where a value lies when more is higher up, in pixels from the top."""
        return round(self.length - self.at(value), 2)


def nice_ticks(low: float, high: float, least_step: float = 0) -> tuple[float, ...]:
    """Round numbers, evenly apart, of which the first is not above `low` and the last not below `high`."""
    step = _nice_step(max((high - low) / STEPS, least_step))
    first = floor(low / step)
    last = max(ceil(high / step), first + 2)
    return tuple(_times(step, count) for count in range(first, last + 1))


def rank_ticks(worst: int) -> tuple[int, ...]:
    """Places to name on an axis from 1 down to the worst."""
    step = int(_nice_step(max(worst / RANK_STEPS, 1)))
    return tuple(dict.fromkeys([1, *range(step, worst + 1, step)]))


def _nice_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that is not below `least`; also 0.5, 0.2, 0.1 … where `least` is below 1."""
    power = 1.0
    while power > least > 0:
        power /= 10
    while power * 10 <= least:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)


def _times(step: float, count: int) -> float:
    return step * count if step >= 1 else round(step * count, 9)


def least_step(values: Iterable[float]) -> float:
    """Whole values have no ticks between whole numbers."""
    return 1 if all(value == int(value) for value in values) else 0


def across(marks: Sequence[tuple[float, str]], scale: Scale) -> tuple[Tick, ...]:
    """Texts below a chart, in order; thinned for a wide page, and once more for a narrow one."""
    inside = [(at, text) for at, text in marks if scale.low <= at <= scale.high]
    shown = inside[:: ceil(len(inside) / WIDE_TICKS) or 1]
    every = ceil(len(shown) / NARROW_TICKS) or 1
    return tuple(
        Tick(scale.at(at), text, index % every > 0, _anchor(scale.at(at)))
        for index, (at, text) in enumerate(shown)
    )


def _anchor(percent: float) -> str:
    if percent < _EDGE:
        return "start"
    return "end" if percent > 100 - _EDGE else "middle"


def said(value: float | None, number: Number) -> str:
    """The words of a value, also of one that is not there."""
    return "–" if value is None else number(value)


def shortened(name: str) -> str:
    """A name that fits beside a line."""
    return name if len(name) <= LABEL_CHARACTERS else f"{name[: LABEL_CHARACTERS - 1].rstrip()}…"


def day_marks(start_ms: int, end_ms: int, zone: ZoneInfo) -> Iterator[int]:
    """Every midnight of a zone in `[start_ms, end_ms]`; days of 23 and 25 hours are as long as they are."""
    day = from_ms(start_ms).astimezone(zone).date()
    while (at_ms := to_ms(datetime(day.year, day.month, day.day, tzinfo=zone))) <= end_ms:
        if at_ms >= start_ms:
            yield at_ms
        day += timedelta(days=1)


def hour_marks(start_ms: int, end_ms: int, zone: ZoneInfo, every_h: int = 3) -> Iterator[int]:
    """Every full hour in `[start_ms, end_ms]` that `every_h` divides by the clock of a zone."""
    hour_ms = 3_600_000
    # Some zones are a half or a quarter of an hour off, so quarters are tried.
    quarter_ms = hour_ms // 4
    for at_ms in range(-(-start_ms // quarter_ms) * quarter_ms, end_ms + 1, quarter_ms):
        local = from_ms(at_ms).astimezone(zone)
        if local.minute == 0 and local.hour % every_h == 0:
            yield at_ms
