"""An account's enrolment in a campaign: its registered hosts and the schedule they promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta, Struct, field

from leaderboard.domain.accounts import Id
from leaderboard.domain.times import EARLIEST_MS, rfc3339, to_ms

Instant = Annotated[
    Annotated[datetime, Meta(tz=True)] | int,
    Meta(description="RFC 3339 with offset, or integer Unix milliseconds."),
]

_END_MS: Final = 7_258_118_400_000  # 2200-01-01T00:00:00Z


class Slot(Struct, forbid_unknown_fields=True, frozen=True):
    """A promised span of live time, `[start, end)`."""

    start: Instant
    end: Instant


class HostSchedule(Struct, forbid_unknown_fields=True, frozen=True):
    """A registered host and the slots promised for it."""

    host_id: Id
    schedule: Annotated[list[Slot], Meta(max_length=1000)] = field(default_factory=list)


class Enrollment(Struct, forbid_unknown_fields=True, frozen=True):
    """What an account brings to a campaign."""

    hosts: Annotated[list[HostSchedule], Meta(max_length=1000)] = field(default_factory=list)


def _instant_ms(instant: Instant) -> int:
    return instant if isinstance(instant, int) else to_ms(instant)


def problems(enrollment: Enrollment) -> list[str]:
    """What is wrong with an enrolment, each line naming its field; empty when it is right."""
    found = []
    names = [host.host_id for host in enrollment.hosts]
    found += [f"hosts: {name} is named twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for number, host in enumerate(enrollment.hosts):
        spans = sorted((_instant_ms(slot.start), _instant_ms(slot.end)) for slot in host.schedule)
        where = f"hosts[{number}].schedule"
        found += _out_of_range(where, host.schedule)
        found += [f"{where}: a slot ends at or before its start" for start, end in spans if end <= start]
        overlaps = [later for earlier, later in pairwise(spans) if later[0] < earlier[1]]
        found += [f"{where}: slots of one host overlap at {_shown(start)}" for start, _ in overlaps]
    return found


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
    return {
        "hosts": [
            {
                "host_id": host.host_id,
                "schedule": [
                    {"start": rfc3339(start), "end": rfc3339(end)}
                    for start, end in sorted(
                        (_instant_ms(s.start), _instant_ms(s.end)) for s in host.schedule
                    )
                ],
            }
            for host in sorted(enrollment.hosts, key=lambda host: host.host_id)
        ]
    }
