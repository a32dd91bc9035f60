"""Who comes: visitors, addresses, devices, all computed from a number, so that millions need no list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate
from random import Random
from typing import Any

from leaderboard.demo.crowds import Crowd
from leaderboard.demo.labels import Circumstance
from leaderboard.demo.world import Account, World

RawEvent = dict[str, Any]

_MASK = (1 << 64) - 1
LOYAL_SHARE = 0.72  # of visits come from the account's own audience, the rest from everybody
LOYAL_WINDOW = 1.5  # the own audience, as a multiple of the account's share of everybody
SMALLEST_AUDIENCE = 32
PROMOTED_SHARE = 0.08
MISLABELLED_SHARE = 0.4  # of paid visits, where they are not all marked
REGION_SHARE = 0.39  # of an account's visitors, behind the prefixes of one carrier
REGION_PREFIXES = 3
VENUE_SHARE = 0.3  # of an account's visitors, behind one address
VENUE = "100.80.255.1"

_IPHONES = tuple(
    f"Mozilla/5.0 (iPhone; CPU iPhone OS {major}_{minor} like Mac OS X) AppleWebKit/605.1.15 "
    f"(KHTML, like Gecko) Version/{major}.{minor} Mobile/15E148 Safari/604.1"
    for major in (18, 17, 16)
    for minor in range(5)
)
_ANDROIDS = tuple(
    f"Mozilla/5.0 (Linux; Android {version}; {model}) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/{chrome}.0.0.0 Mobile Safari/537.36"
    for model in (
        "SM-S921U",
        "SM-A156U",
        "Pixel 8",
        "Pixel 6a",
        "moto g power",
        "SM-A546U",
        "CPH2513",
        "2201117TG",
    )
    for version, chrome in ((14, 126), (13, 124), (12, 120))
)
_DESKS = tuple(
    f"Mozilla/5.0 ({desk}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chrome}.0.0.0 Safari/537.36"
    for desk in ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7")
    for chrome in (126, 125, 124)
)
CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
)


def _agent_table() -> tuple[str | None, ...]:
    """1,024 entries, a few models very common; three are crawlers, three send no agent at all."""
    agents = [agent for group in zip(_IPHONES, _ANDROIDS, strict=False) for agent in group] + list(_DESKS)
    marks = list(accumulate(1 / (rank + 3) for rank in range(len(agents))))
    honest = [
        agents[next(i for i, mark in enumerate(marks) if mark >= (n + 0.5) / 1018 * marks[-1])]
        for n in range(1018)
    ]
    return (*honest, CRAWLERS[0], CRAWLERS[0], CRAWLERS[1], None, None, None)


AGENTS = _agent_table()


def mix(number: int) -> int:
    """Scatters a number over 64 bits, each to its own place (SplitMix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


# Only ranges that belong to nobody: shared address space (100.64.0.0/10) and documentation (2001:db8::/32).
def address(bits: int) -> str:
    """The address of a visitor: a third behind few carrier prefixes, a quarter IPv6, some in one venue."""
    kind, low, rest = bits & 63, (bits >> 6) & 0xFF, (bits >> 14) & 0x3FFFFF
    if kind < 16:
        return f"2001:db8:{rest & 0xFFF:x}:{rest >> 6:x}::{low + 1:x}"
    if kind < 36:
        return f"100.{64 + rest % 3}.{rest // 3 % 8}.{low % 254 + 1}"
    if kind < 37:
        return f"100.80.{rest % 48}.1"
    return f"100.{96 + (rest & 31)}.{(rest >> 5) & 0xFF}.{low % 254 + 1}"


def region_address(bits: int) -> str:
    """Of a visitor in a small region, where a carrier puts many behind few addresses."""
    if (bits >> 36) % 100 < REGION_SHARE * 100:
        return f"100.90.{(bits >> 44) % REGION_PREFIXES}.{bits % 254 + 1}"
    return address(bits)


def venue_address(bits: int) -> str:
    """Of a visitor of an account that fills halls."""
    return VENUE if (bits >> 36) % 100 < VENUE_SHARE * 100 else address(bits)


_ADDRESSES: dict[Circumstance, Callable[[int], str]] = {
    "small_region": region_address,
    "venue": venue_address,
}


def _address_of(account: Account) -> Callable[[int], str]:
    return next((_ADDRESSES[one] for one in account.circumstances if one in _ADDRESSES), address)


# (first, how many, one above the last number of those it may run on to) of the visitors of an account's own.
_Window = tuple[int, int, int]


class Audience:
    """Draws who visits an account: often its own people, the keen ones most often; sometimes anybody."""

    def __init__(self, world: World, visitors: int) -> None:
        self._visitors = visitors
        self._salt = mix(world.seed)
        self._windows = [self._window(place, account) for place, account in enumerate(world.accounts)]
        self._join_sisters(world)
        self._own = list(self._windows)
        self._account_ids = [account.id for account in world.accounts]
        self._address = [_address_of(account) for account in world.accounts]
        self._marked = [
            PROMOTED_SHARE * (1 - MISLABELLED_SHARE * ("mislabelled" in account.circumstances))
            for account in world.accounts
        ]

    def _window(self, place: int, account: Account) -> _Window:
        size = min(
            self._visitors, max(SMALLEST_AUDIENCE, int(self._visitors * account.popularity * LOYAL_WINDOW))
        )
        if "new_market" in account.circumstances:
            # Beyond everybody: people whom no other account knows.
            first = self._visitors * (place + 1)
            return first, size, first + size
        return mix(self._salt ^ place) % self._visitors, size, self._visitors

    def _join_sisters(self, world: World) -> None:
        """All of them have the audience that begins where the first one's does."""
        sisters = world.places_in("sister")
        for place in sisters[1:]:
            first, _, end = self._windows[sisters[0]]
            self._windows[place] = (first, self._windows[place][1], end)

    def gather(self, crowds: Iterable[Crowd]) -> None:
        """From now on, strangers crowd in where something is viral, and in a raid the raider's people."""
        self._windows = list(self._own)
        for crowd in crowds:
            everybody = 0, self._visitors, self._visitors
            self._windows[crowd.place] = (
                everybody if crowd.from_place is None else self._own[crowd.from_place]
            )

    def visit(self, rng: Random, place: int, source: str, live_session_id: str | None) -> RawEvent:
        """What all views of one visit have in common."""
        bits = mix(self._visitor(rng, place) ^ self._salt)
        view: RawEvent = {
            "type": "product_view",
            "account_id": self._account_ids[place],
            "visitor_id": f"demo-v{bits:016x}",
            "source": source,
            "ip": self._address[place](bits >> 11),
        }
        if (agent := AGENTS[bits & 1023]) is not None:
            view["user_agent"] = agent
        if live_session_id is not None:
            view["live_session_id"] = live_session_id
        if (bits >> 52) & 3:
            view["device_id"] = f"demo-d{bits >> 20:x}"
        if rng.random() < self._marked[place]:
            view["promoted"] = True
        return view

    def _visitor(self, rng: Random, place: int) -> int:
        if rng.random() < LOYAL_SHARE:
            first, size, end = self._windows[place]
            keen = rng.random()
            number = first + int(size * keen * keen)
            return number if number < end else number - self._visitors
        return int(self._visitors * rng.random())
