"""Reminders of payouts: which were said, so that each is said once, and how payouts stand. Says nothing itself."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from leaderboard.domain.reminders import Deadline, Figures
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping

_figures: Final = msgspec.json.Decoder(Figures).decode


class Said(NamedTuple):
    """A reminder, and when it was said."""

    at_ms: int
    text: str


_said: Final = msgspec.json.Decoder(Said).decode


class Reminders:
    """By campaign id."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def is_said(self, campaign: str, deadline: Deadline, stage: str) -> bool:
        """Whether a stage of a deadline was said. Another deadline, as of a later close, has stages of its own."""
        return bool(await self._client.do("HEXISTS", keys.REMINDERS, _field(campaign, deadline, stage)))

    async def say(self, campaign: str, deadline: Deadline, stage: str, said: Said) -> bool:
        """Whether it is to be said: the first who asks is told so, whoever else asks is not."""
        field = _field(campaign, deadline, stage)
        return bool(await self._client.do("HSETNX", keys.REMINDERS, field, msgspec.json.encode(said)))

    async def said(self, campaign: str) -> list[Said]:
        """All that was said of a campaign, the oldest first."""
        found = mapping(await self._client.do("HGETALL", keys.REMINDERS))
        return sorted(
            _said(text) for field, text in found.items() if field.decode().split("|")[0] == campaign
        )

    async def show(self, campaign: str, figures: Figures) -> None:
        """How the payouts of a campaign stand."""
        await self._client.do("HSET", keys.PAYOUT_FIGURES, campaign, msgspec.json.encode(figures))

    async def figures(self) -> dict[str, Figures]:
        """How payouts stand, of every campaign that has a certified result."""
        found = mapping(await self._client.do("HGETALL", keys.PAYOUT_FIGURES))
        return {campaign.decode(): _figures(figures) for campaign, figures in found.items()}


def _field(campaign: str, deadline: Deadline, stage: str) -> str:
    return f"{campaign}|{deadline.send_by_on}|{stage}"
