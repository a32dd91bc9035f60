"""Bought visits that look like people: crowds that are paid by the visit, and bots behind the lines of real homes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.random import Generator

from leaderboard.simulator import bought
from leaderboard.simulator.accounts import LINK, Account
from leaderboard.simulator.bought import Attack, Order, fakes
from leaderboard.simulator.calendars import by_the_clock
from leaderboard.simulator.chance import Ids, pick, shares, stream
from leaderboard.simulator.plan import DAY_MS
from leaderboard.simulator.watching import Coming, Scene, Views, comes, watch

# What sellers can deliver to one customer; accounts that would need more are smaller.
MOST: Final = {"crowd_turf": 5_000}
MOST_OTHERWISE: Final = 14_000


def crowd(seed: int, scene: Scene, pool: int, size: int) -> Ids:
    """Who works for a seller: people of up to three regions, with a life of their own on the platform."""
    rng = stream(seed, "crowd", pool)
    regions = rng.permutation(len(scene.regions))[: int(rng.integers(1, 4))]
    where = regions[rng.integers(0, len(regions), size * 2)]
    many = np.array([region.people for region in scene.regions])[where]
    place = (rng.random(size * 2) * many).astype(np.uint64)
    people = np.unique(place + (where.astype(np.uint64) << np.uint64(32)))
    return np.asarray(rng.permutation(people)[:size])


def crowd_turf(rng: Generator, scene: Scene, order: Order) -> Views:
    """Paid by the visit: real phones, real lines, one short look each, a job of some days; many do each job."""
    workers = crowd(scene.seed, scene, order.pool, int(MOST["crowd_turf"] * 1.25))
    most = max(order.count, int(order.count / rng.uniform(0.5, 0.95)))
    # The keen ones are first at every job.
    keen = workers[: min(len(workers), most)]
    people = rng.permutation(keen)[: order.count]
    return _job(rng, scene, order, people)


def _job(rng: Generator, scene: Scene, order: Order, people: Ids) -> Views:
    account = order.account
    span = account.calendar.end_ms - account.calendar.start_ms
    length = min(span, int(rng.uniform(0.5, 5.0) * DAY_MS))
    begin = account.calendar.start_ms + int(rng.random() * (span - length))
    clock = by_the_clock(rng, account.calendar, len(people))
    inside = begin + (clock - account.calendar.start_ms) % length
    source = np.where(rng.random(len(people)) < rng.uniform(0.3, 1.0), LINK, rng.integers(0, 5))
    paid = replace(
        account,
        again=account.again * float(rng.uniform(0.0, 0.4)),
        carts=account.carts * float(rng.uniform(0.0, 0.1)),
        dwell=account.dwell * float(rng.uniform(0.3, 1.0)),
        spread=float(rng.uniform(0.45, 1.0)),
        paid=account.paid * 0.0,
    )
    return _all_fake(watch(rng, scene, paid, people, Coming(inside, source)))


def _all_fake(seen: Views) -> Views:
    return replace(seen, fake=np.ones(len(seen), dtype=bool))


def exits(scene: Scene, order: Order) -> Ids:
    """Bots behind real homes and phones: most in the customer's region, the others wherever a line was free."""
    rng = stream(scene.seed, "exits", order.account.index)
    near = rng.random(order.count) < rng.uniform(0.3, 1.0)
    region = np.where(near, order.account.region.index, rng.integers(0, len(scene.regions), order.count))
    return fakes(order, np.arange(order.count) + ((order.account.index + 1) << 20) + (region << 32), 0)


def proxies_shallow(rng: Generator, scene: Scene, order: Order) -> Views:
    """They look like people from afar, and look once: no cart, hardly a second view, never met elsewhere."""
    account = order.account
    shallow = replace(
        account,
        again=account.again * float(rng.choice([0.0, rng.uniform(0.0, 0.3)])),
        carts=account.carts * float(rng.choice([0.0, rng.uniform(0.0, 0.15)])),
        dwell=account.dwell * float(rng.uniform(0.5, 1.1)),
        spread=float(rng.uniform(0.5, 1.2)),
        paid=account.paid * 0.0,
    )
    return _all_fake(watch(rng, scene, shallow, exits(scene, order)))


def proxies_full(rng: Generator, scene: Scene, order: Order) -> Views:
    """They do all that people do, carts and second views included."""
    account = order.account
    human = replace(
        account,
        again=account.again * float(rng.uniform(0.75, 1.05)),
        carts=account.carts * float(rng.uniform(0.6, 1.05)),
    )
    return _all_fake(watch(rng, scene, human, exits(scene, order)))


def camouflage(rng: Generator, scene: Scene, people: Ids, elsewhere: list[Account]) -> list[Views]:
    """A part of the bots look in at other accounts too, so that they are known elsewhere as people are."""
    known = people[rng.random(len(people)) < rng.uniform(0.3, 0.65)]
    where = pick(shares([account.uv for account in elsewhere]), rng.random(len(known)))
    visits = []
    for at in np.unique(where):
        some = known[where == at]
        visits.append(_all_fake(watch(rng, scene, elsewhere[at], some, comes(rng, elsewhere[at], len(some)))))
    return visits


def sabotage(rng: Generator, scene: Scene, order: Order) -> Views:
    """What is cheap, bought for a rival who knows nothing of it."""
    weapon: Attack = _WEAPONS[int(rng.integers(len(_WEAPONS)))]
    return weapon(rng, scene, order)


_WEAPONS: Final = (bought.farm, bought.farm_4g, bought.churn_fixed, bought.churn_random, bought.burst)
ATTACKS: Final[dict[str, Attack]] = {
    "data_centre": bought.data_centre,
    "farm": bought.farm,
    "farm_4g": bought.farm_4g,
    "churn_fixed": bought.churn_fixed,
    "churn_random": bought.churn_random,
    "burst": bought.burst,
    "crowd_turf": crowd_turf,
    "proxies_shallow": proxies_shallow,
    "proxies_full": proxies_full,
    "sabotage": sabotage,
}
