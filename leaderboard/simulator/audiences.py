"""Who watches which account: audiences, what sisters and raids share of them, and what is bought on top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.accounts import Account
from leaderboard.simulator.bought import Order, fakes
from leaderboard.simulator.chance import Ids, stream
from leaderboard.simulator.funnel import Orders, loyal_orders, own_orders
from leaderboard.simulator.honest import audience, honest_views, strangers
from leaderboard.simulator.paid_people import ATTACKS, MOST, MOST_OTHERWISE, camouflage, exits
from leaderboard.simulator.plan import TrafficPlan
from leaderboard.simulator.regions import visitor_of
from leaderboard.simulator.watching import Scene, Views, as_sent, joined

_SISTERS, _LOYAL = 0.3, 0.1  # how many accounts have some
_BUYERS_POOL = 90


def wanted_shares(seed: int, plan: TrafficPlan, accounts: list[Account]) -> list[float]:
    """Which share is to be bought, by account: 0 for the honest."""
    drawn = [stream(seed, "share", account.index).uniform(0.05, 0.7) for account in accounts]
    return [
        (plan.share or float(share)) if account.is_attack else 0.0
        for account, share in zip(accounts, drawn, strict=True)
    ]


def all_views(scene: Scene, accounts: list[Account], wanted: list[float]) -> list[Views]:
    """The views of all accounts, as they were sent."""
    cast = [_within_means(account, share) for account, share in zip(accounts, wanted, strict=True)]
    people, guests = _audiences(scene, cast)
    parts: list[list[Views]] = [[] for _ in cast]
    for account in cast:
        rng = stream(scene.seed, "views", account.index)
        mine, sent = people[account.index], guests.get(account.index, np.zeros(0, dtype=np.uint64))
        if account.name in ATTACKS:
            bought, elsewhere = _bought(rng, scene, account, wanted[account.index], cast)
            parts[account.index].append(bought)
            for visits in elsewhere:
                parts[int(visits.account[0])].append(visits)
            mine, sent = (_idle(scene, some, bought) for some in (mine, sent))
        honest = replace(account, uv=len(mine))
        parts[account.index].append(honest_views(rng, scene, honest, np.concatenate([mine, sent])))
    return [_sent(scene, account, joined(parts[account.index])) for account in cast]


def many_orders_of_few(
    scene: Scene, accounts: list[Account], wanted: list[float], orders: Orders
) -> tuple[list[Views], list[Orders]]:
    """Orders that few people place: a self-buyer's, and presents that honest accounts' staff and friends buy."""
    looks, own = [], []
    for account in accounts:
        rng = stream(scene.seed, "own", account.index)
        sold = orders.value_minor[orders.account == account.index]
        if account.name == "self_refund":
            share = wanted[account.index]
            count = max(3, round(len(sold) * share / (1.0 - share)))
            seen, placed = own_orders(rng, scene, account, _buyers(rng, account, count), count, sold)
        elif account.name not in ATTACKS and rng.random() < _LOYAL:
            people = strangers(rng, account, int(rng.integers(1, 4)))
            seen, placed = loyal_orders(rng, scene, account, people, int(rng.integers(3, 11)), sold)
        else:
            continue
        looks.append(as_sent(rng, account, seen))
        own.append(placed)
    return looks, own


def _buyers(rng: Generator, account: Account, count: int) -> Ids:
    """From a few who order again and again, to as many as there are orders."""
    few = int(np.clip(count / np.exp(rng.uniform(0.0, np.log(10.0))), 1, count))
    places = np.arange(few) + (account.index << 20)
    return fakes(Order(account, few, _BUYERS_POOL), places, account.region.index)


def _within_means(account: Account, share: float) -> Account:
    """No seller delivers any number; who wants more has fewer of their own."""
    if account.name not in ATTACKS:
        return account
    most = MOST.get(account.name, MOST_OTHERWISE)
    return replace(account, uv=min(account.uv, max(40, int(most * (1.0 - share) / share))))


def _audiences(scene: Scene, cast: list[Account]) -> tuple[list[Ids], dict[int, Ids]]:
    """(usual watchers by account, those that a raid brings). Sisters of one agency have some of them in common."""
    people = [audience(stream(scene.seed, "audience", one.index), scene, one) for one in cast]
    for account in cast:
        rng = stream(scene.seed, "sisters", account.index)
        sisters = [one.index for one in cast if one.agency == account.agency and one.index < account.index]
        if sisters and rng.random() < _SISTERS and account.like not in ("new_market", "cgnat"):
            mine = people[account.index]
            count = int(len(mine) * rng.uniform(0.05, 0.25))
            theirs = _sample(rng, people[sisters[-1]], count)
            people[account.index] = np.union1d(mine[len(theirs) :], theirs)
    return people, {one.index: _raiders(scene, one, cast, people) for one in cast if one.like == "raid"}


def _raiders(scene: Scene, account: Account, cast: list[Account], people: list[Ids]) -> Ids:
    """Those who come over: from an account of the same region where there is one."""
    rng = stream(scene.seed, "raid", account.index)
    others = [one for one in cast if one.index != account.index]
    near = [one for one in others if one.region.index == account.region.index and one.uv > 300]
    raider = (near or others)[int(rng.integers(len(near or others)))]
    mine = people[account.index]
    return np.setdiff1d(_sample(rng, people[raider.index], int(len(mine) * rng.uniform(0.05, 0.4))), mine)


def _sample(rng: Generator, people: Ids, count: int) -> Ids:
    return np.asarray(rng.permutation(people)[:count])


def _bought(
    rng: Generator, scene: Scene, account: Account, share: float, cast: list[Account]
) -> tuple[Views, list[Views]]:
    """(what is bought for the account, what the bots do elsewhere to look like people)."""
    count = max(1, round(account.uv * share / (1.0 - share)))
    order = Order(account, count, _pool(scene, account, cast))
    bought = ATTACKS[account.name](rng, scene, order)
    if account.name != "proxies_full":
        return bought, []
    honest = [one for one in cast if not one.is_attack]
    return bought, camouflage(rng, scene, exits(scene, order), honest)


def _pool(scene: Scene, account: Account, cast: list[Account]) -> int:
    """Which seller: of farms there are three; a crowd has up to four customers at a time, or it does not pay."""
    if account.name == "crowd_turf":
        return 1 + sum(one.name == "crowd_turf" for one in cast[: account.index]) // 4
    return int(stream(scene.seed, "pool", account.index).integers(1, 4))


def _idle(scene: Scene, people: Ids, bought: Views) -> Ids:
    """Without those who are paid to be there, and would have come anyway."""
    return people[~np.isin(visitor_of(people, scene.seed), bought.visitor)]


def _sent(scene: Scene, account: Account, views: Views) -> Views:
    return as_sent(stream(scene.seed, "sent", account.index), account, views)
