"""The once-a-second sync of the append-only file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leaderboard.store import embedded_sync
from leaderboard.store.embedded_sync import AofSync


@pytest.fixture
def synced_fds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were brought to the disk, in order."""
    names: list[str] = []
    monkeypatch.setattr(
        embedded_sync, "_sync", lambda fd: names.append(Path(os.readlink(f"/proc/self/fd/{fd}")).name)
    )
    return names


def test_only_the_files_that_grew_are_synced(tmp_path: Path, synced_fds: list[str]) -> None:
    (tmp_path / "a.1.incr.aof").write_bytes(b"x")
    (tmp_path / "a.1.base.rdb").write_bytes(b"x")
    sync = AofSync(tmp_path)
    sync.sync()
    sync.sync()
    (tmp_path / "a.2.incr.aof").write_bytes(b"y")
    sync.sync()

    assert synced_fds == ["a.1.incr.aof", "a.2.incr.aof"]


def test_a_file_that_cannot_be_synced_is_reported_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.1.incr.aof").symlink_to("a.1.incr.aof")  # a loop: it cannot be opened
    sync = AofSync(tmp_path)
    sync.sync()
    failed = sync.error
    (tmp_path / "a.1.incr.aof").unlink()
    sync.sync()

    assert failed is not None
    assert "could not be synced" in caplog.text
    assert sync.error is None


def test_the_last_sync_happens_at_the_stop(tmp_path: Path, synced_fds: list[str]) -> None:
    sync = AofSync(tmp_path, interval_s=60)
    sync.start()
    (tmp_path / "a.1.incr.aof").write_bytes(b"x")
    sync.stop()

    assert synced_fds == ["a.1.incr.aof"]
