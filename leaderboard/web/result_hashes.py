"""The hashes of certified results, read once each: a version of a result never changes."""

from __future__ import annotations

import msgspec
from aiohttp import web
from msgspec import Struct

from leaderboard.store.store import Store


class _Signed(Struct):
    """Of a signed result, what is asked for here."""

    sha256: str


class ResultHashes:
    """By campaign and version."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, int], str] = {}

    async def of(self, campaign: str, version: int) -> str | None:
        """The hash that a result is signed with; None where the store has no such document."""
        place = (campaign, version)
        if place not in self._known:
            document = await self._store.lifecycles.document(campaign, f"result|{version}")
            if document is None:
                return None
            self._known[place] = msgspec.json.decode(document, type=_Signed).sha256
        return self._known[place]


RESULT_HASHES: web.AppKey[ResultHashes] = web.AppKey("RESULT_HASHES")


def setup(app: web.Application, store: Store) -> None:
    """What is kept between requests."""
    app[RESULT_HASHES] = ResultHashes(store)
