"""One service per data directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leaderboard.store.data_lock import DataLock, StoreInUse

NO_SUCH_PROCESS = 2**22 + 1  # above the highest number a process can have


def test_the_directory_is_free_again_after_the_release(tmp_path: Path) -> None:
    first, second = DataLock(tmp_path), DataLock(tmp_path)
    first.acquire()
    with pytest.raises(StoreInUse, match=str(os.getpid())):
        second.acquire()
    first.release()
    second.acquire()

    assert second.fd >= 0
    second.release()


def test_a_store_left_behind_by_a_dead_process_is_named_after_a_while(tmp_path: Path) -> None:
    left_behind, newcomer = DataLock(tmp_path), DataLock(tmp_path)
    left_behind.acquire()
    left_behind.path.write_text(f"{NO_SUCH_PROCESS}\n")
    with pytest.raises(StoreInUse, match="left behind"):
        newcomer.acquire(leftover_wait_s=0.1)

    assert newcomer.fd == -1
    left_behind.release()


def test_a_lock_without_a_name_in_it_is_still_a_lock(tmp_path: Path) -> None:
    nameless, newcomer = DataLock(tmp_path), DataLock(tmp_path)
    nameless.acquire()
    nameless.path.write_text("")
    with pytest.raises(StoreInUse, match="another process"):
        newcomer.acquire()

    assert newcomer.fd == -1
    nameless.release()
