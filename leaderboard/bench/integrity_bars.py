"""The bars that detectors are held to, and how far they are met: proportions with intervals. Makes no worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Final

from msgspec import Struct

from leaderboard.bench.integrity_scores import PLACES, Scored, ScoredWorld

# 95 %, from both sides.
_Z: Final = 1.959964

FAKE_SHARE: Final = 0.2
# Who does not cheat with traffic is no matter of traffic detectors.
HELD: Final = ("hold",)
ASKED: Final = ("hold", "warn", "review")


class Proportion(Struct, frozen=True):
    """`hits` of `of`, with Wilson's interval of 95 %."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        return self._bounds()[0]

    @property
    def high(self) -> float:
        return self._bounds()[1]

    def _bounds(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.share
        middle, spread = p + _Z**2 / (2 * n), _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, (middle - spread) / (1 + _Z**2 / n)), min(1.0, (middle + spread) / (1 + _Z**2 / n))


class OfAttack(Struct, frozen=True, kw_only=True):
    """What became of the accounts with one attack. `held_enough`, `asked_enough`: of those with a fake share of a fifth
    and more. `removed`: fake visitors that the detectors doubt, of those the door let through; `at_door`: of all."""

    name: str
    held: Proportion
    asked: Proportion
    held_enough: Proportion
    asked_enough: Proportion
    removed: Proportion
    at_door: Proportion
    honest_lost: Proportion


class OfSegment(Struct, frozen=True, kw_only=True):
    """What became of honest accounts of one kind. `by`: which detectors held how many."""

    name: str
    hard: bool
    held: Proportion
    asked: Proportion
    lost: Proportion
    by: Mapping[str, int]


class Bar(Struct, frozen=True, kw_only=True):
    """One bar: what was wanted, what was reached, and whether that is enough."""

    name: str
    wanted: str
    reached: str
    met: bool


class TrafficScore(Struct, frozen=True, kw_only=True):
    """All worlds of one kind together. `recovered`: shares of the honest top five, raw, discounted, and reviewed."""

    worlds: int
    views: int
    took_s: float
    attacks: tuple[OfAttack, ...]
    segments: tuple[OfSegment, ...]
    ordinary: OfSegment
    recovered: tuple[float, float, float]


# Attack → the least recall among accounts with a fake share of a fifth and more, and what counts as found.
RECALL: Final[Mapping[str, tuple[float, Sequence[str]]]] = {
    "farm": (0.95, HELD),
    "farm_4g": (0.95, HELD),
    "churn_fixed": (0.95, HELD),
    "churn_random": (0.95, HELD),
    "burst": (0.95, HELD),
    "crowd_turf": (0.90, ASKED),
    "proxies_shallow": (0.80, HELD),
    "self_refund": (0.70, HELD),
}
REMOVED: Final = ("farm", "farm_4g", "churn_fixed", "churn_random", "burst")
MOST_REMOVED_LEFT: Final = 0.95
MOST_HELD: Final = 0.002
MOST_HELD_OF_SEGMENT: Final = 0.02
MOST_LOST: Final = 0.0001
LEAST_RECOVERED: Final = 0.90


def summed(worlds: Sequence[ScoredWorld]) -> TrafficScore:
    """The worlds put together."""
    accounts = [one for world in worlds for one in world.accounts]
    attacks = sorted({one.name for one in accounts if one.kind == "attack"})
    segments = sorted({(one.hard, one.name) for one in accounts if one.kind == "honest"})
    places = PLACES * len(worlds)
    return TrafficScore(
        worlds=len(worlds),
        views=sum(world.views for world in worlds),
        took_s=sum(world.took_s for world in worlds),
        attacks=tuple(_attack(name, accounts) for name in attacks),
        segments=tuple(
            _segment(name, [one for one in accounts if (one.kind, one.name) == ("honest", name)])
            for _, name in segments
        ),
        ordinary=_segment("all ordinary", [one for one in accounts if one.kind == "honest" and not one.hard]),
        recovered=_recovered(worlds, places),
    )


def _recovered(worlds: Sequence[ScoredWorld], places: int) -> tuple[float, float, float]:
    raw, discounted, reviewed = (sum(world.recovered[at] for world in worlds) for at in range(3))
    return raw / places, discounted / places, reviewed / places


