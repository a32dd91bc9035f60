"""Requests to take part, as the store keeps them: compare-and-set, approved in one step with the enrolment."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leaderboard.domain.enrollment_requests import Request, approved, enrollment_of, rejected
from leaderboard.store import keys, settings_backup
from leaderboard.store.settings import CampaignMoved, Enrolled
from leaderboard.store.store import Store

FAR_MS = 4_000_000_000_000
ASKED = Request(
    number=1, agency="north", by="t1", at_ms=5, hosts=[{"host_id": "ana", "schedule": []}], note="Please."
)
DONE = approved(ASKED, "kim", 9)


async def ask(store: Store, before: Request | None = None, after: Request = ASKED) -> bool:
    return await store.enrollment_requests.make("request", "c", "a", before, after, "t1")


async def approve(store: Store, before: Request = ASKED, after: Request = DONE) -> Enrolled:
    enrollment = enrollment_of(before, None)
    return await store.settings.enroll(
        "c", "a", enrollment, "kim", starts_at_ms=0, ends_at_ms=FAR_MS, answers=(before, after)
    )


async def actions(store: Store) -> list[str]:
    page = await store.audit_log.page(10)
    return [entry.action for entry in page.entries]


async def test_a_request_is_kept_and_logged_with_its_note(store: Store) -> None:
    saved = await ask(store)
    [entry] = (await store.audit_log.page(10)).entries

    assert saved
    assert await store.enrollment_requests.of("c", "a") == ASKED
    assert (entry.action, entry.subject, entry.actor, entry.why) == (
        "enrollment.request", "c/a", "t1", "Please.",
    )  # fmt: skip


async def test_a_step_on_what_is_not_there_any_more_is_not_made(store: Store) -> None:
    await ask(store)
    again = await ask(store, None, replace(ASKED, number=2))
    refused = rejected(ASKED, "kim", 9, "Too late.")
    done = await store.enrollment_requests.make("reject", "c", "a", ASKED, refused, "kim")
    late = await ask(store, ASKED, replace(ASKED, number=2))

    assert (again, done, late) == (False, True, False)
    assert await store.enrollment_requests.of("c", "a") == refused


async def test_an_approval_and_its_enrolment_are_one_step(store: Store) -> None:
    await ask(store)
    enrolled = await approve(store)

    assert enrolled.outcome == "created"
    assert await store.enrollment_requests.of("c", "a") == DONE
    assert await actions(store) == ["enrollment.put", "enrollment.approve", "enrollment.request"]


async def test_an_approval_of_what_is_enrolled_already_is_kept_as_well(store: Store) -> None:
    await store.settings.enroll(
        "c", "a", enrollment_of(ASKED, None), "kim", starts_at_ms=0, ends_at_ms=FAR_MS
    )
    await ask(store)
    enrolled = await approve(store)

    assert enrolled.outcome == "same"
    assert await store.enrollment_requests.of("c", "a") == DONE


async def test_what_was_replaced_meanwhile_enrols_nobody(store: Store) -> None:
    await ask(store)
    newer = replace(ASKED, number=2, hosts=[])
    await ask(store, ASKED, newer)

    with pytest.raises(CampaignMoved):
        await approve(store)
    assert await store.enrollment_requests.of("c", "a") == newer
    assert await store.settings.enrollment("c", "a") is None


async def test_what_waits_and_who_is_enrolled_is_counted(store: Store) -> None:
    await ask(store)
    waiting = await store.enrollment_requests.counts("c")
    await approve(store)

    assert waiting == (0, 1)
    assert await store.enrollment_requests.counts("c") == (1, 0)
    assert await store.enrollment_requests.every("c") == {"a": DONE}


async def test_requests_are_in_the_backup_of_the_settings(store: Store) -> None:
    await ask(store)
    kept = await settings_backup.dump(store.client)
    await store.client.do("FLUSHALL")
    await settings_backup.put_back(
        store.client, {keys.enrollment_requests("c"): kept[keys.enrollment_requests("c")]}
    )

    assert await store.enrollment_requests.of("c", "a") == ASKED
