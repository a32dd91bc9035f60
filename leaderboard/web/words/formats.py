"""Numbers, shares, money, times and durations as people of a language write them. What is None is a dash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from leaderboard.domain.money import decimals
from leaderboard.domain.times import from_ms

NOTHING: Final = "–"
Time = str | int
Zone = str | tzinfo

# Between a number and its unit, where no line may break.
_GLUE: Final = "\N{NO-BREAK SPACE}"
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400


class _Form(NamedTuple):
    """`locale`: whose habits. `units`: days, hours, minutes, seconds."""

    locale: str
    clock: str
    units: tuple[str, str, str, str]


# English is that of people who write the day first, as everything here does.
_FORMS: Final[Mapping[str, _Form]] = {
    "en": _Form("en_GB", "HH:mm", ("d", "h", "min", "s")),
    "id": _Form("id", "HH.mm", ("hari", "jam", "menit", "detik")),
    "th": _Form("th", "HH:mm", ("วัน", "ชม.", "นาที", "วินาที")),
}


class Formats:
    """Of one language."""

    def __init__(self, language: str) -> None:
        form = _FORMS[language]
        self._locale = Locale.parse(form.locale)
        self._clock = form.clock
        self.units = form.units

    def number(self, value: float | Decimal | None, decimals: int = 2) -> str:
        """At most so many decimals."""
        if value is None:
            return NOTHING
        return format_decimal(value, "#,##0." + "#" * decimals, self._locale)

    def percent(self, share: float | Decimal | None, digits: int = 1) -> str:
        """0.123 is 12.3%."""
        if share is None:
            return NOTHING
        return self._fixed(Decimal(str(share)) * 100, digits) + "%"

    def money(self, money: Mapping[str, str] | None) -> str:
        """With the code of the currency, since `$` means more than one, and with its own decimals."""
        if money is None:
            return NOTHING
        currency = money["currency"]
        return f"{currency}{_GLUE}{self._fixed(Decimal(money['amount']), decimals(currency))}"

    def when(self, time: Time | None, zone: Zone = "UTC") -> str:
        """The day, the time of the day, and the zone's name in short."""
        if time is None:
            return NOTHING
        at = _at(time, zone)
        return f"{self._day(at)}, {self._time(at)}{_GLUE}{_zone(at)}"

    def day(self, time: Time | None, zone: Zone = "UTC") -> str:
        """14 Feb 2022."""
        return NOTHING if time is None else self._day(_at(time, zone))

    def clock(self, time: Time | None, zone: Zone = "UTC") -> str:
        """The time of the day, by 24 hours."""
        return NOTHING if time is None else self._time(_at(time, zone))

    def duration(self, seconds: float | None, *, days: bool = False) -> str:
        """`2 h 10 min`, rounded down to minutes, from a minute on. Live time is told in hours, a wait also in days."""
        if seconds is None:
            return NOTHING
        return ("-" if seconds < 0 else "") + " ".join(self._parts(int(abs(seconds)), days))

    def _parts(self, left_s: int, days: bool) -> list[str]:
        day, hour, minute, second = self.units
        if left_s < 60:
            return [self._amount(left_s, second)]
        whole_days, left_s = divmod(left_s, _DAY_S) if days else (0, left_s)
        hours, left_s = divmod(left_s, _HOUR_S)
        parts = [(whole_days, day), (hours, hour), (0 if whole_days else left_s // 60, minute)]
        return [self._amount(many, unit) for many, unit in parts if many]

    def _amount(self, many: int, unit: str) -> str:
        return f"{self.number(many)}{_GLUE}{unit}"

    def day_of_year(self, at: datetime) -> str:
        """14 Feb: where the year goes without saying."""
        return format_date(at, "d MMM", self._locale)

    def exactly(self, value: Decimal, digits: int) -> str:
        """With so many decimals, whatever they are."""
        return self._fixed(value, digits)

    def _fixed(self, value: Decimal, digits: int) -> str:
        return format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), self._locale)

    def _day(self, at: datetime) -> str:
        return format_date(at, "d MMM y", self._locale)

    def _time(self, at: datetime) -> str:
        return format_time(at, self._clock, at.tzinfo, self._locale)


def _at(time: Time, zone: Zone) -> datetime:
    at = from_ms(time) if isinstance(time, int) else datetime.fromisoformat(time)
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def _zone(at: datetime) -> str:
    """`WIB`, `EST`; `UTC+7` or `UTC+5:45` where the zone has no name that people use."""
    name, offset = at.tzname() or "", at.utcoffset() or timedelta()
    if not name.startswith(("+", "-")):
        return name
    hours, rest = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}" + (f":{rest:02}" if rest else "")
