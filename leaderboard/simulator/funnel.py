"""From views to carts, checkouts, orders and refunds, and the orders that a self-buyer places and sends back."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.accounts import PRICES_MINOR, STORE, Account
from leaderboard.simulator.chance import Flags, Floats, Ids, Ints, stream
from leaderboard.simulator.plan import DAY_MS, HOUR_MS, MINUTE_MS, TrafficPlan
from leaderboard.simulator.watching import Coming, Scene, Views, chosen, watch

STEPS: Final = ("AddToCart", "InitiateCheckout", "AddToWishlist")
CART, CHECKOUT, WISH = range(3)
CHANNELS: Final = ("in_app", "authorized")
REASONS: Final = ("buyer", "seller_fault", "minor", "other", "fraud")
_CHECKS_OUT, _PAYS = 0.58, 0.62  # of those with a cart, and of those at the checkout


@dataclass(frozen=True)
class Steps:
    """Columns; visitor 0 is not told."""

    account: Ints
    at_ms: Ints
    step: Ints
    visitor: Ids
    product: Ints


@dataclass(frozen=True)
class Orders:
    """Columns; visitor 0 and session -1 are not told. `refund_ms` is -1 for what is kept."""

    account: Ints
    at_ms: Ints
    value_minor: Ints
    visitor: Ids
    session: Ints
    channel: Ints
    product: Ints
    second: Ints
    refund_ms: Ints
    refund_minor: Ints
    reason: Ints
    own: Flags


def joined_orders(parts: list[Orders]) -> Orders:
    """One after the other."""
    return Orders(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Orders)))


def funnel(scene: Scene, plan: TrafficPlan, accounts: list[Account], views: Views) -> tuple[Steps, Orders]:
    """What follows from all views of a world."""
    rng = stream(scene.seed, "funnel")
    carts = np.flatnonzero((rng.random(len(views)) < views.appetite) & (views.invalid == 0))
    cart_ms = views.at_ms[carts] + (rng.exponential(40.0, len(carts)) * 1_000).astype(np.int64)
    checks = np.flatnonzero(rng.random(len(carts)) < _CHECKS_OUT)
    thinking = np.where(rng.random(len(checks)) < 0.15, rng.exponential(9.0, len(checks)) * HOUR_MS, 0.0)
    check_ms = cart_ms[checks] + (thinking + rng.exponential(2.0, len(checks)) * MINUTE_MS).astype(np.int64)
    pays = np.flatnonzero(rng.random(len(checks)) < _PAYS)
    pay_ms = check_ms[pays] + (rng.exponential(1.5, len(pays)) * MINUTE_MS).astype(np.int64) + 5_000
    wishes = np.flatnonzero(rng.random(len(views)) < 0.5 * views.appetite)
    wish_ms = views.at_ms[wishes] + 3_000
    steps = _steps(
        rng,
        plan,
        views,
        [(CART, carts, cart_ms), (CHECKOUT, carts[checks], check_ms), (WISH, wishes, wish_ms)],
    )
    rows = carts[checks[pays]]
    return steps, _orders(rng, plan, accounts, chosen(views, rows), pay_ms)


def _steps(rng: Generator, plan: TrafficPlan, views: Views, parts: list[tuple[int, Ints, Ints]]) -> Steps:
    rows = np.concatenate([rows for _, rows, _ in parts])
    at_ms = np.concatenate([at_ms for _, _, at_ms in parts])
    kinds = np.concatenate([np.full(len(rows), kind) for kind, rows, _ in parts])
    inside = at_ms < plan.end_ms
    told = rng.random(len(rows)) < 0.97
    visitor = np.where(told, views.visitor[rows], np.uint64(0))
    return Steps(
        *(column[inside] for column in (views.account[rows], at_ms, kinds, visitor, views.product[rows]))
    )


def _orders(rng: Generator, plan: TrafficPlan, accounts: list[Account], seen: Views, pay_ms: Ints) -> Orders:
    inside = pay_ms < plan.end_ms
    seen, pay_ms = chosen(seen, inside), pay_ms[inside]
    count = len(pay_ms)
    second = np.where(rng.random(count) < 0.12, 0, -1)
    value = _values(rng, accounts, seen) * np.where(second >= 0, 1.8, 1.0)
    value_minor = np.maximum(100, value.astype(np.int64))
    refund_ms, reason = _refunds(rng, plan, accounts, seen, pay_ms)
    part = np.where(rng.random(count) < 0.08, rng.uniform(0.2, 0.8, count), 1.0)
    return Orders(
        account=seen.account,
        at_ms=pay_ms,
        value_minor=value_minor,
        visitor=np.where(rng.random(count) < 0.95, seen.visitor, np.uint64(0)),
        session=seen.session,
        channel=(rng.random(count) < 0.06).astype(np.int64),
        product=seen.product,
        second=second,
        refund_ms=refund_ms,
        refund_minor=np.maximum(1, (value_minor * part).astype(np.int64)),
        reason=reason,
        own=np.zeros(count, dtype=bool),
    )


def _values(rng: Generator, accounts: list[Account], seen: Views) -> Floats:
    """Prices differ by category, by account and product, and a little by order."""
    usual = np.array([PRICES_MINOR[account.category] * account.dwell**0.5 for account in accounts])
    by_product = np.exp(0.5 * np.sin(seen.product * 2.4 + seen.account))
    pieces = 1 + (rng.random(len(seen)) < 0.15)
    return np.asarray(usual[seen.account] * by_product * pieces * rng.uniform(0.9, 1.0, len(seen)))


def _refunds(
    rng: Generator, plan: TrafficPlan, accounts: list[Account], seen: Views, pay_ms: Ints
) -> tuple[Ints, Ints]:
    """What is sent back mostly arrives within three days to a week; a defective product is the seller's fault."""
    count = len(pay_ms)
    defective = np.array([account.defective for account in accounts])[seen.account] == seen.product
    usual = np.array([account.refunds for account in accounts])[seen.account]
    chance = np.where(defective, np.maximum(usual, 0.5), usual)
    later_ms = (rng.lognormal(np.log(3.0), 0.75, count) * DAY_MS).astype(np.int64)
    back = (rng.random(count) < chance) & (pay_ms + later_ms < plan.end_ms + plan.refund_days * DAY_MS)
    said = rng.choice([-1, 0, 1, 2, 3], size=count, p=[0.2, 0.45, 0.17, 0.03, 0.15])
    return np.where(back, pay_ms + later_ms, -1), np.where(defective, 1, said)


