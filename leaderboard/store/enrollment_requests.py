"""Requests of agencies to take part in a campaign: each step at once, with its audit entry.

What an approval enrols is saved together with it, by `Settings.enroll`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec
import orjson

from leaderboard.domain.enrollment_requests import Request
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import REQUEST
from leaderboard.store.settings import to_json

Step = Literal["request", "withdraw", "reject"]

_decode: Final = msgspec.json.Decoder(Request).decode


class Counts(NamedTuple):
    """How many accounts are enrolled, and how many requests wait."""

    enrolled: int
    pending: int


class EnrollmentRequests:
    """By campaign and account, the newest request of each. The audit log has all that stood before."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, campaign: str, account: str) -> Request | None:
        """The newest one of an account, whatever became of it."""
        found = await self._client.do("HGET", keys.enrollment_requests(campaign), account)
        return _decode(found) if found else None

    async def every(self, campaign: str) -> dict[str, Request]:
        """Account id → its newest request, by account id."""
        found = mapping(await self._client.do("HGETALL", keys.enrollment_requests(campaign)))
        return {account.decode(): _decode(document) for account, document in sorted(found.items())}

    async def enrolled(self, campaign: str, accounts: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Those of the accounts that are enrolled, each with its enrolment as stored."""
        if not accounts:
            return {}
        found = await self._client.do("HMGET", keys.enrollments(campaign), *accounts)
        return {
            account: orjson.loads(document)
            for account, document in zip(accounts, found, strict=True)
            if document
        }

    async def counts(self, campaign: str) -> Counts:
        """For who is about to move the campaign on."""
        enrolled = await self._client.do("HLEN", keys.enrollments(campaign))
        requests = (await self.every(campaign)).values()
        return Counts(int(enrolled), sum(one.state == "pending" for one in requests))

    async def make(
        self, step: Step, campaign: str, account: str, before: Request | None, after: Request, actor: str
    ) -> bool:
        """Saves what a step has made of it. False where it is not as `before` any more: decide anew."""
        why = after.reason if step == "reject" else after.note
        told = (account, to_json(before) if before else "", to_json(after), actor)
        names = (keys.enrollment_requests(campaign), keys.AUDIT_LOG)
        subject = f"{campaign}/{account}"
        return bool(await REQUEST(self._client, names, *told, f"enrollment.{step}", subject, why))
