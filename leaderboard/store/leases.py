"""Leases: of several processes that could do a thing, one does it. They expire with the store's clock."""

from __future__ import annotations

from leaderboard.store import keys
from leaderboard.store.client import Client
from leaderboard.store.scripts import LEASE


class Lease:
    """A lease by name, as one process holds or wants it; `token` is the process's own."""

    def __init__(self, client: Client, name: str, token: str) -> None:
        self._client = client
        self._key = keys.lease(name)
        self._token = token

    async def hold(self, lease_ms: int) -> bool:
        """Takes the lease, or prolongs it; False where another process has it."""
        return bool(await LEASE(self._client, [self._key], self._token, lease_ms))

    async def let_go(self) -> None:
        """Gives the lease back, where it is still this one's."""
        await LEASE(self._client, [self._key], self._token, 0)
