"""Lives of the spring sale for tests: its instants, and the steps that it makes when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.lifecycle import Life, Step, certified, due, ended, frozen, opened

# The spring sale, and the change by which people close it.
START_MS, END_MS = 1_930_280_400_000, 1_930_881_600_000
LATE_MS = 48 * 3_600_000
MANUAL = ('late = "48h"', 'close = "manual"')

STEPS: Final[Mapping[Step, Callable[[Life, int], Life]]] = {
    "open": opened,
    "end": ended,
    "freeze": lambda life, now_ms: frozen(life, "ab", now_ms),
    "certify": certified,
}


def lived(definition: Definition, instants_ms: Iterable[int]) -> list[tuple[int, Step]]:
    """The steps that a scheduled campaign makes if at each of these instants it does all that is due."""
    life, made = Life(state="scheduled"), []
    for now_ms in instants_ms:
        while step := due(definition, life, now_ms):
            made.append((now_ms, step))
            life = STEPS[step](life, now_ms)
    return made
