"""Forms that may be sent once: a reload that sends one again does not issue a second secret."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from leaderboard.store import form_keys
from leaderboard.store.client import Client

REMEMBERED_S: Final = 24 * 3600


class SentForms:
    """By a number that a page makes for each form; only its hash is kept."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def take(self, number: str) -> bool:
        """Whether it is the first time. Of two at the same time one is told so."""
        return bool(await self._client.do("SET", _key(number), "1", "NX", "EX", REMEMBERED_S))

    async def give_back(self, number: str) -> None:
        """Nothing was done with it: it may be sent again."""
        await self._client.do("DEL", _key(number))


def _key(number: str) -> str:
    return form_keys.sent_form(sha256(number.encode()).hexdigest())
