"""Figures as our English sentences have them, in the form of another language: numbers, money, times, durations.

Only what is one beyond doubt is changed; years, ids, addresses and whatever stands in `code` stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from leaderboard.web.words.formats import Formats

_NUMBER: Final = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?"
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH: Final = "|".join(_MONTHS)
# As `domain/times.py` writes them, always with milliseconds; examples in our sentences have none.
_INSTANT: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# Longer ones are nobody's.
_LONGEST: Final = 40
_UNITS: Final = ("d", "h", "min", "s")


class Figures:
    """Of one language."""

    def __init__(self, language: str) -> None:
        self._formats = Formats(language)
        kinds: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
            (rf"({_NUMBER})", self._number),
            (rf"({_NUMBER}) ?%", lambda match: f"{self._number(match)}%"),
            (rf"([A-Z]{{3}}) ({_NUMBER})", self._money),
            (rf"-?(?:{_NUMBER}) (?:d|h|min|s)(?: \d+ (?:h|min|s))*", self._duration),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lambda match: self._formats.when(match[0])),
            (r"(\d{1,2}):(\d\d)", self._clock),
            (rf"(\d{{1,2}}) ({_MONTH})(?: (\d{{1,2}}:\d\d))?", self._day),
            (r"(\d{4})-(\d\d)-(\d\d)", self._date),
            (r"`[^`]*`", lambda match: match[0]),
        )
        self._kinds = [(re.compile(pattern, re.ASCII), say) for pattern, say in kinds]

    def said(self, text: str) -> str | None:
        """None for what is no figure."""
        if len(text) > _LONGEST and not text.startswith("`"):
            return None
        for pattern, say in self._kinds:
            if match := pattern.fullmatch(text):
                return _safely(say, match)
        return None

    def with_times(self, text: str) -> str:
        """Instants within a text as people read them."""
        return _INSTANT.sub(lambda match: _safely(lambda one: self._formats.when(one[0]), match), text)

    def _number(self, match: re.Match[str]) -> str:
        return self._numeral(match[1])

    def _numeral(self, text: str) -> str:
        """With the decimals that it has; without marks of thousands where it has none, as a year."""
        whole, _, fraction = text.partition(".")
        if "," not in whole and len(whole.lstrip("-")) > 3:
            return text if not fraction else f"{whole}{self._formats.number(Decimal('1.5'))[1]}{fraction}"
        return self._formats.exactly(Decimal(text.replace(",", "")), len(fraction))

    def _money(self, match: re.Match[str]) -> str:
        amount = match[2].replace(",", "")
        try:
            return self._formats.money({"amount": amount, "currency": match[1]})
        except ValueError:
            return match[0]

    def _duration(self, match: re.Match[str]) -> str:
        words = match[0].split()
        pairs = zip(words[::2], words[1::2], strict=True)
        units = dict(zip(_UNITS, self._formats.units, strict=True))
        return " ".join(f"{self._numeral(many)}\N{NO-BREAK SPACE}{units[unit]}" for many, unit in pairs)

    def _clock(self, match: re.Match[str]) -> str:
        hour, minute = int(match[1]), int(match[2])
        if hour > 23 or minute > 59:
            return match[0]
        return self._formats.clock(f"2000-01-01T{hour:02}:{minute:02}:00+00:00", UTC)

    def _day(self, match: re.Match[str]) -> str:
        """A day without its year."""
        try:
            day = self._formats.day_of_year(
                datetime(2000, _MONTHS.index(match[2]) + 1, int(match[1]), tzinfo=UTC)
            )
        except ValueError:
            return match[0]
        return f"{day} {self.said(match[3])}" if match[3] else day

    def _date(self, match: re.Match[str]) -> str:
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return match[0]
        return self._formats.day(f"{day.isoformat()}T00:00:00+00:00", UTC)


def _safely(say: Callable[[re.Match[str]], str], match: re.Match[str]) -> str:
    """What merely looks like a figure stays as it is: an id may be `9999-99-99T99:99:99.000Z`."""
    try:
        return say(match)
    except (ValueError, ArithmeticError, LookupError):
        return match[0]
