"""When hosts were registered, and which schedules were changed after the start, as the store keeps it."""

from __future__ import annotations

import asyncio
from typing import Any

from leaderboard.domain.enrollments import Enrollment, HostSchedule, Slot
from leaderboard.store.settings import Outcome
from leaderboard.store.store import Store

FAR_MS = 4_000_000_000_000
SLOT, OTHER_SLOT = Slot(1644894000000, 1644901200000), Slot(1644994000000, 1644999200000)


async def enroll(
    store: Store, *hosts: HostSchedule | str, waiver: str | None = None, start: int = 0
) -> Outcome:
    schedules = [HostSchedule(host) if isinstance(host, str) else host for host in hosts]
    enrolled = await store.settings.enroll(
        "c", "a", Enrollment(schedules, waiver), "kim", starts_at_ms=start, ends_at_ms=FAR_MS
    )
    await asyncio.sleep(0.003)
    return enrolled.outcome


async def registrations(store: Store) -> Any:
    return (await store.settings.registrations("c", ["a"])).get("a")


async def edits(store: Store) -> list[tuple[list[str], list[str], list[str]]]:
    found = await store.settings.schedule_edits("c", "a")
    return [(edit["added"], edit["removed"], edit["changed"]) for edit in found]


async def test_a_host_is_registered_from_its_enrolment_until_it_is_taken_out(store: Store) -> None:
    before_ms = await store.now_ms()
    await enroll(store, "ana", "bo")
    between_ms = await store.now_ms()
    await enroll(store, "bo", "cy")
    after_ms = await store.now_ms()

    found = await registrations(store)
    ((ana_from, ana_until),), ((bo_from, bo_until),), ((cy_from, cy_until),) = (
        found[host] for host in ("ana", "bo", "cy")
    )
    assert before_ms <= ana_from == bo_from < between_ms <= ana_until == cy_from < after_ms
    assert bo_until is cy_until is None


async def test_a_host_that_is_put_back_begins_anew(store: Store) -> None:
    for hosts in (["ana"], [], ["ana"]):
        await enroll(store, *hosts)

    (first_from, first_until), (second_from, second_until) = (await registrations(store))["ana"]
    assert first_from < first_until < second_from
    assert second_until is None


async def test_other_slots_or_the_same_again_leave_a_registration_as_it_is(store: Store) -> None:
    await enroll(store, "ana")
    first = await registrations(store)
    outcomes = [await enroll(store, HostSchedule("ana", [SLOT])) for _ in range(2)]

    assert outcomes == ["changed", "same"]
    assert await registrations(store) == first


async def test_an_account_without_hosts_has_no_registrations(store: Store) -> None:
    await enroll(store)

    assert await registrations(store) is None
    assert await store.settings.registrations("c", []) == {}


async def test_changes_from_the_start_on_are_listed_with_their_hosts(store: Store) -> None:
    await enroll(store, "ana", HostSchedule("bo", [SLOT]))
    await enroll(store, "cy", "ana", HostSchedule("bo", [OTHER_SLOT]))
    await enroll(store, HostSchedule("bo", [OTHER_SLOT]))

    assert await edits(store) == [(["cy"], [], ["bo"]), ([], ["ana", "cy"], [])]
    (first, second) = await store.settings.schedule_edits("c", "a")
    assert first["actor"] == "kim"
    assert first["at_ms"] < second["at_ms"] <= await store.now_ms()


async def test_a_first_enrolment_the_same_again_and_a_waiver_are_no_changes(store: Store) -> None:
    for waiver in (None, None, "Ops: a 24/7 shop"):
        await enroll(store, HostSchedule("ana", [SLOT]), waiver=waiver)

    assert await edits(store) == []


async def test_changes_before_the_start_are_not_listed(store: Store) -> None:
    await enroll(store, "ana", start=FAR_MS)
    await enroll(store, "bo", start=FAR_MS)

    assert await edits(store) == []
