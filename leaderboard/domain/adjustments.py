"""What is taken out of an account's figures after the counting: voided events, and visitors who are no people.

Nothing that was counted is changed: a row says what was taken out of it, and can be put back as it was.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.standings import Row


class Voided(Struct, frozen=True, omit_defaults=True):
    """What rescorings take out of an account, as worked out of the archive when `counted_uv` visitors were counted.

    `uv` are those who have no view left, `reached_ms` when the visitors who are left were reached. `effective_ms` and
    `kept_ms` are live time that does not count.
    """

    counted_uv: int = 0
    uv: int = 0
    reached_ms: int = 0
    effective_ms: int = 0
    kept_ms: int = 0


NOTHING: Final = Voided()


class Discount(Struct, frozen=True):
    """`uv` visitors are estimated to be no people, of those who were left when `voided_uv` had been voided.

    Whoever is voided later is taken for one of them: nobody is taken out twice.
    """

    uv: int = 0
    voided_uv: int = 0

    def left(self, voided_uv: int) -> int:
        """How many of them are to be discounted where so many are voided."""
        return max(0, self.uv - max(0, voided_uv - self.voided_uv))


NO_DISCOUNT: Final = Discount()


def adjusted(row: Row, voided: Voided, discounted_uv: int) -> Row:
    """The row without what is voided and discounted; never below nothing.

    Visitors who were counted since the voided were worked out are taken for people: they reached the score last.
    """
    counted = row.as_counted
    voided_uv = min(voided.uv, counted.score)
    discounted_uv = min(discounted_uv, counted.score - voided_uv)
    voided_effective_ms = min(voided.effective_ms, counted.effective_ms)
    voided_kept_ms = min(voided.kept_ms, counted.kept_ms)
    if not (voided_uv or discounted_uv or voided_effective_ms or voided_kept_ms):
        return counted
    is_as_worked_out = bool(voided_uv) and counted.score == voided.counted_uv
    return replace(
        counted,
        score=counted.score - voided_uv - discounted_uv,
        reached_ms=voided.reached_ms if is_as_worked_out else counted.reached_ms,
        effective_ms=counted.effective_ms - voided_effective_ms,
        kept_ms=counted.kept_ms - voided_kept_ms,
        voided_uv=voided_uv,
        discounted_uv=discounted_uv,
        voided_effective_ms=voided_effective_ms,
        voided_kept_ms=voided_kept_ms,
        counted_reached_ms=counted.reached_ms,
    )
