"""Calendars by name: on which days banks work, year by year. Counts no days.

`US-FED` and `EU-TARGET` are the days on which the Federal Reserve and TARGET settle. Any other name is a country's ISO
code, and means its weekends and national public holidays. That is not the list of its banks: holidays of single
regions are missing, and so is what a central bank decrees. The library knows holidays up to some year, 2100 for most
countries; after it there are weekends only.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Final
from warnings import catch_warnings, simplefilter

if TYPE_CHECKING:
    from holidays import HolidayBase

# Our name: the library's name of a market.
_MARKETS: Final = {"US-FED": "XFED", "EU-TARGET": "XECB"}
MARKETS: Final = tuple(_MARKETS)

_YEARS_CACHED: Final = 1_024


def _library() -> ModuleType:
    """Loaded when it is first asked: every command reads definitions, and few of them count days."""
    import holidays

    return holidays


class UnknownCalendar(ValueError):
    """There is no calendar of that name; the text says how they are named."""


@cache
def known_calendars() -> tuple[str, ...]:
    """Every name: the two of markets, then the countries'."""
    return (*MARKETS, *sorted(_library().list_supported_countries(include_aliases=False)))


def check_calendar(name: str) -> str:
    """The name, if there is such a calendar; else UnknownCalendar."""
    # To list the countries takes the library a while, and most campaigns name none.
    if name not in _MARKETS and name not in known_calendars():
        raise UnknownCalendar(
            f"must be {' or '.join(MARKETS)}, or a country code of two capital letters such as GB for that country's "
            "public holidays"
        )
    return name


def calendar_edition(name: str) -> str:
    """What the calendar was taken from: `US-FED holidays 0.109`. Another edition may have other days."""
    return f"{check_calendar(name)} holidays {_library().__version__}"


def is_banking_day(day: date, calendar: str) -> bool:
    """Whether banks work on it. A weekend day may be a working day by decree, as in China."""
    return _days_around(calendar, day.year).is_working_day(day)


@lru_cache(maxsize=_YEARS_CACHED)
def _days_around(calendar: str, year: int) -> HolidayBase:
    """A year between its neighbours, whose holidays may be observed in it; asked in any order, it says the same."""
    check_calendar(calendar)
    years = range(max(year - 1, 1), min(year + 1, 9999) + 1)
    with catch_warnings():
        # It warns of years that it does not know.
        simplefilter("ignore", UserWarning)
        if calendar in _MARKETS:
            found: HolidayBase = _library().financial_holidays(_MARKETS[calendar], years=years, expand=False)
        else:
            found = _library().country_holidays(calendar, years=years, expand=False)
    return found
