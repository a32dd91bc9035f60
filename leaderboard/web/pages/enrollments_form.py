"""The form for hosts and slots: rows of day, start and end in the campaign's zone, or CSV; and what it asks for.

A slot whose end is not after its start ends on the next day. Whether a promise is allowed, our API says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from leaderboard.domain.campaigns.windows import instant_ms
from leaderboard.domain.schedule_csv import ScheduleRefused, parse_schedule
from leaderboard.domain.times import from_ms, to_ms
from leaderboard.web.pages.campaign_text import Wrong
from leaderboard.web.pages.visit import Visit
from leaderboard.web.words import Words

Document = dict[str, Any]

SLOTS_ADDED: Final = 3
MOST_HOSTS: Final = 100
MOST_SLOTS: Final = 200
_MOST_LINES_TOLD: Final = 100
_MINUTE: Final = len("19:00")
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot as it is typed: `day` as 2022-02-14, `start` and `end` as 19:00, in the campaign's zone."""

    day: str = ""
    start: str = ""
    end: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.day or self.start or self.end)


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host as it is typed, with its slots."""

    host_id: str = ""
    name: str = ""
    slots: tuple[SlotRow, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.host_id or self.name) and all(slot.is_blank for slot in self.slots)


@dataclass
class Asked:
    """What a form asks for as our API takes it, and what keeps it from being asked.

    `errors`: field → sentence, '' the whole. `lines`: of a CSV text. `fields`: place in the body → field of the form.
    """

    hosts: list[Document] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    lines: tuple[Wrong, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether it can be sent."""
        return not self.errors and not self.lines


def rows_of(hosts: Sequence[Mapping[str, Any]], zone: str) -> list[HostRow] | None:
    """Hosts as our API shows them, as rows; None where a slot does not fit into one."""
    found = []
    for host in hosts:
        slots = [_row_of(slot, zone) for slot in host["schedule"]]
        fitting = tuple(slot for slot in slots if slot is not None)
        if len(fitting) < len(slots) or len(slots) > MOST_SLOTS:
            return None
        found.append(HostRow(host["host_id"], host.get("name") or "", fitting))
    return found if len(found) <= MOST_HOSTS else None


def _row_of(slot: Mapping[str, str], zone: str) -> SlotRow | None:
    """None for one over a day, to parts of a minute, or in an hour that comes twice: it would come back as another."""
    start_ms, end_ms = (to_ms(datetime.fromisoformat(slot[name])) for name in ("start", "end"))
    start, end = (from_ms(at).astimezone(ZoneInfo(zone)) for at in (start_ms, end_ms))
    row = SlotRow(f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}")
    return row if end_ms - start_ms <= _DAY_MS and _slot_ms(row, zone) == (start_ms, end_ms) else None


def _slot_ms(row: SlotRow, zone: str) -> tuple[int, int]:
    """ValueError or OverflowError for what is no day or no time."""
    day, start, end = date.fromisoformat(row.day), _time(row.start), _time(row.end)
    last = day + timedelta(days=1) if end <= start else day
    return instant_ms(datetime.combine(day, start), zone), instant_ms(datetime.combine(last, end), zone)


def _time(text: str) -> time:
    if len(text) != _MINUTE:
        raise ValueError(f"{text!r} is no time to the minute")
    return time.fromisoformat(text)


def with_room(rows: Sequence[HostRow]) -> list[HostRow]:
    """With an empty row for each host, and an empty host where there is none."""
    return [_longer(row, 1) for row in rows] or [HostRow(slots=(SlotRow(),) * SLOTS_ADDED)]


def _longer(row: HostRow, more: int) -> HostRow:
    return replace(row, slots=(*row.slots, *(SlotRow(),) * more)[:MOST_SLOTS])


def typed_rows(visit: Visit) -> list[HostRow]:
    """The rows as they were typed, longer where a button asks for that."""
    rows = []
    for number in range(MOST_HOSTS):
        if visit.posted is None or f"host-{number}" not in visit.posted:
            break
        rows.append(
            HostRow(visit.field(f"host-{number}"), visit.field(f"name-{number}"), _typed(visit, number))
        )
    return _grown(rows, visit.field("more"))


def _typed(visit: Visit, host: int) -> tuple[SlotRow, ...]:
    slots = []
    for number in range(MOST_SLOTS):
        if visit.posted is None or f"day-{host}-{number}" not in visit.posted:
            break
        slots.append(SlotRow(*(visit.field(f"{name}-{host}-{number}") for name in ("day", "start", "end"))))
    return tuple(slots)


def _grown(rows: list[HostRow], more: str) -> list[HostRow]:
    if more == "host":
        return [*rows, HostRow(slots=(SlotRow(),) * SLOTS_ADDED)][:MOST_HOSTS]
    return [_longer(row, SLOTS_ADDED) if str(number) == more else row for number, row in enumerate(rows)]


def asked_by_rows(rows: Sequence[HostRow], zone: str, words: Words) -> Asked:
    """What the rows ask for; rows in which nothing was typed ask for nothing."""
    asked = Asked()
    for number, row in enumerate(rows):
        if row.is_blank:
            continue
        if not row.host_id:
            asked.errors[f"host-{number}"] = words.gettext("Say which host these slots are of.")
        place = f"hosts[{len(asked.hosts)}]"
        asked.fields |= {f"{place}.{name}": f"host-{number}" for name in ("host_id", "schedule")}
        asked.fields[f"{place}.name"] = f"name-{number}"
        slots = _slots(row, number, zone, words, asked)
        asked.hosts.append({"host_id": row.host_id, "name": row.name or None, "schedule": slots})
    return asked


def _slots(row: HostRow, host: int, zone: str, words: Words, asked: Asked) -> list[Document]:
    slots: list[Document] = []
    for number, slot in enumerate(row.slots):
        if slot.is_blank:
            continue
        name = f"day-{host}-{number}"
        try:
            start_ms, end_ms = _slot_ms(slot, zone)
        except (ValueError, OverflowError):
            asked.errors[name] = words.gettext("Fill in the day, the start and the end.")
            continue
        place = f"hosts[{len(asked.hosts)}].schedule[{len(slots)}]"
        asked.fields |= {f"{place}.start": name, f"{place}.end": name}
        slots.append({"start": start_ms, "end": end_ms})
    return slots


def asked_by_csv(text: str, zone: str) -> Asked:
    """What a CSV text asks for, or each line of it that is wrong."""
    try:
        hosts = parse_schedule(text, zone)
    except ScheduleRefused as refused:
        # Whoever mends a hundred knows what is wrong with the others.
        told = refused.problems[:_MOST_LINES_TOLD]
        return Asked(lines=tuple(Wrong(one.detail, one.column, one.line) for one in told))
    asked = Asked(hosts=[_host(msgspec.to_builtins(host)) for host in hosts])
    return asked


def _host(host: Document) -> Document:
    return {**host, "name": host.get("name")}
