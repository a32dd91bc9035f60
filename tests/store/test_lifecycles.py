"""Lives in a real store: one move wins, with all that belongs to it or nothing; fences refuse the unaware."""

from __future__ import annotations

import asyncio

import pytest

from leaderboard.domain.enrollments import Enrollment
from leaderboard.domain.lifecycle import Life, closed_by_hand, ended, frozen, opened
from leaderboard.domain.standings import Row
from leaderboard.store.lifecycles import NOTHING_STORED
from leaderboard.store.settings import CampaignMoved
from leaderboard.store.stale import StaleCampaign
from leaderboard.store.standings import AsOf
from leaderboard.store.store import Store

NAME = "apollo-test"


async def move(store: Store, before: Life, after: Life, **documents: bytes) -> bool:
    return await store.lifecycles.move(
        NAME, before, after, action="campaign.test", actor="kim", why="to see", documents=documents
    )


async def test_of_many_that_move_a_campaign_one_does_and_the_log_has_it_once(store: Store) -> None:
    after = opened(NOTHING_STORED, 5)

    made = await asyncio.gather(*(move(store, NOTHING_STORED, after) for _ in range(5)))
    log = (await store.audit_log.page(10)).entries

    assert sorted(made) == [False] * 4 + [True]
    assert await store.lifecycles.life(NAME) == after
    assert [(one.action, one.actor, one.why) for one in log] == [("campaign.test", "kim", "to see")]


async def test_a_move_by_an_old_life_changes_nothing(store: Store) -> None:
    live = opened(NOTHING_STORED, 5)
    await move(store, NOTHING_STORED, live)

    assert not await move(store, NOTHING_STORED, live, snapshot=b"late")

    assert await store.lifecycles.document(NAME, "snapshot") is None
    assert len((await store.audit_log.page(10)).entries) == 1


async def test_a_document_that_is_there_is_never_written_again(store: Store) -> None:
    closing = ended(opened(NOTHING_STORED, 5), 6)
    await store.lifecycles.put_document(NAME, "snapshot", b"the first")
    await store.lifecycles.put_document(NAME, "snapshot", b"the second")

    assert not await move(store, NOTHING_STORED, frozen(closing, "ab", 7), snapshot=b"the third")

    assert await store.lifecycles.document(NAME, "snapshot") == b"the first"
    assert await store.lifecycles.life(NAME) == NOTHING_STORED


async def test_a_move_that_sets_a_pin_is_made_before_it_or_not_at_all(store: Store) -> None:
    now_ms = await store.now_ms()
    live = opened(NOTHING_STORED, now_ms)
    await move(store, NOTHING_STORED, live)

    too_late = await move(store, live, closed_by_hand(live, now_ms - 10_000))
    in_time = await move(store, live, closed_by_hand(live, await store.now_ms()))

    assert (too_late, in_time) == (False, True)


async def test_rows_by_an_older_version_than_the_fence_are_refused_and_listed(store: Store) -> None:
    await store.lifecycles.fence(NAME, 3)
    await store.lifecycles.fence(NAME, 2)

    with pytest.raises(StaleCampaign, match="apollo-test has moved on"):
        await store.standings.publish(NAME, [Row("a1", 1, 9, 5)], 5, AsOf(version=2))
    published = await store.standings.publish(NAME, [Row("a1", 1, 4, 5)], 5, AsOf(version=3))
    refused = await store.lifecycles.refused(NAME)

    assert published.changed == 1
    assert [row.score for row in await store.standings.rows(NAME, ["a1"])] == [4]
    assert (refused.count, [(one.carried, one.needed, one.sample) for one in refused.newest]) == (
        1,
        [(2, 3, "a1")],
    )


async def test_an_enrolment_that_was_decided_before_a_move_is_not_saved(store: Store) -> None:
    live = opened(NOTHING_STORED, 5)
    await move(store, NOTHING_STORED, live)

    async def enroll(life_version: int) -> str:
        enrolled = await store.settings.enroll(
            NAME,
            "a1",
            Enrollment(hosts=[]),
            "kim",
            starts_at_ms=0,
            ends_at_ms=1 << 60,
            life_version=life_version,
        )
        return enrolled.outcome

    with pytest.raises(CampaignMoved):
        await enroll(0)

    assert await store.settings.enrollment(NAME, "a1") is None
    assert await enroll(1) == "created"


async def test_a_note_stands_until_it_is_taken_away(store: Store) -> None:
    await store.lifecycles.note(NAME, "the archive is behind", 5)
    before = await store.lifecycles.noted(NAME)
    await store.lifecycles.note(NAME, "", 6)

    assert before is not None
    assert (before.text, before.at_ms) == ("the archive is behind", 5)
    assert await store.lifecycles.noted(NAME) is None
