"""Instruments and awards: who is chosen, what it pays in, and within which limits. Chooses nobody."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Literal, get_args

from msgspec import Struct

from leaderboard.domain.money import Money, format_minor

from .conditions import Condition
from .entry import word
from .known import Known, money, quantity
from .metrics import RESERVED
from .pay import Amount, FixedPay, Pay, PlacePay, PoolPay, ReadAmount, metrics_of, read_pay
from .reader import Table
from .values import duration_s, existing, name, one_of, plain, text, whole

InstrumentKind = Literal[
    "cash", "ad_credit", "coupon", "traffic_credit", "fee_credit", "revenue_share", "wallet", "perk"
]
Rounding = Literal["down", "up", "nearest"]
TiePay = Literal["split", "each"]
Overflow = Literal["prorate", "ranked"]

# These pay so many of something; all others pay an amount in the campaign's currency.
NOT_MONEY = ("coupon", "revenue_share", "perk")


class Instrument(Struct, frozen=True, kw_only=True):
    """What awards are paid in: usable after `available_s`, gone after `expires_s`."""

    kind: InstrumentKind
    available_s: int | None = None
    expires_s: int | None = None
    needs: tuple[str, ...] = ()
    rounding: Rounding = "down"
    fx: str | None = None
    terms: str | None = None


class Award(Struct, frozen=True, kw_only=True):
    """Everyone who passes `require`, or with `rank_by` the first `limit` of them.

    `cap` is the most for one subject in one window, `cap_total` in the whole campaign, `budget` for all together; when
    it runs out, all get less in proportion, or with `overflow = "ranked"` the last ones get nothing.
    Of a `group`, a subject gets at most one award. A place table without a limit sets the limit itself.
    """

    id: str
    window: str
    instrument: str
    pay: Pay
    subject: str
    cohort: str | None = None
    require: tuple[Condition, ...] = ()
    rank_by: str | None = None
    ties: tuple[str, ...] = ()
    tie_pay: TiePay | None = None
    limit: int | None = None
    cap: Amount | None = None
    cap_total: Amount | None = None
    budget: Amount | None = None
    overflow: Overflow | None = None
    group: str | None = None
    once: str | None = None

    @property
    def sharing(self) -> TiePay | None:
        """What becomes of winners who are still level after the tie rules; None where there can be none."""
        return "split" if "split" in self.ties else self.tie_pay

    @property
    def metrics(self) -> set[str]:
        """The metrics that it pays by, or tells level scores apart by."""
        return metrics_of(self.pay) | {rule for rule in self.ties if rule not in RESERVED}

    @property
    def most(self) -> Decimal | None:
        """What all together get of it at most, money in minor units; None where nothing limits that beforehand."""
        budget = None if self.budget is None else _size(self.budget)
        limits = (budget, _most_by_pay(self), _most_by_cap(self))
        return min((limit for limit in limits if limit is not None), default=None)


def read_instrument(table: Table) -> Instrument:
    instrument = Instrument(
        kind=table.need("kind", one_of(*get_args(InstrumentKind)), "cash"),
        available_s=table.maybe("available", duration_s),
        expires_s=table.maybe("expires", duration_s),
        needs=table.each("needs", word),
        rounding=table.read("rounding", one_of(*get_args(Rounding)), "down"),
        fx=table.maybe("fx", word),
        terms=table.maybe("terms", text),
    )
    table.close()
    return instrument


def read_awards(tables: list[Table], known: Known) -> tuple[Award, ...]:
    """The awards in file order."""
    awards = tuple(_read_award(table, known) for table in tables)
    groups = [award.group for award in awards]
    for table, award in zip(tables, awards, strict=True):
        if award.group and groups.count(award.group) == 1:
            table.report("group", f"no other award is in the group `{award.group}`")
    return awards


def _read_award(table: Table, known: Known) -> Award:
    instrument = table.need("instrument", existing("instrument", known.instruments), "")
    amount = _amounts(known.instruments.get(instrument, "cash"), known.currency)
    pay = read_pay(table.table("pay"), known, amount)
    award = Award(
        id=table.need("id", name, ""),
        window=table.need("window", existing("window", known.windows), ""),
        instrument=instrument,
        pay=pay or FixedPay(amount=Decimal(1)),
        subject=table.read("subject", one_of(*known.roles), known.roles[0]),
        cohort=table.maybe("cohort", existing("cohort", known.cohorts)),
        require=table.each("require", known.condition),
        rank_by=table.maybe("rank_by", existing("metric", known.units)),
        ties=table.each("ties", one_of(*RESERVED, *known.units)),
        tie_pay=table.maybe("tie_pay", one_of(*get_args(TiePay))),
        limit=table.read("limit", whole, _places(pay)),
        cap=table.maybe("cap", amount),
        cap_total=table.maybe("cap_total", amount),
        budget=table.maybe("budget", amount),
        overflow=table.maybe("overflow", one_of(*get_args(Overflow))),
        group=table.maybe("group", name),
        once=table.maybe("once", word),
    )
    _check_selection(table, award)
    _check_ties(table, award)
    if table.has("overflow") and not table.has("budget"):
        table.report("overflow", "goes with `budget` only")
    if pay:
        _check_money(table, award)
    table.close()
    return award


def _amounts(kind: str, currency: str) -> ReadAmount:
    if kind in NOT_MONEY:
        return quantity(whole=kind == "coupon")
    return money(currency)


def _places(pay: Pay | None) -> int | None:
    return pay.table[-1].to if isinstance(pay, PlacePay) else None


def _check_selection(table: Table, award: Award) -> None:
    if table.has("rank_by"):
        if not award.ties and not award.tie_pay and table.fine("ties", "tie_pay"):
            table.report("ties", "is required, or `tie_pay`: a ranked award must say what level scores get")
        return
    for key in ("ties", "tie_pay", "limit"):
        if table.has(key):
            table.report(key, "goes with `rank_by` only")
    if isinstance(award.pay, PlacePay):
        table.report("rank_by", "is required: the pay goes by place")


def _check_ties(table: Table, award: Award) -> None:
    if len(set(award.ties)) < len(award.ties):
        table.report("ties", "names a rule twice")
    if "split" in award.ties[:-1]:
        table.report("ties", "`split` must come last: after it nothing is left to decide")
    if "split" in award.ties and award.tie_pay == "each":
        table.report("tie_pay", "`each` contradicts `split` under ties")
    elif award.rank_by and award.sharing == "split" and not isinstance(award.pay, PlacePay | FixedPay):
        key = "ties" if "split" in award.ties else "tie_pay"
        table.report(
            key,
            f"`split` divides what places pay: it goes with pay by place or fixed, not by {award.pay.kind}",
        )


def _check_money(table: Table, award: Award) -> None:
    places, limit = _places(award.pay), award.limit
    if places and limit and places > limit and table.fine("limit"):
        table.report("limit", f"the table pays {places} places, and only {limit} can win")
    if places and limit and places < limit and table.fine("limit"):
        table.report("limit", f"{limit} can win, and the table pays only {places} places")
    most = _most(award)
    if most and award.budget and table.fine("budget", "limit") and most > _size(award.budget):
        spent = _shown(most, award.budget)
        table.report(
            "budget",
            f"the places cost {spent}, more than the budget of {_shown(_size(award.budget), award.budget)}",
        )


def _most(award: Award) -> Decimal | None:
    """What all winners get together, where that is known beforehand."""
    if isinstance(award.pay, PlacePay):
        lasts = (0, *(place.to for place in award.pay.table))
        counts = (last - before for before, last in pairwise(lasts))
        return sum(
            (_size(row.amount) * n for row, n in zip(award.pay.table, counts, strict=True)), Decimal(0)
        )
    if isinstance(award.pay, FixedPay) and award.limit:
        return _size(award.pay.amount) * award.limit
    return None


def _most_by_pay(award: Award) -> Decimal | None:
    """Whoever is level where `each` is paid gets it as well, however many there are."""
    if isinstance(award.pay, PoolPay):
        return _size(award.pay.amount)
    return None if award.sharing == "each" else _most(award)


def _most_by_cap(award: Award) -> Decimal | None:
    """Only where no places are shared are there no more winners than the limit says."""
    caps = [_size(cap) for cap in (award.cap, award.cap_total) if cap is not None]
    return min(caps) * award.limit if caps and award.limit and award.sharing is None else None


def _size(amount: Amount) -> Decimal:
    return Decimal(amount.minor) if isinstance(amount, Money) else amount


def _shown(size: Decimal, like: Amount) -> str:
    if isinstance(like, Money):
        return f"{like.currency} {format_minor(int(size), like.currency)}"
    return plain(size)
