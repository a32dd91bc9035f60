"""Notes that people have settled what a payout pays otherwise than the result says. Saved like settings."""

from __future__ import annotations

from typing import Final

import msgspec

from leaderboard.domain.payout_differences import SettledByHand
from leaderboard.domain.payouts import Line, award_key
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.settings import Outcome, Settings, to_json

_note: Final = msgspec.json.Decoder(SettledByHand).decode


class PayoutDifferences:
    """By campaign and award, the newest note of each. The audit log has all that stood before."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def put(self, campaign: str, line: Line, note: SettledByHand) -> Outcome:
        """Saves a note on what a line pays, in place of the one before."""
        field = f"{campaign}|{award_key(line.award, line.account)}"
        subject = f"{campaign}/{line.award}/{line.account}"
        return await self._settings.put(
            keys.DIFFERENCES, field, to_json(note), "difference", subject, note.by, why=note.reason
        )

    async def notes(self, campaign: str) -> dict[str, SettledByHand]:
        """award|account → its note, whether that still counts or not."""
        found = mapping(await self._client.do("HGETALL", keys.DIFFERENCES))
        named = {tuple(name.decode().split("|", 1)): _note(text) for name, text in sorted(found.items())}
        return {award: note for (of, award), note in named.items() if of == campaign}
