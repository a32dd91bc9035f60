"""Bank details by account, sealed: each step at once, with its audit entry. Opens no seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from leaderboard.domain.payees import Payee, SealedPayee, summary
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import PAYEE
from leaderboard.store.settings import to_json
from leaderboard.store.vault import key_id_of

Step = Literal["propose", "confirm", "reject"]

_decode: Final = msgspec.json.Decoder(Payee).decode
_NOBODY: Final = Payee()


class Payees:
    """What is logged of a step is a summary of what it changed: neither ciphertext nor more than the last four."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, account: str) -> Payee:
        """What is known of an account's bank details, if anything is."""
        found = await self._client.do("HGET", keys.PAYEES, account)
        return _decode(found) if found else _NOBODY

    async def many(self, accounts: Sequence[str]) -> dict[str, Payee]:
        """What is known of each of the accounts; nothing, of one that has no details."""
        if not accounts:
            return {}
        found = await self._client.do("HMGET", keys.PAYEES, *accounts)
        return {name: _decode(text) if text else Payee() for name, text in zip(accounts, found, strict=True)}

    async def every(self) -> dict[str, Payee]:
        """Account id → what is known, of those of whom something is."""
        found = mapping(await self._client.do("HGETALL", keys.PAYEES))
        return {account.decode(): _decode(document) for account, document in sorted(found.items())}

    async def make(
        self, step: Step, account: str, before: Payee, after: Payee, *, actor: str, why: str = ""
    ) -> bool:
        """Saves what a step has made of it. False where it is not as `before` any more: decide anew."""
        logged = _logged(step, before, after)
        stands = b"" if before == _NOBODY else to_json(before)
        told = (account, stands, to_json(after), actor, f"payee.{step}", *logged, why)
        return bool(await PAYEE(self._client, (keys.PAYEES, keys.AUDIT_LOG), *told))

    async def key_ids(self) -> set[str]:
        """The ids of all keys that stored details are sealed with."""
        every = (await self.every()).values()
        details = [one for payee in every for one in (payee.current, payee.proposed) if one]
        return {key_id_of(text) for one in details for text in one.sealed.values()}


def _logged(step: Step, before: Payee, after: Payee) -> tuple[bytes, bytes]:
    """What a step is about: a proposal in place of another, or details in force in place of others."""
    if step == "confirm":
        return _said(before.current), _said(after.current)
    return _said(before.proposed), _said(after.proposed)


def _said(details: SealedPayee | None) -> bytes:
    document: Mapping[str, object] | None = summary(details) if details else None
    return to_json(document) if document else b""
