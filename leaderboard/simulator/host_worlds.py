"""Made-up campaigns of live hosts with labels: who sells, who only seems to, and how long each really sold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from leaderboard.simulator import hosts_tables
from leaderboard.simulator.hosts import DAY_MS, Beats, Part, Slots, Window, time_of
from leaderboard.simulator.hosts_attacks import ATTACKS, HARD_ATTACKS
from leaderboard.simulator.hosts_days import clock, handed_over, promised, shows_of
from leaderboard.simulator.hosts_events import events_of
from leaderboard.simulator.hosts_line import kept, sent, streaming
from leaderboard.simulator.hosts_noise import Chance
from leaderboard.simulator.hosts_selling import sell
from leaderboard.simulator.hosts_styles import HARD_STYLES, STYLES, cheat, person_of
from leaderboard.simulator.plan import START_MS, PlanError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Of a total of honest accounts, how they are dealt out.
_DEAL: Final = (
    *("chatty", "quiet_demo", "sign_language", "music", "one_product", "metronomic", "hand_over", "flaky"),
    *("multi_host", "marathon"),
)


@dataclass(frozen=True, kw_only=True)
class HostPlan:
    """`honest`: how many accounts in all, or of each style. `attacks`: how many accounts of each. `shift` makes another
    world: worse lines, louder rooms, less movement, another spread of hours.
    """

    honest: int | Mapping[str, int] = 1_200
    attacks: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(ATTACKS, 100))
    days: int = 14
    shift: bool = False
    start_ms: int = START_MS

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 60:
            raise PlanError(f"days = {self.days}: takes 1 to 60")
        for name, known, asked in (("honest", STYLES, self.styles), ("attacks", ATTACKS, self.attacks)):
            for kind, count in asked.items():
                if kind not in known:
                    raise PlanError(f"{name}: {kind!r} is none; there are {', '.join(known)}")
                if not 0 <= count <= 10_000:
                    raise PlanError(f"{name}: {kind} = {count}: takes 0 to 10000")

    @property
    def styles(self) -> Mapping[str, int]:
        """How many honest accounts of each style."""
        if isinstance(self.honest, int):
            return {style: len(range(at, self.honest, len(_DEAL))) for at, style in enumerate(_DEAL)}
        return self.honest

    @property
    def window(self) -> Window:
        """[start, end) of the campaign."""
        return self.start_ms, self.start_ms + self.days * DAY_MS


class HostLabel(NamedTuple):
    """The truth of a host. `kind` is honest or attack, `name` the style or the attack."""

    account: str
    host: str
    kind: str
    name: str
    hard: bool
    effective_ms: int


@dataclass(frozen=True)
class Host:
    """A host of a world: the truth, what was promised, and the heartbeats that arrive."""

    label: HostLabel
    slots: Slots
    beats: Beats


@dataclass(frozen=True)
class HostWorld:
    """A campaign of hosts, made from a seed and a plan: the same gives the same."""

    plan: HostPlan
    hosts: tuple[Host, ...]

    def labels(self) -> tuple[HostLabel, ...]:
        """The truth of all hosts."""
        return tuple(host.label for host in self.hosts)

    def schedules(self) -> dict[str, dict[str, Slots]]:
        """Account → host → promised spans, as an enrolment has them."""
        found: dict[str, dict[str, Slots]] = {}
        for host in self.hosts:
            found.setdefault(host.label.account, {})[host.label.host] = host.slots
        return found

    def events(self) -> Iterator[dict[str, Any]]:
        """The heartbeats as a sender would send them, in order of their time; some of them come twice."""
        return events_of(self.hosts)

    def load(self, connection: DuckDBPyConnection) -> None:
        """Adds the world to the tables of a database, which are made where there are none."""
        hosts_tables.load(connection, self.hosts)


def make_host_world(seed: int, plan: HostPlan) -> HostWorld:
    """The world of a seed."""
    kinds = [("honest", style) for style, count in plan.styles.items() for _ in range(count)]
    kinds += [("attack", attack) for attack, count in plan.attacks.items() for _ in range(count)]
    numbers = np.random.default_rng([seed, 0]).permutation(len(kinds))
    return HostWorld(
        plan,
        tuple(
            host
            for place, (kind, name) in enumerate(kinds)
            for host in _account(
                np.random.default_rng([seed, 1, place]), plan, (kind, name), int(numbers[place])
            )
        ),
    )


def _account(chance: Chance, plan: HostPlan, what: tuple[str, str], number: int) -> Iterator[Host]:
    """The hosts of an account, which is named without regard to what it does."""
    kind, name = what
    if kind == "honest":
        hosts = int(chance.integers(2, 5)) if name == "multi_host" else 1
        parts = [_honest(chance, plan, name) for _ in range(hosts)]
    else:
        parts = ATTACKS[name](chance, cheat(chance, shift=plan.shift), plan.window)
    hard = name in HARD_STYLES or name in HARD_ATTACKS
    account = f"live-{number:05d}"
    for place, part in enumerate(parts, start=1):
        beats, effective_ms = _arrived(chance, part, plan.window)
        yield Host(
            HostLabel(account, f"{account}-h{place}", kind, name, hard, effective_ms), part.slots, beats
        )


def _honest(chance: Chance, plan: HostPlan, style: str) -> Part:
    person = person_of(chance, style, shift=plan.shift)
    shows = shows_of(chance, person, plan.window)
    slots = promised(chance, person, shows, plan.window)
    if person.hand_overs:
        shows = handed_over(chance, shows, person.hand_overs)
    return Part(person, shows, sell(chance, person, shows), slots)


def _arrived(chance: Chance, part: Part, window: Window) -> tuple[Beats, int]:
    """(the heartbeats that came, how long the host really sold on a stream that was up)."""
    begins, ends = clock(chance, part.shows)
    up = streaming(chance, part.person, part.shows)
    sold = up & part.take.sells
    beats = sent(chance, part.person, part.shows, part.take, (begins, ends))
    inside = (ends >= window[0]) & (ends < window[1])
    return beats.only(up & inside & kept(chance, part.person, part.shows.count)), time_of(
        begins[sold], ends[sold]
    )