def own_orders(
    rng: Generator, scene: Scene, account: Account, people: Ids, count: int, sold_minor: Ints
) -> tuple[Views, Orders]:
    """Few people who belong to the seller order again and again, look at it first, and send most of it back soon."""
    looks, kept = loyal_orders(rng, scene, account, people, count, sold_minor)
    back = rng.random(count) < rng.uniform(0.75, 1.0)
    usual_h = float(np.exp(rng.uniform(np.log(2), np.log(72))))
    later_ms = (rng.lognormal(np.log(usual_h), 0.6, count) * HOUR_MS).astype(np.int64)
    orders = replace(
        kept,
        refund_ms=np.where(back, kept.at_ms + later_ms, -1),
        reason=rng.choice([-1, 0, 2, 3], size=count, p=[0.3, 0.45, 0.1, 0.15]),
        own=np.ones(count, dtype=bool),
    )
    return replace(looks, fake=np.ones(len(looks), dtype=bool)), orders


def loyal_orders(
    rng: Generator, scene: Scene, account: Account, people: Ids, count: int, sold_minor: Ints
) -> tuple[Views, Orders]:
    """Few people who order again and again, look at it first, and keep it: staff, family, who buys presents."""
    again = rng.integers(0, len(people), max(0, count - len(people)))
    who = np.concatenate([np.arange(len(people)), again])[:count]
    calendar = account.calendar
    at_ms = np.sort(
        rng.integers(calendar.start_ms, max(calendar.start_ms + 1, calendar.end_ms - DAY_MS), count)
    )
    looks = watch(rng, scene, account, people[who], Coming(at_ms, np.full(count, STORE)))
    seen = chosen(looks, np.arange(count))
    typical = float(np.median(sold_minor)) if len(sold_minor) else 2_500.0
    value_minor = (typical * rng.uniform(0.8, 4.0) * rng.uniform(0.7, 1.4, count)).astype(np.int64)
    zeros = np.zeros(count, dtype=np.int64)
    return looks, Orders(
        account=zeros + account.index,
        at_ms=np.minimum(at_ms + rng.integers(20_000, 900_000, count), calendar.end_ms - 1),
        value_minor=value_minor,
        visitor=seen.visitor,
        session=seen.session,
        channel=zeros,
        product=seen.product,
        second=zeros - 1,
        refund_ms=zeros - 1,
        refund_minor=value_minor,
        reason=zeros - 1,
        own=np.zeros(count, dtype=bool),
    )
