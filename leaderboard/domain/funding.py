"""What a campaign was given to pay from, held against what its awards come to. Moves no money."""

from __future__ import annotations

from msgspec import Struct

from leaderboard.domain.money import format_minor


class Funding(Struct, frozen=True, kw_only=True):
    """What a campaign was given, and what its awards come to.

    `limits_minor`: those that have a limit, at most. `unbounded`: those that have none. `awards_minor`: all of them as
    things stand; None before they are worked out. `is_required`: nothing is certified that is short.
    """

    currency: str
    given_minor: int
    limits_minor: int
    unbounded: tuple[str, ...] = ()
    awards_minor: int | None = None
    is_required: bool = False

    @property
    def is_covered(self) -> bool:
        """Whether it is enough, whatever the awards come to."""
        return not self.unbounded and self.given_minor >= self.limits_minor

    @property
    def is_short(self) -> bool:
        """Before they are worked out, awards without a limit are no sum; without any money they are not paid."""
        if self.awards_minor is not None:
            return self.given_minor < self.awards_minor
        return self.given_minor < self.limits_minor or (bool(self.unbounded) and self.given_minor <= 0)


def funding_in_words(funding: Funding) -> str:
    """What was given, and what it is for, without the end of the sentence."""
    given, most = (_money(minor, funding.currency) for minor in (funding.given_minor, funding.limits_minor))
    said = f"Its budget is funded with {given}, and its awards"
    if funding.awards_minor is not None:
        come_to = _money(funding.awards_minor, funding.currency)
        return f"{said} come to {come_to} as things stand ({_limits(funding, most)})"
    if not funding.unbounded:
        return f"{said} come to at most {most}"
    return f"{said} are not worked out yet ({_limits(funding, most)})"


def _limits(funding: Funding, most: str) -> str:
    """What is known of the awards before anybody has won one."""
    names = funding.unbounded
    if not names:
        return f"at most {most}"
    if funding.limits_minor:
        none = f"{names[0]} has none" if len(names) == 1 else f"{_listed(names)} have none"
        return f"those with a limit at most {most}; {none}"
    return f"{names[0]} has no limit" if len(names) == 1 else f"{_listed(names)} have no limit"


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _money(minor: int, currency: str) -> str:
    whole, point, rest = format_minor(minor, currency).partition(".")
    return f"{currency} {int(whole):,}{point}{rest}"
