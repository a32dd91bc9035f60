"""Campaigns put into a state of their life, and somebody who carries certifications out, for tests of the doors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from msgspec import structs

from leaderboard.domain.audits import Audit
from leaderboard.domain.checkpoints import Checkpoint
from leaderboard.domain.lifecycle import Life, certified, refused
from leaderboard.domain.money import Money
from leaderboard.store import review_keys
from leaderboard.store.leases import Lease
from leaderboard.store.settings import to_json
from tests.conftest import Service

CAMPAIGN = "apollo-test"
PATH = f"/v1/campaigns/{CAMPAIGN}"
CUTOFF_MS = 1_646_100_000_000


async def put_life(service: Service, **changes: Any) -> Life:
    """The life as it is, changed and one version on."""
    lifecycles = service.store.lifecycles
    before = await lifecycles.life(CAMPAIGN)
    after = structs.replace(before, version=before.version + 1, **changes)
    # No move pins what is past; here it was pinned before.
    pins = {"cutoff_ms": after.cutoff_ms, "refunds_until_ms": after.refunds_until_ms}
    pinned = structs.replace(before, **pins)
    assert await lifecycles.move(CAMPAIGN, pinned, after, action="campaign.test", actor="test")
    return after


async def note_audit(service: Service, at_ms: int | None = None, **more: Any) -> None:
    """An audit that found what is said, and nothing else."""
    figures = {"took_ms": 5, "events": 7, "accounts": 3, "differing_accounts": 0, "differences_count": 0}
    found = Audit(at_ms=at_ms or await service.store.now_ms(), **(figures | more))
    await service.store.audits.note(CAMPAIGN, found)


async def hold_scheduler_lease(service: Service) -> None:
    assert await Lease(service.store.client, "scheduler", "a-test").hold(60_000)


async def note_checkpoint(service: Service) -> None:
    """One that has looked at all that counts, and found nothing."""
    found = Checkpoint(
        number=1,
        at_ms=CUTOFF_MS + 1,
        took_ms=5,
        actor="test",
        mode="act",
        state="review",
        through_ms=await service.store.now_ms(),
        accounts=3,
        flags={},
        holds=0,
        excess_uv=0,
        sha256="ab" * 32,
    )
    await service.store.client.do("HSET", review_keys.checkpoints(CAMPAIGN), "last", to_json(found))


async def ready_to_certify(service: Service) -> None:
    """In review, funded, with nothing against certifying it."""
    await service.store.ledger.fund(CAMPAIGN, Money(1_000_000, "USD"), "transfer 1", "test", CUTOFF_MS)
    await put_life(service, state="review", cutoff_ms=CUTOFF_MS, since_ms=CUTOFF_MS + 1)
    await note_audit(service)
    await note_checkpoint(service)
    await hold_scheduler_lease(service)


def entry(rank: int, account: str, score: int) -> dict[str, Any]:
    """An account in a result, with details that are its agency's alone."""
    public = {
        "rank": rank,
        "award_rank": rank,
        "account_id": account,
        "name": account.upper(),
        "score": score,
    }
    return public | {"orders": 7, "agency_id": "south" if account == "a3" else "north"}


def signed_file(standings: Sequence[dict[str, Any]] = ()) -> bytes:
    """A file of the form of a signed result, in which everybody has an award; its signature is made up."""
    awards = [{"account_id": one["account_id"], "award": "top_five"} for one in standings]
    excluded = [{"account_id": one["account_id"], "reasons": []} for one in standings]
    result = {
        "certified_at": "2022-03-04T00:00:00.000Z",
        "previous": None,
        "reason": "",
        "standings": list(standings),
        "awards": awards,
        "excluded": excluded,
    }
    signature = {"algorithm": "Ed25519", "key_id": "key-1", "public_key": "p", "value": "v"}
    document = {"result": result, "sha256": "ab" * 32, "signature": signature}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


async def put_result(service: Service, content: bytes) -> None:
    """Certifies the campaign with these bytes as its next result."""
    lifecycles = service.store.lifecycles
    before = await lifecycles.life(CAMPAIGN)
    after = certified(before, await service.store.now_ms())
    documents = {f"result|{after.result}": content}
    assert await lifecycles.move(
        CAMPAIGN, before, after, action="campaign.test", actor="test", documents=documents
    )


@asynccontextmanager
async def carrying_out(service: Service, refuses: str = "", *, notes: bool = True) -> AsyncIterator[None]:
    """Meanwhile every certification that is asked for is carried out, or refused with these words, also as a note."""
    stopping = asyncio.Event()
    task = asyncio.create_task(_carry_out(service, refuses, notes, stopping))
    yield
    stopping.set()
    await task


async def _carry_out(service: Service, refuses: str, notes: bool, stopping: asyncio.Event) -> None:
    lifecycles = service.store.lifecycles
    while not stopping.is_set():
        life = await lifecycles.life(CAMPAIGN)
        if life.certifying and refuses:
            now_ms = await service.store.now_ms()
            after = refused(life, now_ms)
            await lifecycles.move(CAMPAIGN, life, after, action="campaign.refuse", actor="test", why=refuses)
            if notes:
                await lifecycles.note(CAMPAIGN, f"It was not certified: {refuses}", now_ms)
        elif life.certifying:
            await put_result(service, signed_file([entry(1, "a1", life.result)]))
        await asyncio.sleep(0.02)
