"""A made-up campaign with labels: who watches and buys, and who only seems to. The same seed makes the same world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from leaderboard.simulator import agents, tables
from leaderboard.simulator.accounts import SOURCES, Account, make_accounts
from leaderboard.simulator.audiences import all_views, many_orders_of_few, wanted_shares
from leaderboard.simulator.chance import Floats, stream
from leaderboard.simulator.funnel import CHANNELS, REASONS, STEPS, Orders, Steps, funnel, joined_orders
from leaderboard.simulator.plan import TrafficPlan
from leaderboard.simulator.regions import Region, make_region
from leaderboard.simulator.traffic_events import events_of
from leaderboard.simulator.watching import CRAWLERS_FROM, DESKTOPS_FROM, TABLETS_FROM, Scene, Views, joined

__all__ = ["TrafficPlan", "TrafficWorld", "make_traffic_world"]

_PEOPLE: Final = 4_600  # by account; of them most are seen by nobody
_SMALL: Final = 2


@dataclass(frozen=True)
class TrafficWorld:
    """All of it as columns of numbers. `shares` is by account which part of the visitors is fake; of
    a self-buyer, which part of the orders.

    `load` fills the tables as they are behind the door, so it assumes what the door would find: every view of rented
    servers whose address was sent is `data_centre`, and where its agent says that it crawls `crawler`. Events say
    nothing of that, and lists differ in what they know.
    """

    seed: int
    plan: TrafficPlan
    accounts: list[Account]
    agents: dict[int, str]
    views: Views
    steps: Steps
    orders: Orders
    shares: Floats

    def load(self, connection: DuckDBPyConnection) -> None:
        """Fills the tables of detectors and those of the truth; makes the ones that are not there."""
        tables.create(connection)
        tables.fill(connection, self._columns(), self._names())
        tables.insert(connection, "participants", [self._participant(account) for account in self.accounts])
        tables.insert(connection, "truth_accounts", [tuple(label.values())[:5] for label in self.labels()])

    def events(self) -> Iterator[dict[str, Any]]:
        """The same world as a sender sees it, in the order of time."""
        return events_of(self.load)

    def labels(self) -> list[dict[str, Any]]:
        """Who is what, an account each."""
        return [
            {
                "account": account.id,
                "kind": "attack" if account.is_attack else "honest",
                "name": account.name,
                "fake_share": float(self.shares[account.index]),
                "hard": account.hard,
                "like": account.like,
                "agency": account.agency,
            }
            for account in self.accounts
        ]

    @staticmethod
    def _participant(account: Account) -> tuple[str, str, str | None]:
        return account.id, account.agency, account.category if account.says_category else None

    def _columns(self) -> dict[str, dict[str, NDArray[Any]]]:
        views = {one.name: getattr(self.views, one.name) for one in fields(Views) if one.name != "appetite"}
        rng = stream(self.seed, "received")
        late_s = np.minimum(rng.lognormal(-0.5, 1.2, len(self.views)), 200.0)
        views["received_ms"] = self.views.at_ms + (late_s * 1_000).astype(np.int64)
        orders = {one.name: getattr(self.orders, one.name) for one in fields(Orders)}
        orders["row"] = np.arange(len(self.orders.at_ms))
        return {
            "views": views,
            "steps": {one.name: getattr(self.steps, one.name) for one in fields(Steps)},
            "orders": orders,
        }

    def _names(self) -> dict[str, dict[int, str]]:
        return {
            "accounts": {account.index: account.id for account in self.accounts},
            "agents": self.agents,
            "sources": dict(enumerate(SOURCES)),
            "kinds": dict(enumerate(STEPS)),
            "channels": dict(enumerate(CHANNELS)),
            "reasons": dict(enumerate(REASONS)),
        }


def make_traffic_world(seed: int, plan: TrafficPlan) -> TrafficWorld:
    """The same seed and plan make the same world, byte for byte."""
    known = _agents(seed)
    regions = _regions(seed, plan)
    scene = Scene(seed, regions, sum(DESKTOPS_FROM <= number < TABLETS_FROM for number in known))
    accounts = make_accounts(seed, plan, regions)
    wanted = wanted_shares(seed, plan, accounts)
    views = joined(all_views(scene, accounts, wanted))
    steps, orders = funnel(scene, plan, accounts, views)
    looks, own = many_orders_of_few(scene, accounts, wanted, orders)
    if own:
        views, orders = joined([views, *looks]), joined_orders([orders, *own])
    return TrafficWorld(seed, plan, accounts, known, views, steps, orders, _shares(accounts, views, orders))


def _agents(seed: int) -> dict[int, str]:
    lists = (
        (0, agents.phones(stream(seed, "agents"))),
        (DESKTOPS_FROM, agents.desktops()),
        (TABLETS_FROM, agents.tablets()),
        (CRAWLERS_FROM, agents.CRAWLERS),
    )
    return {start + place: agent for start, some in lists for place, agent in enumerate(some)}


def _regions(seed: int, plan: TrafficPlan) -> list[Region]:
    """Large ones, and two small ones; the more accounts there are the more regions."""
    large = int(np.clip(plan.accounts // 22, 2, 8))
    reach = plan.scale * min(1.0, (plan.days / 14) ** 0.7)
    rng = stream(seed, "sizes")
    weights = rng.dirichlet(np.full(large, 6.0))
    people = [int(_PEOPLE * plan.accounts * reach * weight) + 2_000 for weight in weights]
    people += [int(_PEOPLE * plan.accounts * reach * 0.045) + 4_000] * _SMALL
    return [
        make_region(
            stream(seed, "region", index), index, count, agents.PHONES, small=index >= large, shift=plan.shift
        )
        for index, count in enumerate(people)
    ]


def _shares(accounts: list[Account], views: Views, orders: Orders) -> Floats:
    """Of the visitors; where orders are bought, of the orders."""
    pairs = np.stack([views.account.astype(np.uint64), views.visitor])
    order = np.lexsort(pairs[::-1])
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (pairs[:, order[1:]] != pairs[:, order[:-1]]).any(axis=0)
    account, fake = views.account[order[is_first]], views.fake[order[is_first]]
    of_visitors = _ratio(
        np.bincount(account, fake, len(accounts)), np.bincount(account, minlength=len(accounts))
    )
    bought = np.bincount(orders.account, orders.own, len(accounts))
    of_orders = _ratio(bought, np.bincount(orders.account, minlength=len(accounts)))
    return np.where(bought > 0, of_orders, of_visitors)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    return np.asarray(part / np.maximum(1, whole))
