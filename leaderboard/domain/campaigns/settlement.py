"""Settlement: until when events count, how long money is held back, and when it is paid. Dates nothing."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from leaderboard.domain.money import Money

from .known import money
from .reader import Table
from .values import Delay, delay, duration_s, one_of

HoldFrom = Literal["window_end", "last_delivery"]
Close = Literal["clock", "manual"]


class Settlement(Struct, frozen=True, kw_only=True):
    """`announce`, `appeal`, `review` and `pay` run from the end; `clawback_s` is for how long a paid award may be
    taken back; awards under `minimum` are not paid out."""

    late_s: int = 0
    hold_s: int = 0
    hold_from: HoldFrom = "window_end"
    announce: Delay | None = None
    appeal: Delay | None = None
    pay: Delay | None = None
    clawback_s: int | None = None
    review: Delay | None = None
    minimum: Money | None = None
    close: Close = "clock"


def read_settlement(table: Table, currency: str, calendar: str | None) -> Settlement:
    settlement = Settlement(
        late_s=table.read("late", duration_s, 0),
        hold_s=table.read("hold", duration_s, 0),
        hold_from=table.read("hold_from", one_of(*get_args(HoldFrom)), "window_end"),
        announce=table.maybe("announce", delay),
        appeal=table.maybe("appeal", delay),
        pay=table.maybe("pay", delay),
        clawback_s=table.maybe("clawback", duration_s),
        review=table.maybe("review", delay),
        minimum=table.maybe("minimum", money(currency)),
        close=table.read("close", one_of(*get_args(Close)), "clock"),
    )
    for key in ("announce", "appeal", "pay", "review"):
        wait = getattr(settlement, key)
        if wait and wait.business_days and calendar is None:
            table.report(key, "counts business days; say which days those are in clock.calendar")
    table.close()
    return settlement
