"""When the visitors of a cell are not believed: crowded, less engaged than they should be, and alike as machines are.

Pure decisions over figures. One of these alone is never enough: honest people share networks, and honest shows bore.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from leaderboard.domain.findings import Family
from leaderboard.integrity.cells_sql import Alike, Cell
from leaderboard.integrity.corrections import corrected
from leaderboard.integrity.engagement import Deficit, expected_of, least_p, rest_of, short, tests
from leaderboard.integrity.peers import BySource, Peers
from leaderboard.integrity.thresholds import Thresholds

_SIGNS: Final[Mapping[str, Family]] = {
    "agents": "devices",
    "devices": "devices",
    "dwell": "dwell",
    "timing": "timing",
}
_OF_KIND: Final[Mapping[str, Family]] = {"agent": "devices", "device": "devices", "dwell": "dwell"}
# What is in one place may be machines in one room; what is only at one time, or only equally long, needs more to be.
PLACES: Final = frozenset({"network", "address", "device"})


class Suspect(Struct, frozen=True):
    """A crowded cell with deficits. `p` is corrected for all cells that were looked at."""

    cell: Cell
    tested: tuple[Deficit, ...]
    deficits: tuple[Deficit, ...]
    p: float


class Typical(Struct, frozen=True):
    """What peers have: how alike their agents are, how far their stays are spread. None where it is not known."""

    agents_alike: float | None
    dwell_spread: float | None


class Invalid(Struct, frozen=True):
    """A cell that is not believed, and why."""

    suspect: Suspect
    alike: Alike
    typical: Typical
    signs: tuple[str, ...]

    @property
    def excess(self) -> float:
        """How many are not people, if all people were as engaged as expected and no machine was."""
        return self.suspect.cell.visitors * (1 - min(one.ratio for one in self.suspect.deficits))

    @property
    def families(self) -> tuple[Family, ...]:
        kind = self.suspect.cell.kind
        found: list[Family] = ["concentration", *(_SIGNS[one] for one in self.signs)]
        found += [family for part, family in _OF_KIND.items() if part in kind]
        found += [one.family for one in self.suspect.deficits]
        return tuple(dict.fromkeys(found))


def suspects(crowded: Mapping[Cell, BySource], peers: Peers, limits: Thresholds) -> list[Suspect]:
    """The cells whose visitors do less than they should, so much less that it is no chance among so many cells."""
    compared = _compared(crowded, peers)
    chances = corrected([least_p(tested) for tested in compared.values()])
    return [
        Suspect(cell, tested, deficits, p)
        for (cell, tested), p in zip(compared.items(), chances, strict=True)
        if (deficits := short(tested, limits)) and p <= limits.false_discoveries
    ]


def _compared(crowded: Mapping[Cell, BySource], peers: Peers) -> dict[Cell, tuple[Deficit, ...]]:
    """Each cell that has peers, tested against the visitors of its account that are in no crowded cell of its kind."""
    parts: dict[tuple[str, int], list[BySource]] = defaultdict(list)
    for cell, sources in crowded.items():
        parts[cell.kind, cell.account].append(sources)
    rests = {of: rest_of(of[1], some, peers) for of, some in parts.items()}
    found = {}
    for cell, sources in crowded.items():
        expected = expected_of(cell.account, sources, rests[cell.kind, cell.account], peers)
        if expected is not None:
            found[cell] = tests(sources, expected)
    return found


def signs(cell: Cell, alike: Alike, typical: Typical, limits: Thresholds) -> tuple[str, ...]:
    """What looks like machines. What a cell is made of is no sign in it: those with one agent have one agent."""
    of_agent = "agent" in cell.kind
    of_dwell = "dwell" in cell.kind
    checks = {
        "agents": not of_agent and _above(alike.agents_alike, typical.agents_alike, limits.agents_factor),
        "dwell": not of_dwell and _above(typical.dwell_spread, alike.dwell_spread, 1 / limits.dwell_factor),
        "timing": alike.gap_spread is not None and alike.gap_spread < limits.regular_gaps,
        "devices": alike.devices > 0 and alike.with_device / alike.devices > limits.visitors_per_device,
    }
    return tuple(name for name, is_so in checks.items() if is_so)


def _above(value: float | None, other: float | None, factor: float) -> bool:
    return value is not None and other is not None and value > factor * other


def is_room(suspect: Suspect, alike: Alike, limits: Thresholds) -> bool:
    """Whether it is people in a room with the same devices, as a school class.

    They do much of what is expected in one way, and a room has its hours. Machines run day and night.
    """
    engaged = any(
        one.family == "engagement"
        and one.expected >= limits.least_expected
        and one.ratio >= limits.engaged_ratio
        for one in suspect.tested
    )
    same = (alike.agents_alike or 0) >= limits.same_agent
    return engaged and same and alike.eight_hours >= limits.opening_hours


def invalid_of(suspect: Suspect, alike: Alike, typical: Typical, limits: Thresholds) -> Invalid | None:
    """A cell that is not believed: engagement is poor, and there is a sign of machines or nearly nothing else."""
    found = signs(suspect.cell, alike, typical, limits)
    enough = _enough_in_place if suspect.cell.kind in PLACES else _enough_elsewhere
    # Strangers who look around as others do are no machines, whatever they have in common.
    idle = any(one.family == "engagement" for one in suspect.deficits)
    if not idle or not enough(suspect, alike, found, limits) or is_room(suspect, alike, limits):
        return None
    return Invalid(suspect, alike, typical, found)


def _enough_in_place(suspect: Suspect, _: Alike, found: Collection[str], limits: Thresholds) -> bool:
    """One deficit and one sign; or hardly any engagement of two families, which no room or carrier has."""
    idle = {one.family for one in suspect.deficits if one.ratio < limits.idle_ratio}
    return bool(found) or len(idle) > 1


def _enough_elsewhere(suspect: Suspect, alike: Alike, found: Collection[str], limits: Thresholds) -> bool:
    """Two deficits and one sign, as people do crowd in time. What is mostly in one network is judged as that only."""
    return bool(found) and len(suspect.deficits) > 1 and alike.one_network <= limits.one_network
