"""What enrolled accounts have promised: the slots of their hosts, in milliseconds. Cached by whoever holds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import orjson

from leaderboard.domain.times import to_ms
from leaderboard.store import keys
from leaderboard.store.client import Client

PLACES_CACHED: Final = 200_000


@dataclass(frozen=True, slots=True)
class Promise:
    """`slots`: host → `[start, end)`, in order. `stamp` differs where anything in them does."""

    slots: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    stamp: str = ""


NO_PROMISE: Final = Promise()


class Promises:
    """Promises by account and campaign."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, dict[str, Promise]] = {}

    def forget(self, account: str) -> None:
        """Has the account's promises read again."""
        self._known.pop(account, None)

    def forget_all(self) -> None:
        """Has all promises read again."""
        self._known.clear()

    async def of(self, campaign: str, accounts: Collection[str]) -> dict[str, Promise]:
        """The promises of some accounts in a campaign."""
        if len(self._known) > PLACES_CACHED:
            self._known.clear()
        missing = [account for account in accounts if campaign not in self._known.get(account, ())]
        if missing:
            found = await self._client.do("HMGET", keys.enrollments(campaign), *missing)
            for account, document in zip(missing, found, strict=True):
                promise = _promise(orjson.loads(document)) if document else NO_PROMISE
                self._known.setdefault(account, {})[campaign] = promise
        return {account: self._known[account][campaign] for account in accounts}


def _promise(enrollment: Mapping[str, Any]) -> Promise:
    slots = {
        host["host_id"]: [(_ms(slot["start"]), _ms(slot["end"])) for slot in host["schedule"]]
        for host in enrollment["hosts"]
        if host["schedule"]
    }
    return Promise(slots, blake2b(orjson.dumps(slots), digest_size=6).hexdigest() if slots else "")


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))
