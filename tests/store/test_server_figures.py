"""What the store's server tells of itself, and its memory over time."""

from __future__ import annotations

from leaderboard.domain.memory_forecast import SAMPLE_EVERY_MS, SAMPLES_KEPT
from leaderboard.store import health_keys
from leaderboard.store.leases import Lease
from leaderboard.store.sent_forms import SentForms
from leaderboard.store.store import Store


async def test_the_server_of_ours_is_well(store: Store) -> None:
    figures = await store.server.read()

    assert (figures.product, figures.concerns, figures.keeps_file) == ("Valkey", (), True)
    assert figures.is_file_written
    assert figures.limit_bytes == 0 < figures.used_bytes <= figures.peak_bytes
    assert figures.used_bytes < figures.machine_bytes


async def test_who_holds_a_lease_is_at_work(store: Store) -> None:
    before = await store.server.at_work()
    await Lease(store.client, "scheduler", "me").hold(10_000)
    between = await store.server.at_work()
    await store.archiving.hold("me", 10_000)

    assert (before, between) == ((False, False), (True, False))
    assert await store.server.at_work() == (True, True)


async def test_memory_is_noted_when_it_is_due_and_the_oldest_goes(store: Store) -> None:
    noted = [await store.server.note_memory(at_ms) for at_ms in (0, SAMPLE_EVERY_MS - 1, SAMPLE_EVERY_MS)]
    samples = await store.server.memory()
    await store.client.do("RPUSH", health_keys.MEMORY_SAMPLES, *["0 1"] * SAMPLES_KEPT)
    await store.server.note_memory(2 * SAMPLE_EVERY_MS)

    assert noted == [True, False, True]
    assert [one.at_ms for one in samples] == [0, SAMPLE_EVERY_MS]
    assert all(one.used_bytes > 0 for one in samples)
    assert await store.client.do("LLEN", health_keys.MEMORY_SAMPLES) == SAMPLES_KEPT


async def test_a_form_is_sent_once_unless_it_is_given_back(store: Store) -> None:
    forms = SentForms(store.client)
    first, again = await forms.take("7"), await forms.take("7")
    await forms.give_back("7")

    assert (first, again) == (True, False)
    assert await forms.take("7")
