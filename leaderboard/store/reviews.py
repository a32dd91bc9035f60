"""Flags of detectors and voided figures, as the scheduler has worked them out, and what follows for accounts. They are
told to those who cache like settings; what people decide on them is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.reviews import Raised
from leaderboard.store import keys, review_keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import REPLACE_HASH
from leaderboard.store.settings import to_json

KIND: Final = "review"

_decode_raised: Final = msgspec.json.Decoder(Raised).decode
_decode_voided: Final = msgspec.json.Decoder(Voided).decode


class Reviews:
    """By campaign."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def raised(self, campaign: str) -> dict[str, Raised]:
        """Flag id → flag, by flag id."""
        found = mapping(await self._client.do("HGETALL", review_keys.raised(campaign)))
        return {flag.decode(): _decode_raised(document) for flag, document in sorted(found.items())}

    async def put_raised(self, campaign: str, raised: Mapping[str, Raised]) -> bool:
        """Makes these the flags of the campaign, all at once; whether anything is another."""
        return await self._replace(
            review_keys.raised(campaign), campaign, {flag: to_json(one) for flag, one in raised.items()}
        )

    async def voided(self, campaign: str) -> dict[str, Voided]:
        """Account → what the rescorings in force take out of it."""
        found = mapping(await self._client.do("HGETALL", review_keys.voided(campaign)))
        return {account.decode(): _decode_voided(document) for account, document in sorted(found.items())}

    async def put_voided(self, campaign: str, voided: Mapping[str, Voided]) -> bool:
        """Makes these the figures of the campaign, all at once; whether anything is another."""
        return await self._replace(
            review_keys.voided(campaign), campaign, {account: to_json(one) for account, one in voided.items()}
        )

    async def _replace(self, key: str, campaign: str, documents: Mapping[str, bytes]) -> bool:
        flat = [part for pair in sorted(documents.items()) for part in pair]
        return bool(await REPLACE_HASH(self._client, (key, keys.CHANGES), KIND, campaign, *flat))
