"""Bought visits by machines: farms of phones, cookies that are thrown away, bursts, rented servers.

Every order is another seller's: how many networks, models, how regular, by day or by night, differs widely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.accounts import Account
from leaderboard.simulator.calendars import by_the_clock
from leaderboard.simulator.chance import Ids, Ints, mixed, shares
from leaderboard.simulator.plan import DAY_MS, HOUR_MS, MINUTE_MS
from leaderboard.simulator.regions import FAKES
from leaderboard.simulator.watching import CRAWLER, CRAWLERS_FROM, DATA_CENTRE, Coming, Scene, Views, watch

Attack: TypeAlias = "Callable[[Generator, Scene, Order], Views]"

# Ranges that clouds and hosters publish as their own (network, bits): Google, AWS, Azure, DigitalOcean, Hetzner.
HOSTING: Final = (
    *((0x2240_0000, 12), (0x23C0_0000, 12), (0x0300_0000, 9), (0x3400_0000, 11), (0x0D40_0000, 11)),
    *((0x1421_0000, 16), (0xA763_0000, 16), (0x5FD8_0000, 16)),
)
_AGENTS: Final = 700


@dataclass(frozen=True)
class Order:
    """So many visitors for an account, of the pool of a seller: who buys from the same may get the same visitors."""

    account: Account
    count: int
    pool: int


def fakes(order: Order, places: Ints, region: int) -> Ids:
    """Visitors who are nobody, of a pool."""
    base = np.uint64(FAKES + (order.pool << 49) + (region << 32))
    return base + places.astype(np.uint64)


def data_centre(rng: Generator, scene: Scene, order: Order) -> Views:
    """Rented servers; a part of them says that it crawls. The door would know both, so `invalid` says so."""
    people = fakes(order, np.arange(order.count), order.account.region.index)
    machine = _machine(rng, order.account, spread=(0.2, 1.0))
    seen = watch(rng, scene, machine, people, _coming(rng, order))
    base, bits = HOSTING[int(rng.integers(len(HOSTING)))]
    servers = base + rng.integers(0, 1 << (32 - bits), int(rng.integers(3, 400)))
    says_so = rng.random(len(seen)) < rng.uniform(0.0, 0.6)
    crawlers = CRAWLERS_FROM + rng.integers(0, 7, len(seen))
    return replace(
        _sold(seen, rng),
        address=servers[rng.integers(0, len(servers), len(seen))].astype(np.uint64),
        agent=np.where(says_so, crawlers, _models(rng, seen, (1, 40))),
        invalid=np.where(says_so, CRAWLER, DATA_CENTRE),
    )


def farm(rng: Generator, scene: Scene, order: Order) -> Views:
    """Phones on shelves behind few fixed lines; one in five farms makes up further models."""
    homes = order.account.region.homes
    return _farm(rng, scene, order, homes[rng.integers(0, len(homes), int(rng.integers(1, 9)))])


def farm_4g(rng: Generator, scene: Scene, order: Order) -> Views:
    """The same through the carriers of the region, where thousands of honest people come from as well."""
    carriers = order.account.region.carriers
    count = int(rng.integers(1, min(5, len(carriers)) + 1))
    return _farm(rng, scene, order, rng.choice(carriers, size=count, replace=False))


def _farm(rng: Generator, scene: Scene, order: Order, networks: Ids) -> Views:
    """Who buys from the same seller gets the same phones in part, so some are known elsewhere after all."""
    stock = int(order.count * rng.uniform(1.0, 1.8)) + 1
    places = rng.permutation(stock)[: order.count]
    own = rng.random(order.count) < rng.uniform(0.3, 1.0)
    region = order.pool % len(scene.regions)
    people = fakes(order, np.where(own, places + ((order.account.index + 1) << 20), places), region)
    machine = _machine(rng, order.account, spread=(0.1, 0.6))
    seen = watch(rng, scene, machine, people, _coming(rng, order))
    return replace(
        _sold(seen, rng),
        address=_behind(rng, networks, seen.visitor, int(rng.integers(2, 250))),
        agent=_models(rng, seen, (1, 8) if rng.random() < 0.8 else (8, 60)),
    )


def churn_fixed(rng: Generator, scene: Scene, order: Order) -> Views:
    """One machine or few, that throw their cookies away after each view."""
    seen = _churn(rng, scene, order)
    homes = order.account.region.homes
    lines = homes[rng.integers(0, len(homes), int(rng.integers(1, 5)))] | np.uint64(rng.integers(2, 250))
    return replace(
        seen,
        address=lines[(mixed(seen.visitor, 3) % np.uint64(len(lines))).astype(np.int64)],
        agent=_models(rng, seen, (1, 4)),
    )


def churn_random(rng: Generator, scene: Scene, order: Order) -> Views:
    """The same with agents drawn from a list of popular ones, and other lines every day."""
    seen = _churn(rng, scene, order)
    homes = order.account.region.homes
    a_day = int(rng.integers(1, 4))
    days = (seen.at_ms - order.account.calendar.start_ms) // DAY_MS
    lines = homes[rng.integers(0, len(homes), a_day * int(days.max() + 1))] | np.uint64(rng.integers(2, 250))
    line = days * a_day + rng.integers(0, a_day, len(seen))
    return replace(seen, address=lines[line], agent=_models(rng, seen, (80, _AGENTS), evenly=True))


def _churn(rng: Generator, scene: Scene, order: Order) -> Views:
    people = fakes(order, np.arange(order.count) + (order.account.index << 20), order.account.region.index)
    machine = _machine(rng, order.account, spread=(0.1, 0.8))
    return _sold(watch(rng, scene, machine, people, _coming(rng, order)), rng)


def burst(rng: Generator, scene: Scene, order: Order) -> Views:
    """Thousands within minutes, once or a few times, out of a pool of lines."""
    people = fakes(order, np.arange(order.count) + (order.account.index << 20), order.account.region.index)
    calendar = order.account.calendar
    times = int(rng.integers(1, 5))
    begin = calendar.start_ms + rng.integers(0, calendar.end_ms - calendar.start_ms - HOUR_MS, times)
    length = rng.uniform(10, 30, times) * MINUTE_MS
    which = rng.integers(0, times, order.count)
    at_ms = (begin[which] + rng.random(order.count) * length[which]).astype(np.int64)
    machine = _machine(rng, order.account, spread=(0.15, 0.8))
    seen = watch(rng, scene, machine, people, Coming(at_ms, _sources(rng, order)))
    homes = order.account.region.homes
    networks = homes[rng.integers(0, len(homes), int(np.exp(rng.uniform(np.log(3), np.log(150)))))]
    return replace(
        _sold(seen, rng),
        address=_behind(rng, networks, seen.visitor, int(rng.integers(4, 250))),
        agent=_models(rng, seen, (3, 200)),
    )


def _machine(rng: Generator, account: Account, spread: tuple[float, float]) -> Account:
    """What machines do on an account: hardly again, hardly a cart, and all about as long.

    One seller in five has read about detectors, and lets stays differ nearly as much as those of people.
    """
    return replace(
        account,
        again=float(rng.choice([0.0, rng.uniform(0.0, 0.35)])),
        carts=float(rng.choice([0.0, rng.uniform(0.0, 0.12)], p=[0.75, 0.25])),
        dwell=account.dwell * float(rng.uniform(0.25, 1.6)),
        spread=float(rng.uniform(*spread) if rng.random() < 0.8 else rng.uniform(0.6, 1.1)),
        paid=account.paid * 0.0,
    )


def _sold(seen: Views, rng: Generator) -> Views:
    """Machines do not stay as people do: how long is set in one figure, whatever the source.

    Their device ids are made up for each visitor, missing, or those of the few machines that there are.
    """
    stay = np.exp(
        np.mean(np.log(seen.dwell_s)) + np.std(np.log(seen.dwell_s)) * rng.standard_normal(len(seen))
    )
    kind = rng.choice(3, p=[0.55, 0.25, 0.2])
    few = mixed(seen.visitor % np.uint64(rng.integers(2, 200)), int(rng.integers(1, 1 << 30))) | np.uint64(1)
    device = (seen.device, np.zeros_like(seen.device), few)[kind]
    return replace(seen, dwell_s=stay, device=device, fake=np.ones(len(seen), dtype=bool))


def _coming(rng: Generator, order: Order) -> Coming:
    """Two in three work like a clock in shifts; the others take care to come when people do."""
    if rng.random() < 0.33:
        return Coming(by_the_clock(rng, order.account.calendar, order.count), _sources(rng, order))
    calendar = order.account.calendar
    days = (calendar.end_ms - calendar.start_ms) // DAY_MS
    shifts = np.sort(rng.choice(days, size=int(rng.integers(1, days + 1)), replace=False))
    hours = rng.uniform(2.0, 24.0)
    begin = calendar.start_ms + shifts * DAY_MS + rng.uniform(0.0, 24.0 - hours) * HOUR_MS
    a_shift = -(-order.count // len(shifts))
    place = np.arange(order.count)
    gap_ms = hours * HOUR_MS / a_shift
    drift = rng.uniform(0.02, 0.6) * rng.standard_normal(order.count)
    at_ms = begin[place // a_shift] + np.maximum(0.0, place % a_shift + drift) * gap_ms
    return Coming(at_ms.astype(np.int64), _sources(rng, order))


def _sources(rng: Generator, order: Order) -> Ints:
    """One way in, or the account's own mix."""
    if rng.random() < 0.5:
        return np.full(order.count, int(rng.integers(0, 5)))
    return np.asarray(np.searchsorted(order.account.sources, rng.random(order.count)), dtype=np.int64)


def _behind(rng: Generator, networks: Ids, visitors: Ids, hosts: int) -> Ids:
    """Each of the visitors at an address of one of the networks, which are not equally busy."""
    busy = shares(rng.dirichlet(np.full(len(networks), 1.5)))
    where = (mixed(visitors, 5) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    network = networks[np.minimum(np.searchsorted(busy, where), len(networks) - 1)]
    return np.asarray(network | (np.uint64(2) + mixed(visitors, 6) % np.uint64(min(hosts, 252))))


def _models(rng: Generator, seen: Views, count: tuple[int, int], *, evenly: bool = False) -> Ints:
    """Agents of so many models, popular ones sooner."""
    least, most = count
    few = int(np.exp(rng.uniform(np.log(least), np.log(most))))
    models = (_AGENTS * rng.random(few) ** 2).astype(np.int64)
    weights = np.ones(few) if evenly else rng.dirichlet(np.full(few, 1.2))
    where = (mixed(seen.visitor, 7) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return np.asarray(models[np.minimum(np.searchsorted(shares(weights), where), few - 1)])
