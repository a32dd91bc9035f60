"""Sign-ins by OpenID Connect that were begun and not answered yet. Each is answered once."""

from __future__ import annotations

from typing import Final

import msgspec

from leaderboard.domain.openid import ATTEMPT_LIFETIME_MS, ATTEMPTS_MOST, Attempt
from leaderboard.domain.sessions import FAILURES_WITHIN_S, session_key
from leaderboard.store import session_keys
from leaderboard.store.client import Client
from leaderboard.store.settings import to_json

_decode: Final = msgspec.json.Decoder(Attempt).decode


class Attempts:
    """Kept under the hash of their state, which only the browser and the provider know."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def begin(self, state: str, attempt: Attempt, address: str) -> bool:
        """Keeps an attempt until its time is over; False where too many began from the address lately."""
        begun = session_keys.sign_in_attempts(address)
        commands = [("INCR", begun), ("EXPIRE", begun, FAILURES_WITHIN_S, "NX")]
        count, _ = await self._client.together(commands, atomic=True)
        if int(count) > ATTEMPTS_MOST:
            return False
        key = session_keys.sign_in_attempt(session_key(state))
        await self._client.do("SET", key, to_json(attempt), "PX", ATTEMPT_LIFETIME_MS)
        return True

    async def take(self, state: str) -> Attempt | None:
        """The attempt of a state, where there is one. Of two who ask for it one gets it."""
        found = await self._client.do("GETDEL", session_keys.sign_in_attempt(session_key(state)))
        return _decode(found) if found else None
