"""Who takes part: the paid subject, registration, cohorts and eligibility. Judges nobody."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from .conditions import Condition
from .known import Known
from .reader import Table
from .values import described, local_time, name, one_of, text

Mode = Literal["open", "invite", "approve", "auto"]
AsOf = Literal["window_start", "campaign_start"]
Phase = Literal["register", "open", "close", "payout"]

_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class Subject(Struct, frozen=True, kw_only=True):
    """`unit` is paid; what each `member` of it does counts for it."""

    unit: str = "account"
    member: str = "host"


class Registration(Struct, frozen=True, kw_only=True):
    """`approve`, the default: the operator enrols whoever has handed in what is required."""

    mode: Mode = "approve"
    opens: datetime | None = None
    closes: datetime | None = None
    requires: tuple[str, ...] = ()


class Cohort(Struct, frozen=True, kw_only=True):
    where: tuple[Condition, ...]
    as_of: AsOf = "window_start"


class Eligibility(Struct, frozen=True, kw_only=True):
    """Judged at one phase: all of `require`, or at least one of `any`."""

    id: str
    at: Phase = "open"
    require: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


def read_subject(table: Table) -> Subject:
    subject = Subject(unit=table.read("unit", word, "account"), member=table.read("member", word, "host"))
    if table.fine("unit", "member") and subject.unit == subject.member:
        table.report("member", "must differ from the unit")
    table.close()
    return subject


def read_registration(table: Table) -> Registration:
    registration = Registration(
        mode=table.read("mode", one_of(*get_args(Mode)), "approve"),
        opens=table.maybe("opens", local_time),
        closes=table.maybe("closes", local_time),
        requires=table.each("requires", word),
    )
    if registration.opens and registration.closes and registration.opens >= registration.closes:
        table.report("closes", "must be later than `opens`")
    table.close()
    return registration


def read_cohort(table: Table, known: Known) -> Cohort:
    cohort = Cohort(
        where=table.each("where", known.condition),
        as_of=table.read("as_of", one_of(*get_args(AsOf)), "window_start"),
    )
    if table.fine("where") and not cohort.where:
        table.report("where", "needs at least one condition")
    table.close()
    return cohort


def read_eligibility(table: Table, known: Known) -> Eligibility:
    eligibility = Eligibility(
        id=table.need("id", name, ""),
        at=table.read("at", one_of(*get_args(Phase)), "open"),
        require=table.each("require", known.condition),
        any=table.each("any", known.condition),
    )
    if table.fine("require", "any") and bool(eligibility.require) == bool(eligibility.any):
        table.report("require", "give conditions under either `require` or `any`")
    table.close()
    return eligibility


def word(value: object) -> str:
    """A word of the operator's own, such as `bank_account`."""
    if not _WORD.fullmatch(text(value)):
        raise ValueError(f"must be a word: a-z, 0-9 and `_`, a letter first, not {described(value)}")
    return text(value)
