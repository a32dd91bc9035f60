"""Reading: in order, beside a writer, and telling when something is not what was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.archive import reading, settings_file
from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.frames import frame, texts
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Unreadable, unreadable_text
from leaderboard.archive.writing import ArchiveWriter
from tests.archive.events import entry_id, entry_of
from tests.archive.test_writing import ids, ids_of, work_off, written


def _three_segments(directory: Path) -> Layout:
    for start in (0, 10, 20):
        written(directory, range(start, start + 10))
        work_off(directory)
    return Layout(directory)


def test_entries_come_back_whole_and_in_order(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    broken = Unreadable(1, entry_id(1), 5, 3, b"?")
    writer.append(entry_of(0, 3) + unreadable_text(broken))
    writer.append(entry_of(2, 1))
    writer.close()
    entries = list(reading.entries(tmp_path))

    assert [(partition, entry) for partition, entry, _ in entries] == [
        (0, entry_id(0)),
        (1, entry_id(1)),
        (0, entry_id(2)),
    ]
    assert [lines if isinstance(lines, Unreadable) else len(lines) for *_, lines in entries] == [3, broken, 1]


def test_a_torn_tail_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, range(3))
    path = Layout(tmp_path).open(1)
    path.write_bytes(path.read_bytes() + frame(entry_of(3))[:-1])

    assert ids(tmp_path) == ids_of(range(3))
    assert reading.archived_through(tmp_path) == {0: entry_id(2)}


def test_a_segment_that_is_sealed_while_it_is_read_is_read_once(tmp_path: Path) -> None:
    written(tmp_path, range(3))
    (segment,) = reading.segments(tmp_path)
    lines = reading.lines_of(tmp_path)
    work_off(tmp_path)

    assert segment.is_open
    assert b"".join(lines) == b"".join(entry_of(number) for number in range(3))


def test_a_damaged_segment_is_named(tmp_path: Path) -> None:
    path = _three_segments(tmp_path).sealed(2)
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)

    with pytest.raises(DamagedArchive, match=r"segment 2 \(.*00000002.ndjson.zst\) is damaged: its SHA-256"):
        reading.verify(tmp_path)
    with pytest.raises(DamagedArchive, match=r"00000002\.ndjson\.zst cannot be unpacked"):
        list(texts(path))


def test_a_damaged_open_segment_is_named_and_a_torn_tail_is_no_damage(tmp_path: Path) -> None:
    written(tmp_path, range(3))
    path = Layout(tmp_path).open(1)
    content = bytearray(path.read_bytes())
    path.write_bytes(content[:-1])
    torn = reading.verify(tmp_path)
    content[12] ^= 0xFF
    path.write_bytes(content)

    assert torn == 0
    with pytest.raises(
        DamagedArchive, match=r"segment 1 \(.*00000001\.open\.ndjson\.zst\) is damaged at byte 0"
    ):
        reading.verify(tmp_path)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_missing_segment_is_named(tmp_path: Path, number: int) -> None:
    _three_segments(tmp_path).sealed(number).unlink()

    with pytest.raises(DamagedArchive, match=f"segment {number} .* is missing"):
        reading.verify(tmp_path)


def test_a_frozen_archive_stays_as_it_was(tmp_path: Path) -> None:
    archive, frozen = tmp_path / "archive", tmp_path / "frozen"
    frozen.mkdir()
    written(archive, range(3))
    work_off(archive)
    writer = ArchiveWriter(archive)
    writer.append(entry_of(3))
    files = reading.freeze(archive, frozen)
    writer.append(entry_of(4))
    writer.close()
    work_off(archive, 10**15)

    assert [path.name for path in files] == ["00000001.ndjson.zst", "00000002.ndjson.zst"]
    assert b"".join(text for path in files for text in texts(path)) == b"".join(
        entry_of(number) for number in range(4)
    )


def test_settings_come_back_also_where_they_are_no_text(tmp_path: Path) -> None:
    keys = {"{settings}:a": {"type": "string", "value": b"\xff\x00\xe9\n".decode("utf-8", "surrogateescape")}}
    settings_file.write(tmp_path, keys, 5)

    assert settings_file.read(tmp_path) == keys
    assert settings_file.read(tmp_path / "elsewhere") is None
    Layout(tmp_path).settings.write_text('{"format": 9}')
    with pytest.raises(DamagedArchive, match="not a settings snapshot of format 1"):
        settings_file.read(tmp_path)
