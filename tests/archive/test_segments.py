"""The open segment: whatever a crash leaves of the last append, what was on the disk before it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.frames import frame, whole_frames
from leaderboard.archive.segments import OpenSegment
from tests.archive.events import RECEIVED_MS, entry_id, entry_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "00000001.open.ndjson.zst"


def _filled(path: Path, entries: int) -> OpenSegment:
    segment = OpenSegment(path)
    for number in range(entries):
        segment.append(entry_of(number))
    return segment


def _text(path: Path) -> bytes:
    return b"".join(text for _, text in whole_frames(path.read_bytes()))


def test_what_was_appended_is_there_when_it_is_opened_again(path: Path) -> None:
    _filled(path, 3).close()
    again = OpenSegment(path)
    found = again.contents.events, dict(again.contents.partitions)
    again.append(entry_of(3))
    again.close()

    assert found == (6, {0: (entry_id(0), entry_id(2))})
    assert _text(path) == b"".join(entry_of(number) for number in range(4))


def test_a_tail_torn_at_any_byte_is_cut_off_and_the_next_append_follows(path: Path) -> None:
    _filled(path, 2).close()
    before = path.read_bytes()
    torn = frame(entry_of(2))

    for length in range(1, len(torn)):
        path.write_bytes(before + torn[:length])
        segment = OpenSegment(path)
        assert (segment.bytes, segment.contents.events) == (len(before), 4)
        assert path.read_bytes() == before
        segment.append(entry_of(3))
        segment.close()
        assert _text(path) == entry_of(0) + entry_of(1) + entry_of(3)


@pytest.mark.parametrize("tail", [b"\x00" * 4096, b"\x28\xb5\x2f\xfd", os.urandom(700), b"\xff" * 40])
def test_a_tail_of_anything_else_is_cut_off(path: Path, tail: bytes) -> None:
    _filled(path, 2).close()
    before = path.read_bytes()
    path.write_bytes(before + tail)
    OpenSegment(path).close()

    assert path.read_bytes() == before


def test_a_frame_whose_bytes_were_not_all_written_is_cut_off(path: Path) -> None:
    _filled(path, 1).close()
    before, torn = path.read_bytes(), bytearray(frame(entry_of(1, 50)))
    torn[len(torn) // 2 :] = bytes(len(torn) - len(torn) // 2)
    path.write_bytes(before + torn)
    OpenSegment(path).close()

    assert path.read_bytes() == before


def test_damage_in_the_middle_is_said_and_nothing_is_cut_off(path: Path) -> None:
    _filled(path, 3).close()
    damaged = bytearray(path.read_bytes())
    damaged[12] ^= 0xFF
    path.write_bytes(damaged)

    with pytest.raises(DamagedArchive, match="is damaged at byte 0: whole frames follow"):
        OpenSegment(path)
    assert path.read_bytes() == damaged


def test_an_append_that_the_disk_refuses_adds_nothing_and_may_be_repeated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = _filled(path, 1)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _refuse)
        with pytest.raises(OSError, match="No space"):
            segment.append(entry_of(1))
        assert _text(path) == entry_of(0)
    segment.append(entry_of(1))
    segment.close()

    assert _text(path) == entry_of(0) + entry_of(1)


def _refuse(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_the_figures_of_a_segment_are_those_of_its_lines(path: Path) -> None:
    segment = OpenSegment(path)
    segment.append(entry_of(5, 3) + entry_of(2, 1, partition=1))
    segment.append(entry_of(9, 1))
    contents = segment.contents
    segment.close()

    assert (contents.events, contents.first_received_ms, contents.last_received_ms) == (
        5,
        RECEIVED_MS + 2,
        RECEIVED_MS + 9,
    )
    assert contents.partitions == {0: (entry_id(5), entry_id(9)), 1: (entry_id(2), entry_id(2))}