def _attack(name: str, accounts: Sequence[Scored]) -> OfAttack:
    cheats = [one for one in accounts if (one.kind, one.name) == ("attack", name)]
    enough = [one for one in cheats if one.fake_share >= FAKE_SHARE]
    fake, at_door = sum(one.fake for one in cheats), sum(one.gate_fake for one in cheats)
    return OfAttack(
        name=name,
        held=_found(cheats, HELD),
        asked=_found(cheats, ASKED),
        held_enough=_found(enough, HELD),
        asked_enough=_found(enough, ASKED),
        removed=Proportion(sum(one.fake_taken for one in cheats), fake),
        at_door=Proportion(at_door, fake + at_door),
        honest_lost=_lost(cheats),
    )


def _segment(name: str, accounts: Sequence[Scored]) -> OfSegment:
    by: dict[str, int] = {}
    for detector in (detector for one in accounts for detector in one.held_by):
        by[detector] = by.get(detector, 0) + 1
    return OfSegment(
        name=name,
        hard=any(one.hard for one in accounts),
        held=_found(accounts, HELD),
        asked=_found(accounts, ASKED),
        lost=_lost(accounts),
        by=by,
    )


def _found(accounts: Sequence[Scored], asked: Sequence[str]) -> Proportion:
    return Proportion(sum(one.asked in asked for one in accounts), len(accounts))


def _lost(accounts: Iterable[Scored]) -> Proportion:
    some = list(accounts)
    return Proportion(sum(one.honest_taken for one in some), sum(one.honest for one in some))


def bars(score: TrafficScore) -> list[Bar]:
    """Each bar on traffic, met or missed."""
    ordinary = score.ordinary
    found = [
        Bar(
            name="ordinary honest accounts held",
            wanted=f"at most {MOST_HELD:.1%}, by the upper bound, of 5,000 and more",
            reached=shown(ordinary.held),
            met=ordinary.held.high <= MOST_HELD and ordinary.held.of >= 5_000,
        )
    ]
    worst = max((one for one in score.segments if not one.hard), key=lambda one: one.held.share)
    found.append(
        Bar(
            name="no honest segment held above",
            wanted=f"{MOST_HELD_OF_SEGMENT:.0%}",
            reached=f"{worst.name} {shown(worst.held)}",
            met=worst.held.share <= MOST_HELD_OF_SEGMENT,
        )
    )
    found += [bar for one in score.attacks if (bar := _recall_bar(one))]
    found += [_removed_bar(one) for one in score.attacks if one.name in REMOVED]
    found.append(
        Bar(
            name="honest visitors lost on ordinary accounts",
            wanted=f"at most {MOST_LOST:.2%}",
            reached=f"{ordinary.lost.share:.4%} ({ordinary.lost.hits:,} of {ordinary.lost.of:,})",
            met=ordinary.lost.share <= MOST_LOST,
        )
    )
    raw, discounted, reviewed = score.recovered
    found.append(
        Bar(
            name="honest top five recovered after discounts and review",
            wanted=f"at least {LEAST_RECOVERED:.0%}",
            reached=f"{reviewed:.1%} (raw {raw:.1%}, discounted {discounted:.1%})",
            met=reviewed >= LEAST_RECOVERED,
        )
    )
    return found


def _recall_bar(attack: OfAttack) -> Bar | None:
    if attack.name not in RECALL:
        return None
    least, asked = RECALL[attack.name]
    found = attack.held_enough if asked is HELD else attack.asked_enough
    return Bar(
        name=f"{attack.name} {'held' if asked is HELD else 'held or queued'}, fake share of a fifth and more",
        wanted=f"at least {least:.0%}",
        reached=shown(found),
        met=found.share >= least,
    )


def _removed_bar(attack: OfAttack) -> Bar:
    return Bar(
        name=f"{attack.name} fakes taken out",
        wanted=f"at least {MOST_REMOVED_LEFT:.0%}",
        reached=shown(attack.removed),
        met=attack.removed.share >= MOST_REMOVED_LEFT,
    )


def shown(one: Proportion) -> str:
    """A share with its counts and its interval."""
    return f"{one.share:.2%} ({one.hits:,} of {one.of:,}; {one.low:.2%} to {one.high:.2%})"
