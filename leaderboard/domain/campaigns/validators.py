"""Validators: what is looked out for, in which scope, and what then follows. They run in file order."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from .conditions import Condition
from .known import Known
from .reader import Table
from .values import duration_s, name, one_of, whole

Action = Literal["drop", "exclude", "reduce", "hold", "warn", "forfeit"]


class Validator(Struct, frozen=True, kw_only=True):
    """Acts when all of `when` hold. `bar` keeps the subject out of later awards, "forever" or for some seconds
    (as "604800s"); `strikes` is how many times it must happen first."""

    id: str
    scope: str
    when: tuple[Condition, ...]
    action: Action
    bar: str | None = None
    strikes: int | None = None


def read_validator(table: Table, known: Known) -> Validator:
    scopes = dict.fromkeys(("session", "host", "order", *known.roles))
    validator = Validator(
        id=table.need("id", name, ""),
        scope=table.read("scope", one_of(*scopes), known.roles[0]),
        when=table.each("when", known.condition),
        action=table.need("action", one_of(*get_args(Action)), "warn"),
        bar=table.maybe("bar", _bar),
        strikes=table.maybe("strikes", whole),
    )
    if table.fine("when") and not validator.when:
        table.report("when", "needs at least one condition")
    table.close()
    return validator


def _bar(value: object) -> str:
    return "forever" if value == "forever" else f"{duration_s(value)}s"
