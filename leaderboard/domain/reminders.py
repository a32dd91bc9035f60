"""Reminders of payouts: what an award still lacks, on which days it is said, and in which words. Sends nothing.

It is said 10, 5 and 2 banking days before the payouts have to be with the bank, then every day from that day on, until
all are paid. What was missed, as after a downtime, is said once, in the words of the day on which it is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.banking_days import banking_day_before, banking_days_until, calendar_edition, due_on
from leaderboard.domain.campaigns import Definition
from leaderboard.domain.money import format_minor
from leaderboard.domain.payouts import BatchState, Line, award_key

# Banking days before the deadline, the latest first.
WARN_BEFORE: Final = (2, 5, 10)

# What an award lacks until it is paid; `differ`: a line pays another amount than the result says.
Lack = Literal["prepare", "approve", "export", "settle", "differ"]

# Account holders have to be asked for these first, and that takes longest.
_BANK_DATA: Final = ("no_bank_details", "bank_details_waiting", "bank_details_unconfirmed", "details_refused")

_LACKS: Final[Mapping[Lack, str]] = {
    "prepare": "in no batch",
    "approve": "prepared and not approved",
    "export": "approved and not exported",
    "settle": "with the bank, which has not said that they are paid",
    "differ": "in a payout of another amount than the result says",
}


class Deadline(Struct, frozen=True):
    """By when awards are to be paid, and by when to be with the bank for that, in banking days of `calendar`."""

    due_on: date
    send_by_on: date
    calendar: str

    def days_left(self, today: date) -> int:
        """Banking days until it has to be sent; negative when that is over."""
        return banking_days_until(today, self.send_by_on, self.calendar)


class OnHold(Struct, frozen=True):
    """How many awards that are in no batch are held back, and by reason. One may have several."""

    awards: int = 0
    reasons: dict[str, int] = {}


class Figures(Struct, frozen=True):
    """How the payouts of a campaign stand, for who watches them: `deadline` in the days of `zone`."""

    unpaid: int
    zone: str
    deadline: Deadline | None


class Outstanding(Struct, frozen=True):
    """What is not paid of a result. `minor`: of each currency; `lacks`: how many awards lack what.

    A dropped award, which the result does not have, is among them where a line pays it and nobody has settled that: it
    differs, and nothing is owed. `in_transit`: lines of which the bank has not said what became of them, those of
    dropped awards among them.
    """

    awards: int
    unpaid: int
    minor: dict[str, int]
    lacks: dict[Lack, int]
    in_transit: int = 0

    @property
    def is_all_paid(self) -> bool:
        """Whether there was something to pay, and it is paid. A result without awards is never paid."""
        return self.awards > 0 and not self.unpaid and not self.in_transit


def deadline_of(definition: Definition, ended_ms: int, send_before: int) -> Deadline | None:
    """`send_before`: how many banking days before the due day a bank wants it. None where nothing is promised."""
    calendar, day = definition.clock.calendar, due_on(definition, ended_ms)
    if day is None or calendar is None:
        return None
    return Deadline(day, banking_day_before(day, send_before, calendar), calendar)


def outstanding(
    awards: Iterable[ProvisionalAward],
    lines: Iterable[tuple[BatchState, Line]],
    settled: Collection[str] = (),
) -> Outstanding:
    """`lines`: every line of the campaign, with the state of its batch. `settled`: award|account of those that a line
    pays with another amount, or though the result has no such award, where people have settled the difference."""
    live = {award_key(line.award, line.account): (state, line) for state, line in lines if line.is_live}
    every = {award_key(award.award, award.account): award for award in awards}
    minor, lacks = Counter[str](), Counter[Lack]()
    for key, award in every.items():
        if lack := _lack(award, live.get(key), is_settled=key in settled):
            minor[award.amount.currency] += award.amount.minor
            lacks[lack] += 1
    dropped = [line for key, (_, line) in live.items() if key not in every and key not in settled]
    for line in dropped:
        # So that a reminder of nothing else names a sum.
        minor[line.amount.currency] += 0
        lacks["differ"] += 1
    in_transit = sum(line.state == "exported" for _, line in live.values())
    return Outstanding(len(every) + len(dropped), lacks.total(), dict(minor), dict(lacks), in_transit)


def _lack(award: ProvisionalAward, found: tuple[BatchState, Line] | None, *, is_settled: bool) -> Lack | None:
    if found is None:
        return "prepare"
    state, line = found
    if line.amount != award.amount and not is_settled:
        return "differ"
    if line.state == "prepared":
        return "export" if state == "approved" else "approve"
    return None if line.state == "paid" else "settle"


def stage(deadline: Deadline, today: date) -> str | None:
    """What is said once: `10`, `5` or `2`, from the deadline on the day itself; None while there is time."""
    if today >= deadline.send_by_on:
        return today.isoformat()
    left = deadline.days_left(today)
    return next((str(days) for days in WARN_BEFORE if left <= days), None)


def reminder(left: Outstanding, deadline: Deadline, today: date, on_hold: OnHold) -> str:
    """The text, for a log: it names no account."""
    amounts = ", ".join(f"{name} {format_minor(minor, name)}" for name, minor in sorted(left.minor.items()))
    return (
        f"{left.unpaid} of {left.awards} awards are not paid ({amounts}); they {_when(deadline, today)}: "
        f"{'; '.join(_missing(left, on_hold))}"
    )


def _when(deadline: Deadline, today: date) -> str:
    days = deadline.days_left(today)
    if today > deadline.send_by_on:
        when = f"had to be with the bank by {deadline.send_by_on}"
    elif days:
        when = f"have to be with the bank by {deadline.send_by_on}, in {days} banking day{'s' if days > 1 else ''}"
    else:
        when = "have to be with the bank today"
    if today > deadline.due_on:
        return f"{when} (were due on {deadline.due_on}, {calendar_edition(deadline.calendar)})"
    return f"{when} (are due on {deadline.due_on}, {calendar_edition(deadline.calendar)})"


def _missing(left: Outstanding, on_hold: OnHold) -> Iterator[str]:
    for lack, text in _LACKS.items():
        if lack in left.lacks:
            held = _held(on_hold) if lack == "prepare" and on_hold.awards else ""
            yield f"{left.lacks[lack]} {text}{held}"


def _held(on_hold: OnHold) -> str:
    counts = on_hold.reasons
    first = sorted(counts, key=lambda code: (code not in _BANK_DATA, -counts[code], code))
    return f", {on_hold.awards} of them on hold ({', '.join(f'{code} {counts[code]}' for code in first)})"
