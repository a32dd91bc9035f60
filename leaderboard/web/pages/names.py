"""What the people are called whose tokens' ids stand in decisions. For staff: an agency is not told who decided."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aiohttp import web

from leaderboard.domain.tokens import Token
from leaderboard.web.keys import NOW_MS, STORE
from leaderboard.web.pages.visit import STAFF

Names = Mapping[str, str]

NOBODY: Final[Names] = MappingProxyType({})
# Somebody who was given access a moment ago may be shown by the id until then.
KEPT_MS: Final = 5_000


class KnownNames:
    """The names of all tokens, read again every few seconds while somebody looks at pages."""

    def __init__(self) -> None:
        self._names: Names = NOBODY
        self._read_ms = -KEPT_MS

    async def read(self, request: web.Request) -> Names:
        """Token id → name."""
        now_ms = request[NOW_MS]
        if not 0 <= now_ms - self._read_ms < KEPT_MS:
            tokens = await request.app[STORE].tokens.every()
            self._names, self._read_ms = {token.id: token.name for token in tokens}, now_ms
        return self._names


KNOWN_NAMES: web.AppKey[KnownNames] = web.AppKey("KNOWN_NAMES")


async def names_for(request: web.Request, caller: Token) -> Names:
    """The names that a caller may see."""
    return await request.app[KNOWN_NAMES].read(request) if caller.role in STAFF else NOBODY
