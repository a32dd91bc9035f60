"""A whole made-up campaign: traffic and live hosts on the same accounts, as events and with labels."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from leaderboard.simulator.host_worlds import HostPlan, HostWorld, make_host_world
from leaderboard.simulator.plan import (
    ALL_ATTACKS,
    HARD,
    HONEST,
    HOST_ATTACKS,
    START_MS,
    TRAFFIC_ATTACKS,
    PlanError,
    TrafficPlan,
)
from leaderboard.simulator.traffic_worlds import TrafficWorld, make_traffic_world


@dataclass(frozen=True, kw_only=True)
class CampaignPlan:
    """`accounts` in all, of which each of `attacks` is one; a name may stand there more than once."""

    accounts: int = 20
    days: int = 3
    attacks: Sequence[str] = ()
    share: float | None = None
    start_ms: int = START_MS

    @property
    def traffic(self) -> TrafficPlan:
        """PlanError when there are not enough accounts for what is asked."""
        for attack in self.attacks:
            if attack not in ALL_ATTACKS:
                raise PlanError(f"attacks: {attack!r} is none; there are {', '.join(ALL_ATTACKS)}")
        bought = Counter(attack for attack in self.attacks if attack in TRAFFIC_ATTACKS)
        hard = len(HARD) if self.accounts >= 2 * len(HONEST) else 0
        ordinary = self.accounts - hard - bought.total()
        least = max(2, len(self.attacks) - bought.total())
        if ordinary < least:
            needed = self.accounts + least - ordinary
            raise PlanError(f"accounts = {self.accounts}: too few for these attacks; give {needed} or more")
        return TrafficPlan(
            days=self.days,
            ordinary=ordinary,
            hard=hard,
            attacks=bought,
            share=self.share,
            start_ms=self.start_ms,
        )

    @property
    def hosts(self) -> HostPlan:
        """Every account has hosts."""
        attacks = Counter(attack for attack in self.attacks if attack in HOST_ATTACKS)
        honest = self.accounts - attacks.total()
        return HostPlan(honest=honest, attacks=attacks, days=self.days, start_ms=self.start_ms)


@dataclass(frozen=True)
class Campaign:
    """`homes`: the account at which the hosts of an account of the world of hosts work."""

    traffic: TrafficWorld
    hosts: HostWorld
    homes: Mapping[str, str]

    def __len__(self) -> int:
        """How many events there are."""
        traffic, beats = self.traffic, sum(int(host.beats.copies.sum()) for host in self.hosts.hosts)
        refunds = int((traffic.orders.refund_ms >= 0).sum())
        return len(traffic.views) + len(traffic.steps.at_ms) + len(traffic.orders.at_ms) + refunds + beats

    def events(self) -> Iterator[dict[str, Any]]:
        """All of it, in the order of time."""
        beats = (event | {"account_id": self.homes[event["account_id"]]} for event in self.hosts.events())
        return heapq.merge(self.traffic.events(), beats, key=itemgetter("at"))

    def labels(self) -> list[dict[str, Any]]:
        """Who is what: the accounts by their traffic, and the hosts of each by what they do on air."""
        hosts: dict[str, list[dict[str, Any]]] = {}
        for label in self.hosts.labels():
            said = label._asdict()
            hosts.setdefault(self.homes[said.pop("account")], []).append(said)
        return [label | {"hosts": hosts.get(label["account"], [])} for label in self.traffic.labels()]

    def schedules(self) -> dict[str, dict[str, list[tuple[int, int]]]]:
        """Account → host → promised [start, end) in ms."""
        return {
            self.homes[account]: {
                host: [(int(begin), int(end)) for begin, end in slots] for host, slots in hosts.items()
            }
            for account, hosts in self.hosts.schedules().items()
        }


def make_campaign(seed: int, plan: CampaignPlan) -> Campaign:
    """The same seed and plan make the same campaign. Hosts that cheat work at accounts whose traffic is honest."""
    traffic = make_traffic_world(seed, plan.traffic)
    hosts = make_host_world(seed, plan.hosts)
    cheats = dict.fromkeys(label.account for label in hosts.labels() if label.kind == "attack")
    others = dict.fromkeys(label.account for label in hosts.labels() if label.account not in cheats)
    accounts = sorted(traffic.accounts, key=lambda account: (account.is_attack, account.hard))
    homes = dict(zip([*cheats, *others], (account.id for account in accounts), strict=False))
    return Campaign(traffic, hosts, homes)
