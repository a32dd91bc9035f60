"""Awards that are paid otherwise than the result says, and notes that people have settled that. Settles nothing."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money
from leaderboard.domain.payouts import Line, award_key


class Difference(Struct, frozen=True):
    """A live line pays another amount than the result says. `owed`: what that says, which may be nothing."""

    line: Line
    place: int | None
    owed: Money

    @property
    def key(self) -> str:
        """What names its award."""
        return award_key(self.line.award, self.line.account)


class SettledByHand(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody has settled a difference, and which one: what payout `payout` pays, what result `result` said was owed.

    `reference`: where that stands, such as an invoice. `by`: the id of a token.
    """

    result: int
    payout: str
    paid: Money
    owed: Money
    reason: str
    reference: str = ""
    by: str
    at_ms: int

    def settles(self, difference: Difference) -> bool:
        """Whether it is of this one. Of another payout, or with another amount, it is of another."""
        line = difference.line
        return (self.payout, self.paid, self.owed) == (line.id, line.amount, difference.owed)

    def says(self, reason: str, reference: str) -> bool:
        """Whether it was noted in these words."""
        return (self.reason, self.reference) == (reason, reference)


def differences(awards: Iterable[ProvisionalAward], lines: Iterable[Line]) -> list[Difference]:
    """What a correction has left, by payout. `lines`: all that the campaign ever had."""
    said = {award_key(award.award, award.account): award for award in awards}
    found = []
    for line in sorted(lines, key=lambda line: line.id):
        award = said.get(award_key(line.award, line.account))
        owed = award.amount if award else Money(0, line.amount.currency)
        if line.is_live and line.amount != owed:
            found.append(Difference(line, award.place if award else line.place, owed))
    return found
