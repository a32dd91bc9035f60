"""Rescorings asked for over HTTP, and prepared as the scheduler prepares them, with figures made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.rescorings import Figures, Moved, Preview, Rescoring
from leaderboard.store.rescorings import Prepared
from tests.conftest import Answer, Service

CAMPAIGN = "apollo-test"
PATH = f"/v1/campaigns/{CAMPAIGN}/rescorings"
NETWORK = {"kind": "void_views", "network": "203.0.113.0/24"}
OUTAGE = {"kind": "outage", "from": "2022-02-15T02:00:00Z", "until": "2022-02-15T03:00:00Z"}
WHY = "Bought visitors."
AT_MS = 1_645_000_000_000

BEFORE = {"a2": Voided(counted_uv=4, uv=1, reached_ms=7)}
AFTER = {"a1": Voided(counted_uv=9, uv=5, reached_ms=3), **BEFORE}


async def ask_for(
    service: Service, what: Mapping[str, Any] = NETWORK, reason: str = WHY, token: str | None = None
) -> Answer:
    token = token or await service.issue(role="reviewer", name="Kim")
    return await service.ask("POST", PATH, {"what": what, "reason": reason}, token=token)


async def asked(service: Service, what: Mapping[str, Any] = NETWORK, **more: Any) -> str:
    """The id of a rescoring that was asked for."""
    answer = await ask_for(service, what, **more)
    assert answer.status == 202, answer.body
    name: str = answer.json["id"]
    return name


def figures(rank: int, score: int, award_minor: int = 0) -> Figures:
    return Figures(rank, score, 3_600_500, eligible=True, award_minor=award_minor)


def moves(*accounts: str, pays: bool = False) -> tuple[Moved, ...]:
    """Each account one rank down, and where it `pays` otherwise without its award."""
    return tuple(
        Moved(name, figures(n, 10, 50_000 if pays else 0), figures(n + 1, 5))
        for n, name in enumerate(accounts, 1)
    )


async def prepare(
    service: Service,
    name: str,
    *,
    pays: bool = False,
    moved: Sequence[str] = ("a1",),
    basis: tuple[str, ...] = (),
    before: Mapping[str, Voided] = BEFORE,
    after: Mapping[str, Voided] = AFTER,
) -> Rescoring:
    """What the scheduler does with it."""
    rescorings = service.store.rescorings
    found = await one(service, name)
    preview = Preview(
        at_ms=AT_MS, views=7, live_ms=1_500, accounts=1, moved=moves(*moved, pays=pays), pays_otherwise=pays
    )
    ready = structs.replace(found.moved("prepared"), preview=preview)
    prepared = Prepared(basis, before, after)
    assert await rescorings.move(found, ready, actor="scheduler", prepared=prepared) == "done"
    return ready


async def one(service: Service, name: str) -> Rescoring:
    found = await service.store.rescorings.one(CAMPAIGN, name)
    assert found is not None
    return found


async def step(service: Service, name: str, verb: str, token: str | None = None, **order: Any) -> Answer:
    """apply, reverse, cancel or prepare; unless told, Lea applies what Kim asked for, and Mia reverses it."""
    token = token or await service.issue(role="reviewer", name="Mia" if verb == "reverse" else "Lea")
    if verb == "reverse":
        order = {"reason": "It was the venue."} | order
    return await service.ask("POST", f"{PATH}/{name}/{verb}", order or None, token=token)


async def in_state(service: Service, state: str, **more: Any) -> str:
    """The id of a rescoring in a state."""
    name = await asked(service, **more)
    if state in ("prepared", "applied", "reversed"):
        await prepare(service, name)
    if state in ("applied", "reversed"):
        assert (await step(service, name, "apply")).status == 200
    if state == "reversed":
        assert (await step(service, name, "reverse")).status == 200
    if state == "cancelled":
        assert (await step(service, name, "cancel")).status == 200
    if state == "failed":
        found = await one(service, name)
        failed = structs.replace(found.moved("failed"), problem="OSError: no space left")
        assert await service.store.rescorings.move(found, failed, actor="scheduler") == "done"
    assert (await one(service, name)).state == state
    return name


async def voided(service: Service) -> dict[str, Voided]:
    """What is voided of the campaign, by account."""
    return await service.store.reviews.voided(CAMPAIGN)


async def log_of(service: Service, action: str) -> list[Any]:
    """The entries of one action in the audit log."""
    found: list[Any] = (await service.ask("GET", f"/v1/audit-log?action={action}")).json["items"]
    return found
