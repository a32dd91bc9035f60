"""Decisions on flags, as they stand and as they stood. Saved like settings; what they do to an account is elsewhere."""

from __future__ import annotations

from typing import Final

import msgspec

from leaderboard.domain.flags import Decision, named_by
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.settings import Outcome, Settings, to_json

_decode: Final = msgspec.json.Decoder(Decision).decode
_decode_state: Final = msgspec.json.Decoder(tuple[int, Decision]).decode


class Decisions:
    """By campaign and flag id."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def put(self, campaign: str, flag: str, decision: Decision) -> Outcome:
        """Saves a decision in place of the one before, which the audit log, with its reason, and the history keep."""
        return await self._settings.put(
            keys.decisions(campaign),
            flag,
            to_json(decision),
            "decision",
            f"{campaign}/{flag}",
            decision.by,
            change_id=change_id(campaign, named_by(flag)[1]),
            history=keys.decision_history(campaign, flag),
            why=decision.reason,
        )

    async def of(self, campaign: str) -> dict[str, Decision]:
        """Flag id → the decision that stands."""
        found = mapping(await self._client.do("HGETALL", keys.decisions(campaign)))
        return {flag.decode(): _decode(decision) for flag, decision in sorted(found.items())}

    async def ever(self, campaign: str) -> list[tuple[str, Decision]]:
        """Every decision there was, with its flag: those that stand, and those that another took the place of."""
        flags = [flag.decode() for flag in await self._client.do("HKEYS", keys.decisions(campaign))]
        lists = [("LRANGE", keys.decision_history(campaign, flag), 0, -1) for flag in flags]
        found = zip(flags, await self._client.together(lists), strict=True)
        return [(flag, _decode_state(state)[1]) for flag, states in found for state in states]

    async def as_of(self, campaign: str, at_ms: int) -> dict[str, Decision]:
        """Flag id → the decision that stood at a time of the store's clock."""
        flags = [flag.decode() for flag in await self._client.do("HKEYS", keys.decisions(campaign))]
        lists = [("LRANGE", keys.decision_history(campaign, flag), 0, -1) for flag in flags]
        found: dict[str, Decision] = {}
        for flag, states in zip(flags, await self._client.together(lists), strict=True):
            for since_ms, decision in map(_decode_state, states):
                if since_ms <= at_ms:
                    found[flag] = decision
        return found


def change_id(campaign: str, account: str) -> str:
    """What the stream of changes says of a decision: whom it concerns, and where."""
    return f"{campaign}|{account}"


def account_of_change(subject: str) -> tuple[str, str]:
    """(campaign, account) of a change."""
    campaign, _, account = subject.partition("|")
    return campaign, account
