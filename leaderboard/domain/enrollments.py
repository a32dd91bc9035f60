"""An account's enrolment in a campaign: its registered hosts and the schedule they promise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Annotated, Final

from msgspec import Meta, Struct, field

from leaderboard.domain.accounts import Id
from leaderboard.domain.live_spans import Spans, union
from leaderboard.domain.times import DAY_MS, EARLIEST_MS, rfc3339, to_ms

Instant = Annotated[
    Annotated[datetime, Meta(tz=True)] | int,
    Meta(description="RFC 3339 with offset, or integer Unix milliseconds."),
]

Waiver = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="Who allowed a host more than 84 h within 14 days, and why.",
    ),
]

_END_MS: Final = 7_258_118_400_000  # 2200-01-01T00:00:00Z
_HOUR_MS: Final = 3_600_000
# Our own limit, six hours a day: nobody keeps more for long, and further slots are only there to be hit.
MOST_PROMISED_MS: Final = 84 * _HOUR_MS
PROMISED_WITHIN_MS: Final = 14 * DAY_MS


class Slot(Struct, forbid_unknown_fields=True, frozen=True):
    """A promised span of live time, `[start, end)`."""

    start: Instant
    end: Instant


class HostSchedule(Struct, forbid_unknown_fields=True, frozen=True):
    """A registered host and the slots promised for it."""

    host_id: Id
    schedule: Annotated[list[Slot], Meta(max_length=1000)] = field(default_factory=list)


class Enrollment(Struct, forbid_unknown_fields=True, frozen=True):
    """What an account brings to a campaign. `schedule_waiver` lets its hosts promise more than is kept."""

    hosts: Annotated[list[HostSchedule], Meta(max_length=1000)] = field(default_factory=list)
    schedule_waiver: Waiver | None = None


def _instant_ms(instant: Instant) -> int:
    return instant if isinstance(instant, int) else to_ms(instant)


def slots_of(enrollment: Enrollment) -> dict[str, Spans]:
    """host id → its promised slots in order, `[start_ms, end_ms)`."""
    return {host.host_id: _slots(host) for host in enrollment.hosts}


def _slots(host: HostSchedule) -> Spans:
    return sorted((_instant_ms(slot.start), _instant_ms(slot.end)) for slot in host.schedule)


def problems(enrollment: Enrollment) -> list[str]:
    """What is wrong with an enrolment, each line naming its field; empty when it is right."""
    found = []
    names = [host.host_id for host in enrollment.hosts]
    found += [f"hosts: {name} is named twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for number, host in enumerate(enrollment.hosts):
        where = f"hosts[{number}].schedule"
        wrong = _wrong_slots(where, host)
        if not wrong and enrollment.schedule_waiver is None:
            wrong = _too_much(where, host.host_id, _slots(host))
        found += wrong
    return found


def _wrong_slots(where: str, host: HostSchedule) -> list[str]:
    slots = _slots(host)
    found = _out_of_range(where, host.schedule)
    found += [f"{where}: a slot ends at or before its start" for start, end in slots if end <= start]
    overlaps = [later for earlier, later in pairwise(slots) if later[0] < earlier[1]]
    return found + [f"{where}: slots of one host overlap at {_shown(start)}" for start, _ in overlaps]


def _too_much(where: str, host_id: str, slots: Spans) -> list[str]:
    most_ms, from_ms = most_promised(slots, PROMISED_WITHIN_MS)
    if most_ms <= MOST_PROMISED_MS:
        return []
    hours = -(-most_ms * 100 // _HOUR_MS) / 100
    return [
        f"{where}: {host_id} is promised for {hours:g} h in the 14 days from {_shown(from_ms)}, more than "
        f"{MOST_PROMISED_MS // _HOUR_MS} h; shorten the slots, or say in `schedule_waiver` who allowed it and why"
    ]


def most_promised(slots: Spans, within_ms: int) -> tuple[int, int]:
    """(the most time in slots that any span of this length holds, the first moment of such a span)."""
    spans = union(slots)
    starts = [start for start, _ in spans]
    before = list(accumulate((end - start for start, end in spans), initial=0))

    def held_until(at_ms: int) -> int:
        index = bisect_left(starts, at_ms)
        beyond = max(spans[index - 1][1] - at_ms, 0) if index else 0
        return before[index] - beyond

    # The most is held where the span begins with a slot (these are looked at first) or ends with one.
    froms = [*starts, *(end - within_ms for _, end in spans)]
    held = [held_until(at + within_ms) - held_until(at) for at in froms]
    most_ms = max(held, default=0)
    return most_ms, froms[held.index(most_ms)] if held else 0


def _out_of_range(where: str, schedule: Sequence[Slot]) -> list[str]:
    instants = [
        (f"{where}[{number}].{name}", _instant_ms(instant))
        for number, slot in enumerate(schedule)
        for name, instant in (("start", slot.start), ("end", slot.end))
    ]
    return [
        f"{place}: {_shown(at_ms)} lies outside the years 2000 to 2199; whole numbers are milliseconds"
        for place, at_ms in instants
        if not EARLIEST_MS <= at_ms < _END_MS
    ]


def _shown(instant_ms: int) -> str:
    try:
        return rfc3339(instant_ms)
    except (OverflowError, ValueError, OSError):
        return str(instant_ms)


def canonical(enrollment: Enrollment) -> dict[str, object]:
    """The enrolment with all times as RFC 3339 UTC, ordered, so that the same promise has the same text."""
    hosts = [
        {
            "host_id": host_id,
            "schedule": [{"start": rfc3339(start), "end": rfc3339(end)} for start, end in slots],
        }
        for host_id, slots in sorted(slots_of(enrollment).items())
    ]
    waiver = enrollment.schedule_waiver
    return {"hosts": hosts} if waiver is None else {"hosts": hosts, "schedule_waiver": waiver}
