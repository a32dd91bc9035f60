"""The close: what was received by the cut-off counts, what came later does not, and it is frozen once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.domain.snapshots import fingerprint, read_snapshot
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, close, how, send
from workers.closing import Stuck, freeze
from workers.moments import TooSlow


async def test_a_frozen_campaign_has_what_came_by_the_cut_off_and_lists_the_rest(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1), view(2), view(3, account="a2")])
    await close(service)
    await send(service, tmp_path, [view(4)])

    assert await freeze(service.store, CAMPAIGN, how(tmp_path))
    content = await service.store.lifecycles.document(CAMPAIGN, "snapshot")
    life = await service.store.lifecycles.life(CAMPAIGN)
    excluded = await service.store.exclusions.counts(CAMPAIGN)

    assert content is not None
    snapshot = read_snapshot(content)
    assert (life.state, life.snapshot_sha256) == ("review", fingerprint(content))
    assert [(row.account, row.score) for row in snapshot.accounts] == [("a1", 2), ("a2", 1)]
    assert excluded == {"late": 1}


async def test_it_is_frozen_once_however_often_and_by_however_many(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1), view(2, account="a2")])
    await close(service)

    made = await asyncio.gather(*(freeze(service.store, CAMPAIGN, how(tmp_path)) for _ in range(3)))
    once_more = await freeze(service.store, CAMPAIGN, how(tmp_path))

    assert (sorted(made), once_more) == ([False, False, True], False)


async def test_what_is_not_applied_or_not_archived_is_waited_for_and_said(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1)])
    await service.ask("POST", "/v1/events", {"events": [view(2)]})
    await close(service)

    with pytest.raises(TooSlow, match="workers have not applied"):
        await freeze(service.store, CAMPAIGN, how(tmp_path))
    await service.count()
    with pytest.raises(TooSlow, match="archive has not taken in"):
        await freeze(service.store, CAMPAIGN, how(tmp_path))

    assert (await service.store.lifecycles.life(CAMPAIGN)).state == "closing"


async def test_a_batch_that_is_set_aside_keeps_it_from_freezing(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1)])
    await service.ask("POST", "/v1/events", {"events": [view(2)]})
    (entry,) = await service.store.inbox.read("test", 1, 1, service.store.inbox.partitions)
    await service.store.inbox.bury(entry, "a test said so")
    await send(service, tmp_path, [])
    await close(service)

    with pytest.raises(Stuck, match="1 batch could not be applied"):
        await freeze(service.store, CAMPAIGN, how(tmp_path))


async def test_a_late_batch_that_a_slow_worker_still_holds_by_old_rules_changes_nothing(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1)])
    await store.directory.refresh()
    known = dict(store.directory.campaigns)
    await close(service)
    await store.lifecycles.fence(CAMPAIGN, (await store.lifecycles.life(CAMPAIGN)).version)
    # A worker that has not heard of the close would count this one.
    await service.ask("POST", "/v1/events", {"events": [view(2)]})
    store.directory.campaigns = known
    await service.count()
    refused = await store.lifecycles.refused(CAMPAIGN)

    row = await store.standings.row(CAMPAIGN, "a1")
    assert row is not None
    assert row.score == 1
    assert (refused.count, [one.sample for one in refused.newest]) == (1, ["a1"])


async def test_who_reached_a_score_first_is_exact_from_the_freeze_on(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1)])
    await send(service, tmp_path, [view(2, account="a2")])
    # As it may be while workers race: a1 seems to have come a batch later than it did.
    late = await store.tallies.settle_reached(CAMPAIGN, "USD", {"a1": await store.now_ms()})
    await store.judge.publish(CAMPAIGN, late.values(), await store.now_ms())
    before = [row.account_id for row in (await store.standings.page(CAMPAIGN, 0, 9)).rows]
    await close(service)

    await freeze(store, CAMPAIGN, how(tmp_path))
    after = [row.account_id for row in (await store.standings.page(CAMPAIGN, 0, 9)).rows]
    audited = await store.audits.last(CAMPAIGN)

    assert (before, after) == (["a2", "a1"], ["a1", "a2"])
    assert audited is not None
    assert (audited.last.agrees, audited.last.notes) == (True, ())


async def test_what_was_received_before_a_campaign_was_saved_is_no_concern_of_it(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await service.ask("POST", "/v1/events", {"events": [view(1)]})
    await asyncio.sleep(0.003)
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(2, account="a3")])

    assert await service.store.exclusions.counts(CAMPAIGN) == {"not_enrolled": 1}
