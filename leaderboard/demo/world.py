"""The cast of the demo, from a seed: agencies, accounts, hosts. Who they are, not what they do."""

from __future__ import annotations

from random import Random
from typing import Literal

from msgspec import Struct

from leaderboard.demo.names import GIVEN, account_names, agency_name

GATE_S = 14 * 3600
PAST_DAYS = 9  # of the campaign are over when the demo starts

Role = Literal[
    "ordinary",
    "merchant",  # a single merchant: may be seen, may not win
    "nearly",  # ten seconds short of fourteen hours, and live
    "farm",  # buys views
    "idle",  # a host who hangs up a stream only to gather time
    "fashion",  # sells what is often sent back
    "absent",  # promises a schedule and does not keep it
    "not_enrolled",  # known, but not enrolled
    "unregistered_host",  # one of its hosts was never registered
]

# By place in popularity. The fifth place that is paid is fought over by places 4 to 7 and the farm.
ROLES: dict[int, Role] = {
    2: "merchant",
    3: "nearly",
    6: "fashion",
    8: "not_enrolled",
    9: "farm",
    10: "unregistered_host",
    11: "idle",
    12: "absent",
    14: "fashion",
    17: "not_enrolled",
    23: "not_enrolled",
}
CLOSE_RACE = {4: 1.02, 5: 1.0, 6: 0.985, 7: 0.97}


class Host(Struct, frozen=True):
    """`start_hour` is when the host's promised hours begin, in the campaign's zone."""

    id: str
    name: str
    start_hour: int
    registered: bool = True


class Account(Struct, frozen=True):
    """`popularity` is its share of all visits; `kept_s` the live time that its past days hold."""

    id: str
    name: str
    agency_id: str
    role: Role
    popularity: float
    catalogue: int
    price_level: int
    refund_share: float
    slot_minutes: int
    kept_s: int
    hosts: tuple[Host, ...]

    @property
    def kind(self) -> str:
        return "merchant" if self.role == "merchant" else "partner"

    @property
    def enrolled(self) -> bool:
        return self.role != "not_enrolled"


class World(Struct, frozen=True):
    """`accounts` stand in the order of their popularity."""

    seed: int
    agencies: tuple[tuple[str, str], ...]
    accounts: tuple[Account, ...]

    def of_role(self, role: Role) -> list[Account]:
        return [account for account in self.accounts if account.role == role]


def make_world(seed: int, accounts: int = 40, agencies: int = 8) -> World:
    """The same seed and numbers make the same world."""
    rng = Random(f"world/{seed}")
    names = account_names(rng, accounts)
    members = tuple(
        _make_account(rng, place, name, share, agencies)
        for place, (name, share) in enumerate(zip(names, _popularity(rng, accounts), strict=True))
    )
    return World(seed, tuple(agency_name(number + 1) for number in range(agencies)), members)


def _popularity(rng: Random, accounts: int) -> list[float]:
    """Log-normal, best first, with a close race for the last place that is paid."""
    weights = sorted((rng.lognormvariate(0.0, 0.9) for _ in range(accounts)), reverse=True)
    if accounts > max(CLOSE_RACE):
        middle = weights[5]
        for place, factor in CLOSE_RACE.items():
            weights[place] = middle * factor
    total = sum(weights)
    return [weight / total for weight in weights]


def _make_account(rng: Random, place: int, name: tuple[str, str], share: float, agencies: int) -> Account:
    role = ROLES.get(place, "ordinary")
    slot_minutes = rng.choice((105, 120, 135))
    return Account(
        id=name[0],
        name=name[1],
        agency_id=agency_name(rng.randrange(agencies) + 1)[0],
        role=role,
        popularity=share,
        catalogue=rng.choice((24, 80, 240)),
        price_level=rng.randrange(3),
        refund_share=rng.uniform(0.30, 0.42) if role == "fashion" else rng.uniform(0.05, 0.08),
        slot_minutes=slot_minutes,
        kept_s=_kept_s(rng, role, slot_minutes),
        hosts=_make_hosts(rng, name[0], role),
    )


def _kept_s(rng: Random, role: Role, slot_minutes: int) -> int:
    if role == "nearly":
        return GATE_S - 10
    promised_s = PAST_DAYS * slot_minutes * 60
    falls_short = rng.random() < 0.08
    kept = rng.uniform(0.93, 1.0)
    if role == "absent":
        return round(promised_s * 0.3)
    return round(promised_s * (0.7 if falls_short else kept))


def _make_hosts(rng: Random, account_id: str, role: Role) -> tuple[Host, ...]:
    wanted = rng.randint(1, 4) + (role == "unregistered_host")
    given = rng.sample(GIVEN, wanted)
    return tuple(
        Host(
            id=f"{account_id}-host-{number + 1}",
            name=f"{name} (demo)",
            start_hour=rng.randint(10, 20),
            registered=role != "unregistered_host" or number + 1 < wanted,
        )
        for number, name in enumerate(given)
    )
