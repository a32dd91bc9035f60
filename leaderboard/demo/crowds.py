"""When an account suddenly has a crowd: a clip that goes viral, an audience that is sent over. All of it honest."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from leaderboard.demo.world import World


class Crowd(Struct, frozen=True):
    """Visits to the account at `place` multiply by `factor`; in a raid they are the people of `from_place`."""

    kind: Literal["viral", "raid"]
    place: int
    factor: float
    from_place: int | None = None


# Since the traffic began: the first begins after, each lasts, and they begin every … ms.
VIRAL_MS = 20_000, 60_000, 300_000
RAID_MS = 45_000, 120_000, 400_000
VIRAL_FACTOR = 5.0
RAID_FACTOR = 3.0


class Crowds:
    """The crowds of one world, from when its traffic began."""

    def __init__(self, world: World, start_ms: int) -> None:
        self._start_ms = start_ms
        self._viral = [Crowd("viral", place, VIRAL_FACTOR) for place in world.places_in("viral")]
        raids = zip(world.places_in("raider"), world.places_in("raided"), strict=False)
        self._raids = [Crowd("raid", to, RAID_FACTOR, raider) for raider, to in raids]

    def at(self, now_ms: int) -> list[Crowd]:
        """Those of this moment."""
        return [
            *(self._viral if self._is_on(now_ms, *VIRAL_MS) else ()),
            *(self._raids if self._is_on(now_ms, *RAID_MS) else ()),
        ]

    def _is_on(self, now_ms: int, first_ms: int, length_ms: int, every_ms: int) -> bool:
        since_ms = now_ms - self._start_ms - first_ms
        return since_ms >= 0 and since_ms % every_ms < length_ms
