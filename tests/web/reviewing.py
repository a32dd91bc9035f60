"""Flags of detectors by hand, and the people who decide on flags and appeal against them, for tests of the doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leaderboard.domain.findings import Asked, Finding, Measure
from leaderboard.domain.reviews import Raised
from tests.conftest import Answer, Service

CAMPAIGN = "apollo-test"
PATH = f"/v1/campaigns/{CAMPAIGN}/flags"
SENTENCE = "41 % of the visitors came from 203.0.113.0/24 between 02:10 and 02:50."
LINK = "The device of the host is among those that ordered."


def finding(account: str, asks: Asked = "hold", excess_uv: int = 3, **more: Any) -> Finding:
    fields: dict[str, Any] = {
        "detector": "cells",
        "rule": "cell/1",
        "account": account,
        "asks": asks,
        "families": ("concentration", "devices"),
        "sentence": SENTENCE,
        "measures": (Measure("share", 0.41, 0.3, 0.05, "concentration"),),
        "sample": 812,
        "p": 1e-9,
        "excess_uv": excess_uv,
        "span": (1_645_000_000_000, 1_645_003_600_000),
    }
    return Finding(**(fields | more))


def raised(
    account: str, *findings: Finding, detector: str = "cells", first_ms: int = 1_000, **more: Any
) -> Raised:
    found = findings or (finding(account),)
    fields = {"checkpoint": 2, "at_ms": first_ms, "first_ms": first_ms, "bears_ms": first_ms} | more
    return Raised(detector=detector, account=account, findings=found, **fields)


async def put_raised(service: Service, *flags: Raised) -> None:
    """Makes these the campaign's flags of detectors, and has the rows follow."""
    await service.store.reviews.put_raised(CAMPAIGN, {one.id: one for one in flags})
    await service.count()


@dataclass(frozen=True)
class People:
    """A service and who asks it: reviewers by name, agencies by id."""

    service: Service
    tokens: dict[str, str]

    @classmethod
    async def of(cls, service: Service) -> People:
        tokens = {name: await service.issue(role="reviewer", name=name) for name in ("ana", "bo", "cy", "di")}
        tokens |= {name: await service.issue(role="agency", agency=name) for name in ("north", "south")}
        return cls(service, tokens)

    async def decide(
        self, who: str, flag: str, decision: str, reason: str = "Looked at.", link: str = ""
    ) -> Answer:
        body = {"decision": decision, "reason": reason} | ({"partner_link": link} if link else {})
        return await self.service.ask("POST", f"{PATH}/{flag}/decision", body, token=self.tokens[who])

    async def by_two(self, flag: str, decision: str, reason: str = "Looked at.") -> Answer:
        """Ana's proposal, and Bo agrees."""
        link = LINK if decision == "disqualify" else ""
        assert (await self.decide("ana", flag, decision, "First.", link)).status == 202
        done = await self.decide("bo", flag, decision, reason)
        assert done.status == 200, done.body
        return done

    async def appeal(
        self, flag: str, text: str = "It was our own shop.", *, who: str = "north", **more: Any
    ) -> Answer:
        body = {"text": text} | more
        return await self.service.ask("POST", f"{PATH}/{flag}/appeal", body, token=self.tokens[who])

    async def flag(self, flag: str, who: str = "ana") -> Answer:
        return await self.service.ask("GET", f"{PATH}/{flag}", token=self.tokens[who])

    async def listed(self, query: str = "", who: str = "ana") -> list[dict[str, Any]]:
        answer = await self.service.ask("GET", f"{PATH}?{query}", token=self.tokens[who])
        assert answer.status == 200, answer.body
        items: list[dict[str, Any]] = answer.json["items"]
        return items
