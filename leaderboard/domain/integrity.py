"""What is known of a view when it is received: whether a person can have made it. No history, no other views.

These are the routine filters of invalid traffic. Whoever is found so loses the view and nothing else: a data centre's
address accuses no account.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

from leaderboard.domain.networks import Networks, known_address, v4_number

InvalidReason = Literal["crawler", "no_agent", "data_centre", "prefetch"]

INVALID_REASONS: Final[dict[InvalidReason, str]] = {
    "crawler": "Its user agent is that of a crawler or a tool.",
    "no_agent": "Its user agent is there and empty.",
    "data_centre": "Its address belongs to a data centre, and to no public relay.",
    "prefetch": "The page was fetched ahead, and nobody is known to have seen it.",
}

# The last ones seen, but for very long ones, which people's are not: what is remembered stays below about 70 MB. A
# batch of a thousand agents that are all different and as long as they may be costs 0.15 s; ordinary ones cost 0.03 s.
AGENTS_REMEMBERED: Final = 65_536
LONGEST_REMEMBERED: Final = 256
V6_ADDRESSES_REMEMBERED: Final = 65_536

_NO_AGENT: Final = ("", "-")
# The words of Sec-Purpose, Purpose and X-Purpose, such as `prefetch;prerender`.
_AHEAD: Final = frozenset({"prefetch", "prerender", "preview"})
_BETWEEN_WORDS: Final = re.compile(r"[\s,;]+")


class Door:
    """Answers for views as they come in. What was not sent is no reason: many integrations report from servers."""

    def __init__(
        self, is_crawler: Callable[[str], bool], data_centres: Networks, relays: Networks | None = None
    ) -> None:
        self._is_crawler = is_crawler
        self._data_centres = data_centres
        self._relays = relays or Networks()
        self._why_agent = lru_cache(AGENTS_REMEMBERED)(self._judge_agent)
        self._is_v6_hosted = lru_cache(V6_ADDRESSES_REMEMBERED)(self._judge_v6)

    def why_invalid(
        self, user_agent: str | None, ip: str | None, purpose: str | None
    ) -> InvalidReason | None:
        """The first reason that applies, or None."""
        if user_agent is not None and (reason := self._of_agent(user_agent)):
            return reason
        if ip is not None and self._is_hosted(ip):
            return "data_centre"
        if purpose is not None and not _AHEAD.isdisjoint(_BETWEEN_WORDS.split(purpose.lower())):
            return "prefetch"
        return None

    def _of_agent(self, agent: str) -> InvalidReason | None:
        return self._why_agent(agent) if len(agent) <= LONGEST_REMEMBERED else self._judge_agent(agent)

    def _judge_agent(self, agent: str) -> InvalidReason | None:
        if agent.strip() in _NO_AGENT:
            return "no_agent"
        return "crawler" if self._is_crawler(agent) else None

    def _is_hosted(self, text: str) -> bool:
        number = v4_number(text)
        if number is None:
            return self._is_v6_hosted(text)
        # Asked anew each time, which costs no more than to remember it.
        return self._data_centres.holds_v4(number) and not self._relays.holds_v4(number)

    def _judge_v6(self, text: str) -> bool:
        address = known_address(text)
        return address is not None and self._data_centres.holds(address) and not self._relays.holds(address)
