"""Audits of campaigns that are closed, being certified, or certified: what came later changes no verdict."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from leaderboard.domain.lifecycle import Life
from leaderboard.recount.audit_result import read_result
from leaderboard.store import keys
from leaderboard.store.audits import Audits
from leaderboard.store.store import Store
from tests.conftest import Service
from tests.recount.archive_lines import a_refund, a_view, an_order
from tests.recount.real_path import archive_inbox, enroll, random_events
from tests.recount.test_audit import how, send
from tests.recount.test_audit_result import KEY, a_file, standing
from workers.auditing import TooSlow, audit, examine

CAMPAIGN = "closed"
SETTING = {"agency_id": "north", "name": "a1", "kind": "partner", "country": "US"}


@pytest.fixture
async def counted(apollo_service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """A campaign that is judged by the country as last known; a1 has a visitor and an order, a2 a visitor."""
    text = apollo(CAMPAIGN).replace('at = "open"', 'at = "payout"').replace(">= 14h", ">= 0h")
    toml = {"Content-Type": "application/toml"}
    saved = await apollo_service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}", data=text.encode(), headers=toml)
    assert saved.status == 201, saved.body
    for account in ("a1", "a2"):
        await enroll(apollo_service, account, CAMPAIGN)
    await came_in(apollo_service, tmp_path, a_view(1, 1), an_order(1, 1000), a_view(1, 1, account="a2"))
    return apollo_service


async def came_in(service: Service, archive: Path, *events: object) -> None:
    """Events that are counted and archived."""
    await send(service.store, *events)
    await service.count()
    await archive_inbox(service.store, archive)


async def moved(store: Store, state: str, documents: Mapping[str, bytes] | None = None, **more: Any) -> Life:
    """The life of the campaign, moved on without asking whether it may, and whether it is in time."""
    before = await store.lifecycles.life(CAMPAIGN)
    after = structs.replace(before, state=state, version=before.version + 1, **more)
    await store.client.do("HSET", keys.LIVES, CAMPAIGN, msgspec.json.encode(after))
    for name, content in (documents or {}).items():
        await store.lifecycles.put_document(CAMPAIGN, name, content)
    await store.client.do("XADD", keys.CHANGES, "*", "kind", "life", "id", CAMPAIGN)
    await store.directory.refresh()
    await next_ms()
    return after


async def next_ms() -> None:
    """What happens next has another time."""
    await asyncio.sleep(0.002)


async def closed(store: Store, state: str = "review", **more: Any) -> Life:
    return await moved(store, state, cutoff_ms=await store.now_ms(), **more)


async def certified(store: Store, archive: Path, **changed: Any) -> None:
    """Certified as it was recounted, but for what is `changed` of a1."""
    found = await examine(store, CAMPAIGN, how(archive))
    told = [standing(one, **(changed if name == "a1" else {})) for name, one in found.accounts.items()]
    now_ms, life = await store.now_ms(), await store.lifecycles.life(CAMPAIGN)
    version, until_ms = life.result + 1, life.refunds_until_ms or now_ms
    file = a_file(*told, certified_ms=now_ms)
    await store.signing_keys.register(KEY, "test", now_ms)
    await moved(store, "certified", {f"result|{version}": file}, result=version, refunds_until_ms=until_ms)


class Restless(Audits):
    """A store in which something happens between the moment an audit begins at and the one it ends at."""

    def __init__(self, store: Store, happens: Callable[[], Any]) -> None:
        super().__init__(store.client, len(store.inbox.partitions))
        self._happens = happens

    async def applied_through(self, positions: Mapping[int, str]) -> bool:
        through = await super().applied_through(positions)
        await self._happens()
        return through


@pytest.mark.parametrize(
    ("more", "events", "in_motion"),
    [
        ({}, (a_view(8, 8), an_order(8, 50, account="a2")), ()),
        ({}, (a_refund(8, "o1", 50), an_order(8, 50, account="a2")), ("a1",)),
        ({"refunds_until_ms": 5}, (a_refund(8, "o1", 50), a_view(8, 8)), ()),
    ],
)
async def test_after_the_cut_off_only_refunds_that_may_count_keep_an_account_from_being_compared(
    counted: Service,
    tmp_path: Path,
    more: dict[str, Any],
    events: tuple[object, ...],
    in_motion: tuple[str, ...],
) -> None:
    store = counted.store
    await closed(store, **more)
    restless = replace(store, audits=Restless(store, lambda: came_in(counted, tmp_path, *events)))

    found = await audit(restless, CAMPAIGN, how(tmp_path))

    assert (found.differences, found.not_compared) == ((), in_motion)


async def test_settings_that_change_meanwhile_keep_nobody_from_being_compared_after_the_cut_off(
    counted: Service, tmp_path: Path
) -> None:
    async def moves_away() -> None:
        await counted.ask("PUT", "/v1/accounts/a1", SETTING | {"country": "MX"})
        await counted.count()

    store = counted.store
    await closed(store)
    restless = replace(store, audits=Restless(store, moves_away))

    found = await examine(restless, CAMPAIGN, how(tmp_path))

    assert (set(found.settled), found.audit.not_compared) == ({"a2"}, ("a1",))


async def test_an_account_that_was_changed_later_is_judged_as_it_was(
    counted: Service, tmp_path: Path
) -> None:
    await closed(counted.store)
    asked_ms = await counted.store.now_ms()
    await next_ms()
    await counted.ask("PUT", "/v1/accounts/a1", SETTING | {"country": "MX"})
    await counted.count()

    found = await examine(counted.store, CAMPAIGN, replace(how(tmp_path), as_of_ms=asked_ms))
    today = await examine(counted.store, CAMPAIGN, how(tmp_path))

    assert (found.audit.agrees, found.audit.not_compared) == (True, ())
    assert [one.accounts["a1"].eligible for one in (found, today)] == [True, False]


async def test_an_examination_has_what_it_compared(counted: Service, tmp_path: Path) -> None:
    here = await examine(counted.store, CAMPAIGN, how(tmp_path))
    apart = await examine(counted.store, CAMPAIGN, replace(how(tmp_path), apart=True, threads=1))

    assert (apart.accounts, apart.published) == (here.accounts, here.published)
    assert {name: (one.rank, one.score, one.orders) for name, one in here.accounts.items()} == {
        "a1": (1, 1, 1),
        "a2": (2, 1, 0),
    }
    assert set(here.settled) == {"a1", "a2"}
    assert here.positions == await counted.store.audits.newest()
    assert await counted.store.audits.last(CAMPAIGN) is None


async def test_what_stands_still_is_named_with_its_partition(counted: Service, tmp_path: Path) -> None:
    await send(counted.store, a_view(5, 5))
    part = counted.store.inbox.partition_of("a1")

    with pytest.raises(
        TooSlow, match=f"have not applied within 0.3 s what was accepted, in partition {part}:"
    ):
        await examine(counted.store, CAMPAIGN, how(tmp_path))


@pytest.mark.parametrize("seed", range(4))
async def test_the_archive_gives_what_was_counted_of_a_campaign_that_was_closed_and_certified(
    counted: Service, tmp_path: Path, seed: int
) -> None:
    rng, store = random.Random(seed), counted.store
    for part in range(9):
        await came_in(counted, tmp_path, *random_events(rng, ["a1", "a2"], rng.randrange(1, 60)))
        if part == 3:
            await closed(store)
        if part == 6:
            await moved(store, "review", refunds_until_ms=await store.now_ms())

    found = await audit(store, CAMPAIGN, how(tmp_path))

    assert (found.differences, found.not_compared) == ((), ())


# ── Certified ───────────────────────────────────────────────────────────────────────────────────


async def test_a_certified_result_agrees_whatever_is_changed_or_comes_in_later(
    counted: Service, tmp_path: Path
) -> None:
    await closed(counted.store)
    await certified(counted.store, tmp_path)
    await counted.ask("PUT", "/v1/accounts/a1", SETTING | {"country": "MX"})
    await came_in(counted, tmp_path, a_refund(8, "o1", 50), a_view(8, 8))

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))

    assert (found.agrees, found.differences, found.not_compared, found.result) == (True, (), (), 1)


async def test_a_result_that_does_not_follow_from_the_archive_is_found(
    counted: Service, tmp_path: Path
) -> None:
    await closed(counted.store)
    await certified(counted.store, tmp_path, score=2, eligible=False)

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))

    assert [(one.account, one.field, one.live, one.recounted) for one in found.differences] == [
        ("a1", "result.score", 2, 1),
        ("a1", "result.eligible", False, True),
    ]
    assert (found.differences_count, found.differing_accounts) == (2, 1)


async def test_a_corrected_result_may_judge_otherwise_than_the_rows_that_were_certified(
    counted: Service, tmp_path: Path
) -> None:
    await closed(counted.store)
    await certified(counted.store, tmp_path)
    await counted.ask("PUT", "/v1/accounts/a1", SETTING | {"country": "MX"})
    await certified(counted.store, tmp_path)

    found = await audit(counted.store, CAMPAIGN, how(tmp_path))
    row = (await counted.store.standings.rows(CAMPAIGN, ["a1"]))[0]
    corrected = await counted.store.lifecycles.document(CAMPAIGN, "result|2") or b""

    assert (found.agrees, found.result, row.eligible) == (True, 2, True)
    assert [one.eligible for one in read_result(corrected).standings] == [False, True]


async def test_a_result_that_is_lost_is_no_agreement(counted: Service, tmp_path: Path) -> None:
    await closed(counted.store, "certified", result=1)

    with pytest.raises(ValueError, match="result 1 is not in the store"):
        await audit(counted.store, CAMPAIGN, how(tmp_path))


async def test_a_result_that_was_tampered_with_is_no_agreement(counted: Service, tmp_path: Path) -> None:
    await closed(counted.store)
    await certified(counted.store, tmp_path)
    genuine = await counted.store.lifecycles.document(CAMPAIGN, "result|1") or b""
    forged = genuine.replace(b'"score":1', b'"score":2')
    await counted.store.client.do("SET", keys.document(CAMPAIGN, "result|1"), forged)

    with pytest.raises(ValueError, match="result 1 is not genuine: its SHA-256 is"):
        await audit(counted.store, CAMPAIGN, how(tmp_path))
