"""The public keys that results were signed with, so that a result can be held against them. No private one is here."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.domain.signing import SigningKey, public_key_text
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.settings import Settings, to_json


class PublicKey(Struct, frozen=True):
    """`public_key` in base64; `since_ms`: when it was first signed with."""

    public_key: str
    since_ms: int


_decode: Final = msgspec.json.Decoder(PublicKey).decode


class SigningKeys:
    """By key id. A key is never taken out: what was signed with it stays signed."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def register(self, key: SigningKey, actor: str, now_ms: int) -> None:
        """Makes the key known, with an audit entry; one that is known stays as it is."""
        if await self._client.do("HEXISTS", keys.SIGNING_KEYS, key.key_id):
            return
        document = to_json(PublicKey(public_key_text(key.public_key), now_ms))
        await self._settings.put(keys.SIGNING_KEYS, key.key_id, document, "signing_key", key.key_id, actor)

    async def every(self) -> dict[str, PublicKey]:
        """All keys, the oldest first."""
        found = mapping(await self._client.do("HGETALL", keys.SIGNING_KEYS))
        known = {key_id.decode(): _decode(document) for key_id, document in found.items()}
        return dict(sorted(known.items(), key=lambda one: (one[1].since_ms, one[0])))
