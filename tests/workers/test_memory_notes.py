"""The scheduler notes how much memory the store uses: one of several does, and not more often than is due."""

from __future__ import annotations

from pathlib import Path

from leaderboard.store.store import Store
from workers.scheduler import Recounting, Scheduler


async def test_one_scheduler_of_two_notes_a_sample_and_not_a_second_one(store: Store, tmp_path: Path) -> None:
    first, second = (Scheduler(store, Recounting(tmp_path, 48)) for _ in range(2))
    noted = [await first.note_memory(), await second.note_memory(), await first.note_memory()]

    assert noted == [True, False, False]
    assert len(await store.server.memory()) == 1
