"""A file for the bank on this machine: whole, once, and for its owner only."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import pytest

from leaderboard.cli.client import Reply
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.payout_files import arrived, write_once


def test_bytes_that_were_changed_on_the_way_are_no_file() -> None:
    digest = sha256(b"file").hexdigest()

    assert arrived(Reply(200, None, b"file", digest)) == b"file"
    for body, said in ((b"fil", digest), (b"file", "")):
        with pytest.raises(CannotRun, match="has not arrived as it was sent"):
            arrived(Reply(200, None, body, said))


def test_a_file_is_written_once_and_recognised_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "bank.ach"

    assert (write_once(path, b"one"), write_once(path, b"one")) == (True, False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CannotRun, match="is there already, with other bytes"):
        write_once(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_where_no_file_can_be_it_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="is there already"):
        write_once(tmp_path, b"one")
    with pytest.raises(CannotRun, match=r"none/bank\.ach cannot be written: No such file or directory"):
        write_once(tmp_path / "none" / "bank.ach", b"one")
    assert list(tmp_path.iterdir()) == []
