"""The cast of the demo, from a seed: agencies, accounts, hosts. Who they are, not what they do."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from leaderboard.demo.labels import (
    CHEATING_HABITS,
    CHEATING_ROLES,
    CIRCUMSTANCES,
    DRAWN,
    DRAWN_FROM,
    DRAWN_SHARE,
    HABITS_OF_ROLES,
    HONEST_HABITS,
    ROLES,
    Circumstance,
    Habit,
    Role,
)
from leaderboard.demo.names import GIVEN, account_names, agency_name

GATE_S = 14 * 3600
PAST_DAYS = 9  # of the campaign are over when the demo starts
OVERNIGHT_HOUR = 23
SLOT_MINUTES = (120, 135, 150)
NEARLY_SLOT_MINUTES = 105  # so that fourteen hours are more than half of what was promised, and nobody warns
CLOSE_RACE = {4: 1.02, 5: 1.0, 6: 0.985, 7: 0.97}


class Host(Struct, frozen=True):
    """`start_hour` is when the host's promised hours begin, in the campaign's zone."""

    id: str
    name: str
    start_hour: int
    registered: bool = True
    habit: Habit = "steady"

    @property
    def is_honest(self) -> bool:
        return self.habit not in CHEATING_HABITS


class Account(Struct, frozen=True):
    """`popularity` is its share of all visits; `kept_s` how long its hosts were on air in the days that are over."""

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
    circumstances: tuple[Circumstance, ...] = ()

    @property
    def kind(self) -> str:
        return "merchant" if self.role == "merchant" else "partner"

    @property
    def enrolled(self) -> bool:
        return self.role != "not_enrolled"

    @property
    def is_honest(self) -> bool:
        """Whether it does nothing to look better than it is."""
        return self.role not in CHEATING_ROLES


class World(Struct, frozen=True):
    """`accounts` stand in the order of their popularity."""

    seed: int
    agencies: tuple[tuple[str, str], ...]
    accounts: tuple[Account, ...]

    def of_role(self, role: Role) -> list[Account]:
        return [account for account in self.accounts if account.role == role]

    def places_in(self, circumstance: Circumstance) -> list[int]:
        """The places of the accounts that it befell."""
        return [place for place, account in enumerate(self.accounts) if circumstance in account.circumstances]

    def labels(self) -> dict[str, dict[str, Any]]:
        """Account id → the truth about it and its hosts."""
        return {
            account.id: {
                "honest": account.is_honest,
                "role": account.role,
                "circumstances": list(account.circumstances),
                "hosts": {
                    host.id: {"honest": host.is_honest, "habit": host.habit, "registered": host.registered}
                    for host in account.hosts
                },
            }
            for account in self.accounts
        }


def make_world(seed: int, accounts: int = 40, agencies: int = 8) -> World:
    """The same seed and numbers make the same world."""
    rng = Random(f"world/{seed}")
    names, habits = account_names(rng, accounts), _dealt_habits(Random(f"habits/{seed}"))
    members = [
        _make_account(rng, place, name, share, agencies, habits)
        for place, (name, share) in enumerate(zip(names, _popularity(rng, accounts), strict=True))
    ]
    _befall(members, Random(f"circumstances/{seed}"))
    return World(seed, tuple(agency_name(number + 1) for number in range(agencies)), tuple(members))


def _dealt_habits(rng: Random) -> Iterator[Habit]:
    while True:
        yield from rng.sample(HONEST_HABITS, len(HONEST_HABITS))


def _befall(members: list[Account], rng: Random) -> None:
    """Gives each account its circumstances; sisters belong to one agency."""
    sisters_agency = None
    for place, account in enumerate(members):
        found = CIRCUMSTANCES.get(place, ())
        if place >= DRAWN_FROM:
            found = tuple(one for one in DRAWN if rng.random() < DRAWN_SHARE)
        if "sister" in found:
            sisters_agency = sisters_agency or account.agency_id
            account = msgspec.structs.replace(account, agency_id=sisters_agency)
        members[place] = msgspec.structs.replace(account, circumstances=found)


def _popularity(rng: Random, accounts: int) -> list[float]:
    """Log-normal, best first, with a close race for the last place that is paid."""
    weights = sorted((rng.lognormvariate(0.0, 0.9) for _ in range(accounts)), reverse=True)
    if accounts > max(CLOSE_RACE):
        middle = weights[5]
        for place, factor in CLOSE_RACE.items():
            weights[place] = middle * factor
    total = sum(weights)
    return [weight / total for weight in weights]


def _make_account(
    rng: Random, place: int, name: tuple[str, str], share: float, agencies: int, habits: Iterator[Habit]
) -> Account:
    role = ROLES.get(place, "ordinary")
    slot_minutes = NEARLY_SLOT_MINUTES if role == "nearly" else rng.choice(SLOT_MINUTES)
    return Account(
        id=name[0],
        name=name[1],
        agency_id=agency_name(rng.randrange(agencies) + 1)[0],
        role=role,
        popularity=share,
        catalogue=rng.choice((24, 80, 240)),
        price_level=rng.randrange(3),
        refund_share=rng.uniform(0.44, 0.54) if role == "fashion" else rng.uniform(0.05, 0.08),
        slot_minutes=slot_minutes,
        kept_s=_kept_s(rng, role, slot_minutes),
        hosts=_make_hosts(rng, name[0], role, habits),
    )


def _kept_s(rng: Random, role: Role, slot_minutes: int) -> int:
    if role == "nearly":
        return GATE_S - 10
    promised_s = PAST_DAYS * slot_minutes * 60
    falls_short = rng.random() < 0.08
    kept = rng.uniform(0.93, 1.0)
    if role == "absent":
        return round(promised_s * 0.3)
    return round(promised_s * (0.8 if falls_short else kept))


def _make_hosts(rng: Random, account_id: str, role: Role, habits: Iterator[Habit]) -> tuple[Host, ...]:
    wanted = rng.randint(1, 4) + (role == "unregistered_host")
    given = rng.sample(GIVEN, wanted)
    return tuple(
        _make_host(
            rng,
            f"{account_id}-host-{number + 1}",
            f"{name} (demo)",
            HABITS_OF_ROLES[role] if role in HABITS_OF_ROLES else next(habits),
            registered=role != "unregistered_host" or number + 1 < wanted,
        )
        for number, name in enumerate(given)
    )


def _make_host(rng: Random, host_id: str, name: str, habit: Habit, *, registered: bool) -> Host:
    start_hour = rng.randint(10, 20)
    return Host(host_id, name, OVERNIGHT_HOUR if habit == "overnight" else start_hour, registered, habit)
