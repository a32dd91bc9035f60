"""Checkpoints: when they are made, what they leave behind, and that no failure of theirs stops anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from leaderboard.archive import documents
from leaderboard.domain.checkpoints import Checkpoint, Wish
from leaderboard.domain.flags import Decision
from leaderboard.domain.integrity_report import CheckpointDocument, fingerprint, read_document
from leaderboard.domain.lifecycle import Certification, certified, closed_by_hand, frozen, opened, requested
from leaderboard.domain.reviews import detector_flag
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, campaign_of_two, how, move, pinned, send
from tests.workers.looking import break_down, find_a1
from workers.checkpointing import checkpoint
from workers.integrity import Checkpoints
from workers.moments import TooSlow
from workers.scheduler import Recounting, Scheduler

FLAG = detector_flag("cells", "a1")
VIEWS = [view(1), view(2), view(3), view(4, account="a2"), view(5, account="a2")]


@pytest.fixture
async def live(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """A campaign that is live: three visitors of a1, two of a2."""
    await campaign_of_two(service, apollo())
    await move(service, opened)
    await send(service, tmp_path, VIEWS)
    return service


async def made(service: Service, directory: Path, actor: str = "t1") -> Checkpoint:
    found = await checkpoint(service.store, CAMPAIGN, how(directory), actor, find_a1)
    assert found is not None
    return found


async def document(service: Service) -> CheckpointDocument:
    content = await service.store.checkpoints.document(CAMPAIGN)
    assert content is not None
    return read_document(content)


async def scores(service: Service) -> dict[str, int]:
    rows = (await service.store.standings.everything(CAMPAIGN)).rows
    return {row.account_id: row.score for row in rows}


async def test_a_checkpoint_leaves_its_flags_its_document_and_an_audit_entry(
    live: Service, tmp_path: Path
) -> None:
    one = await made(live, tmp_path)
    content = await live.store.checkpoints.document(CAMPAIGN)
    raised = await live.store.reviews.raised(CAMPAIGN)
    (entry,) = (await live.store.audit_log.page(9, action="integrity.checkpoint")).entries

    assert (one.number, one.flags, one.holds, one.excess_uv, one.accounts) == (1, {"cells": 1}, 1, 1, 2)
    assert list(raised) == [FLAG]
    assert (raised[FLAG].checkpoint, raised[FLAG].first_ms) == (1, one.at_ms)
    assert content is not None
    assert fingerprint(content) == one.sha256
    assert (entry.actor, entry.subject, entry.before) == ("t1", CAMPAIGN, "")
    assert one.sha256 in entry.after


async def test_its_document_says_what_was_looked_at_and_what_follows(live: Service, tmp_path: Path) -> None:
    await made(live, tmp_path)
    found = await document(live)
    a1, a2 = found.report.accounts

    assert (found.campaign, found.mode, found.rules) == (CAMPAIGN, "act", ("cells/1",))
    assert found.positions == {str(p): e for p, e in (await live.store.audits.newest()).items()}
    assert (a1.account, a1.gross_uv, a1.counted_uv, a1.discounted_uv, a1.net_uv) == ("a1", 3, 3, 1, 2)
    assert (a1.held, a1.flags, a2.held, a2.flags) == (True, (FLAG,), False, ())
    assert a1.before is not None
    assert a1.after is not None
    assert (a1.before.score, a1.after.score) == (3, 2)


async def test_flags_take_effect_where_detectors_act(live: Service, tmp_path: Path) -> None:
    before = await scores(live)
    await made(live, tmp_path)

    assert (before, await scores(live)) == ({"a1": 3, "a2": 2}, {"a1": 2, "a2": 2})


async def test_in_shadow_mode_flags_are_kept_and_nothing_follows(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo() + '\n[integrity]\nmode = "shadow"\n')
    await move(service, opened)
    await send(service, tmp_path, [*VIEWS, view(6, user_agent="curl/8.0")])
    await made(service, tmp_path)
    (a1, _) = (await document(service)).report.accounts

    assert list(await service.store.reviews.raised(CAMPAIGN)) == [FLAG]
    assert await scores(service) == {"a1": 4, "a2": 2}
    assert (a1.gross_uv, dict(a1.invalid), a1.counted_uv, a1.net_uv, a1.held) == (
        4,
        {"crawler": 1},
        3,
        2,
        True,
    )
    assert a1.before is not None
    assert a1.after is not None
    assert (a1.before.score, a1.after.score) == (4, 2)


async def test_the_next_one_follows_on_the_last(live: Service, tmp_path: Path) -> None:
    one = await made(live, tmp_path)
    await live.store.decisions.put(
        CAMPAIGN, FLAG, Decision("dismiss", "Fine.", "t2", await live.store.now_ms())
    )
    two = await made(live, tmp_path)
    raised = await live.store.reviews.raised(CAMPAIGN)
    entries = (await live.store.audit_log.page(9, action="integrity.checkpoint")).entries

    assert (two.number, raised[FLAG].first_ms, raised[FLAG].checkpoint) == (2, one.at_ms, 2)
    assert raised[FLAG].decided is not None
    assert entries[0].before == entries[1].after
    assert await scores(live) == {"a1": 3, "a2": 2}


async def test_two_at_once_are_made_one_behind_the_other(live: Service, tmp_path: Path) -> None:
    both = await asyncio.gather(made(live, tmp_path), made(live, tmp_path))

    assert sorted(one.number for one in both) == [1, 2]
    assert (await document(live)).number == 2


async def test_what_is_saved_is_saved_whole_or_not_at_all(live: Service, tmp_path: Path) -> None:
    store = live.store
    one = await made(live, tmp_path)
    raised, decisions = await store.reviews.raised(CAMPAIGN), await store.decisions.of(CAMPAIGN)
    version = (await store.lifecycles.life(CAMPAIGN)).version
    two = structs.replace(one, number=2)

    async def save(made: Checkpoint, life_version: int) -> bool:
        return await store.checkpoints.save(
            CAMPAIGN, one, made, b"{}", {}, life_version=life_version, known=decisions, looked_up={FLAG}
        )

    of_another_life = await save(two, version + 1)
    the_same_again = await save(one, version)
    await store.decisions.put(CAMPAIGN, FLAG, Decision("uphold", "Bought.", "t2", await store.now_ms()))
    decided_meanwhile = await save(two, version)

    assert (of_another_life, the_same_again, decided_meanwhile) == (False, False, False)
    assert (await store.checkpoints.last(CAMPAIGN)).last == one
    assert await store.reviews.raised(CAMPAIGN) == raised


async def test_a_detector_that_fails_is_noted_and_stops_nothing(live: Service, tmp_path: Path) -> None:
    await made(live, tmp_path)
    failed = await checkpoint(live.store, CAMPAIGN, how(tmp_path), "t1", break_down)
    noted = await live.store.checkpoints.last(CAMPAIGN)
    again = await made(live, tmp_path)

    assert failed is None
    assert noted.problem == "ZeroDivisionError: a detector is broken"
    assert (noted.running, noted.last and noted.last.number) == (None, 1)
    assert (again.number, (await live.store.checkpoints.last(CAMPAIGN)).problem) == (2, "")


async def test_a_process_of_its_own_finds_the_same_and_may_fail_alike(live: Service, tmp_path: Path) -> None:
    apart = replace(how(tmp_path), apart=True)
    failed = await checkpoint(live.store, CAMPAIGN, apart, "t1", break_down)
    noted = await live.store.checkpoints.last(CAMPAIGN)
    found = await checkpoint(live.store, CAMPAIGN, apart, "t1", find_a1)

    assert (failed, noted.problem) == (None, "FailedApart: ZeroDivisionError: a detector is broken")
    assert found is not None
    assert found.flags == {"cells": 1}


async def test_what_is_not_archived_is_waited_for(live: Service, tmp_path: Path) -> None:
    await live.ask("POST", "/v1/events", {"events": [view(9)]})
    await live.count()

    with pytest.raises(TooSlow, match="archive has not taken in"):
        await checkpoint(live.store, CAMPAIGN, how(tmp_path), "t1", find_a1)

    assert (await live.store.checkpoints.last(CAMPAIGN)).running is None


async def test_a_campaign_that_moves_past_the_time_for_it_keeps_its_flags(
    live: Service, tmp_path: Path
) -> None:
    await move(live, closed_by_hand)
    await move(live, lambda life, now_ms: frozen(life, "0" * 64, now_ms))
    await move(live, lambda life, now_ms: requested(life, Certification(now_ms, "t1"), now_ms))
    being_certified = await checkpoint(live.store, CAMPAIGN, how(tmp_path), "t1", find_a1)
    await move(live, certified)

    assert being_certified is None
    assert await checkpoint(live.store, CAMPAIGN, how(tmp_path), "t1", find_a1) is None
    assert await live.store.reviews.raised(CAMPAIGN) == {}


async def test_who_asks_has_one_made(live: Service, tmp_path: Path) -> None:
    checkpoints = Checkpoints(live.store, how(tmp_path), find_a1)
    await made(live, tmp_path)
    nothing_due = await checkpoints.step()
    await live.store.checkpoints.ask(CAMPAIGN, Wish(await live.store.now_ms(), "t7"))
    await asyncio.sleep(0.003)
    done, again = await checkpoints.step(), await checkpoints.step()
    known = await live.store.checkpoints.last(CAMPAIGN)

    assert (nothing_due, done, again) == (None, CAMPAIGN, None)
    assert (known.asked, known.running) == (None, None)
    assert known.last is not None
    assert (known.last.number, known.last.actor) == (2, "t7")


async def test_one_is_made_by_the_clock_for_a_day_that_has_begun(live: Service, tmp_path: Path) -> None:
    # The campaign began long ago, and none was ever made.
    checkpoints = Checkpoints(live.store, how(tmp_path), find_a1)
    done, again = await checkpoints.step(), await checkpoints.step()
    last = (await live.store.checkpoints.last(CAMPAIGN)).last

    assert (done, again) == (CAMPAIGN, None)
    assert last is not None
    assert (last.actor, last.state) == ("scheduler", "live")


async def test_a_close_that_was_not_looked_at_is_looked_at_in_review(live: Service, tmp_path: Path) -> None:
    await made(live, tmp_path)
    await move(live, closed_by_hand)
    await pinned()
    checkpoints = Checkpoints(live.store, how(tmp_path), find_a1)
    while_closing = await checkpoints.step()
    await move(live, lambda life, now_ms: frozen(life, "0" * 64, now_ms))
    cutoff_ms = live.store.directory.campaigns[CAMPAIGN].counted.window.cutoff_ms
    before = await live.store.checkpoints.last(CAMPAIGN)
    done, again = await checkpoints.step(), await checkpoints.step()

    assert (while_closing, done, again) == (None, CAMPAIGN, None)
    assert not before.covers_close(cutoff_ms)
    assert (await live.store.checkpoints.last(CAMPAIGN)).covers_close(cutoff_ms)


async def test_after_a_failure_the_clock_waits_and_who_asks_does_not(live: Service, tmp_path: Path) -> None:
    store, checkpoints = live.store, Checkpoints(live.store, how(tmp_path), break_down)
    failed, waits = await checkpoints.step(), await checkpoints.step()
    await store.checkpoints.ask(CAMPAIGN, Wish(await store.now_ms(), "t7"))
    asked, waits_again = await checkpoints.step(), await checkpoints.step()
    known = await store.checkpoints.last(CAMPAIGN)

    assert (failed, waits, asked, waits_again) == (CAMPAIGN, None, CAMPAIGN, None)
    assert known.failure is not None
    assert known.failure.by == "t7"


async def test_only_the_scheduler_that_acts_makes_them(live: Service, tmp_path: Path) -> None:
    one, other = (Scheduler(live.store, Recounting(tmp_path, id_memory_h=48, apart=False)) for _ in range(2))
    acts, waits = await one.look(), await other.look()

    assert (acts, waits) == (CAMPAIGN, None)


async def test_a_wish_that_comes_too_late_is_dropped(live: Service, tmp_path: Path) -> None:
    await move(live, closed_by_hand)
    await pinned()
    await move(live, lambda life, now_ms: frozen(life, "0" * 64, now_ms))
    await live.store.checkpoints.ask(CAMPAIGN, Wish(await live.store.now_ms(), "t7"))
    await move(live, certified)
    done = await Checkpoints(live.store, how(tmp_path), find_a1).step()

    assert (done, (await live.store.checkpoints.last(CAMPAIGN)).asked) == (None, None)


async def test_documents_are_kept_beside_the_archive_and_come_back_from_there(
    live: Service, tmp_path: Path
) -> None:
    store = live.store
    one, two = await made(live, tmp_path), await made(live, tmp_path)
    await Checkpoints(store, how(tmp_path), find_a1).step()
    contents = [documents.read(tmp_path, CAMPAIGN, f"checkpoint|{number}") for number in (1, 2)]
    await store.client.do("DEL", f"document|{{settings}}|{CAMPAIGN}|checkpoint|2")
    await Checkpoints(store, how(tmp_path), find_a1).step()

    assert [fingerprint(content or b"") for content in contents] == [one.sha256, two.sha256]
    assert await store.checkpoints.document(CAMPAIGN) == contents[1]


async def test_after_a_restore_from_older_settings_numbers_go_on_behind_the_kept_documents(
    live: Service, tmp_path: Path
) -> None:
    store = live.store
    await made(live, tmp_path)
    older = await store.client.do("HGETALL", "{settings}:checkpoints|" + CAMPAIGN)
    await made(live, tmp_path)
    await Checkpoints(store, how(tmp_path), find_a1).step()
    await store.client.do("HSET", "{settings}:checkpoints|" + CAMPAIGN, *older)
    await store.client.do("DEL", f"document|{{settings}}|{CAMPAIGN}|checkpoint|2")

    assert (await made(live, tmp_path)).number == 3


async def test_what_a_crash_has_left_at_work_is_not_said_to_be_at_work(live: Service, tmp_path: Path) -> None:
    store = live.store
    await made(live, tmp_path)
    await store.checkpoints.begin(CAMPAIGN, Wish(1, "scheduler"))
    await Checkpoints(store, how(tmp_path), find_a1).step()

    assert (await store.checkpoints.last(CAMPAIGN)).running is None
