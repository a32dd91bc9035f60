"""Who comes: visitors, addresses, devices, all computed from a number, so that millions need no list."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Any

from leaderboard.demo.world import World

RawEvent = dict[str, Any]

_MASK = (1 << 64) - 1
LOYAL_SHARE = 0.72  # of visits come from the account's own audience, the rest from everybody
LOYAL_WINDOW = 1.5  # the own audience, as a multiple of the account's share of everybody
SMALLEST_AUDIENCE = 32
PROMOTED_SHARE = 0.08

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


class Audience:
    """Draws who visits an account: often its own people, the keen ones most often; sometimes anybody."""

    def __init__(self, world: World, visitors: int) -> None:
        self._visitors = visitors
        self._salt = mix(world.seed)
        self._windows = [
            (mix(self._salt ^ place) % visitors, self._audience(account.popularity))
            for place, account in enumerate(world.accounts)
        ]
        self._account_ids = [account.id for account in world.accounts]

    def _audience(self, popularity: float) -> int:
        return min(self._visitors, max(SMALLEST_AUDIENCE, int(self._visitors * popularity * LOYAL_WINDOW)))

    def visit(self, rng: Random, place: int, source: str, live_session_id: str | None) -> RawEvent:
        """What all views of one visit have in common."""
        bits = mix(self._visitor(rng, place) ^ self._salt)
        view: RawEvent = {
            "type": "product_view",
            "account_id": self._account_ids[place],
            "visitor_id": f"demo-v{bits:016x}",
            "source": source,
            "ip": address(bits >> 11),
        }
        if (agent := AGENTS[bits & 1023]) is not None:
            view["user_agent"] = agent
        if live_session_id is not None:
            view["live_session_id"] = live_session_id
        if (bits >> 52) & 3:
            view["device_id"] = f"demo-d{bits >> 20:x}"
        if rng.random() < PROMOTED_SHARE:
            view["promoted"] = True
        return view

    def _visitor(self, rng: Random, place: int) -> int:
        if rng.random() < LOYAL_SHARE:
            base, size = self._windows[place]
            keen = rng.random()
            return (base + int(size * keen * keen)) % self._visitors
        return int(self._visitors * rng.random())
