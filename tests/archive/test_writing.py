"""The writer: sealing and cutting may be interrupted between any two steps; nothing is twice, nothing is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.archive import addresses, durable, manifest, reading, sealing
from leaderboard.archive.errors import Abandoned, ArchiveInUse, DamagedArchive
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Unreadable
from leaderboard.archive.writing import ArchiveWriter
from tests.archive.events import RECEIVED_MS, entry_id, entry_of

NEVER = 0
ADDRESS = "203.0.113.77"


class Crash(BaseException):
    """The process ends here."""


def not_stopping() -> bool:
    return False


def written(directory: Path, entries: range, ip: str | None = None) -> None:
    """Appends entries of two events each, and leaves the segment to be sealed."""
    writer = ArchiveWriter(directory)
    for number in entries:
        writer.append(entry_of(number, ip=ip))
    writer.turn(1, NEVER)
    writer.close()


def work_off(directory: Path, cut_before_ms: int | None = None) -> None:
    writer = ArchiveWriter(directory)
    writer.turn(1, NEVER)
    while work := writer.work(cut_before_ms, not_stopping):
        work()
    writer.close()


def ids(directory: Path) -> list[str]:
    return [line.event.id for line in reading.events(directory) if not isinstance(line, Unreadable)]


def ids_of(entries: range) -> list[str]:
    return [f"v{number * 1_000 + index}" for number in entries for index in range(2)]


def test_segments_are_sealed_one_after_the_other_and_read_in_their_order(tmp_path: Path) -> None:
    for start in (0, 10, 20):
        written(tmp_path, range(start, start + 10))
        work_off(tmp_path)
    writer = ArchiveWriter(tmp_path)
    writer.append(entry_of(30))
    figures, through = writer.figures(), writer.through
    writer.close()

    assert [(segment.number, segment.is_open) for segment in reading.segments(tmp_path)] == [
        (1, False),
        (2, False),
        (3, False),
        (4, True),
    ]
    assert ids(tmp_path) == ids_of(range(31))
    assert (figures.events, figures.segments) == (62, 4)
    assert through == reading.archived_through(tmp_path) == {0: entry_id(30)}
    assert reading.verify(tmp_path) == 3


def test_a_segment_is_turned_by_its_size_or_its_age_and_not_without_events(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    empty = writer.turn(0, RECEIVED_MS)
    writer.append(entry_of(0))
    small, young = writer.turn(1_000_000, NEVER), writer.turn(1_000_000, RECEIVED_MS)
    old = writer.turn(1_000_000, RECEIVED_MS + 1)
    writer.append(entry_of(1))
    big = writer.turn(10, NEVER)
    writer.close()

    assert (empty, small, young, old, big) == (False, False, False, True, True)


def test_only_one_writer_has_a_directory(tmp_path: Path) -> None:
    first = ArchiveWriter(tmp_path)
    with pytest.raises(ArchiveInUse, match=str(tmp_path)):
        ArchiveWriter(tmp_path)
    first.close()
    ArchiveWriter(tmp_path).close()


def _crash_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], None]:
    """From the `step`-th lasting change to the directory on, the process is gone: the change has not happened."""
    left = [step]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*arguments: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Crash
            return real(*arguments, **more)

        return change

    for where, name in ((durable, "move"), (durable, "remove"), (manifest, "append")):
        monkeypatch.setattr(where, name, counted(getattr(where, name)))
    return monkeypatch.undo


@pytest.mark.parametrize("step", range(4))
def test_a_crash_between_any_two_steps_of_sealing_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    written(tmp_path, range(10))
    recover = _crash_at(monkeypatch, step)
    crashed = False
    try:
        sealing.seal(Layout(tmp_path), 1, not_stopping)
    except Crash:
        crashed = True
    recover()
    between = ids(tmp_path)
    written(tmp_path, range(10, 12))
    work_off(tmp_path)

    assert crashed == (step < 3)
    assert between == ids_of(range(10))
    assert ids(tmp_path) == ids_of(range(12))
    assert sorted(path.name for path in Layout(tmp_path).segments.iterdir()) in (
        ["00000001.ndjson.zst"],
        ["00000001.ndjson.zst", "00000002.ndjson.zst"],
    )
    assert reading.verify(tmp_path) == len(manifest.read(Layout(tmp_path).manifest))


def test_a_half_written_seal_is_begun_anew(tmp_path: Path) -> None:
    written(tmp_path, range(10))
    Layout(tmp_path).draft(1).write_bytes(b"half")
    work_off(tmp_path)

    assert ids(tmp_path) == ids_of(range(10))
    assert not Layout(tmp_path).draft(1).exists()


def test_sealing_twice_is_sealing_once(tmp_path: Path) -> None:
    written(tmp_path, range(10))
    shutil.copy(Layout(tmp_path).open(1), tmp_path / "copy")
    work_off(tmp_path)
    shutil.copy(tmp_path / "copy", Layout(tmp_path).open(1))
    between = ids(tmp_path)
    work_off(tmp_path)

    assert between == ids(tmp_path) == ids_of(range(10))
    assert len(manifest.read(Layout(tmp_path).manifest)) == 1


def test_a_stop_while_sealing_leaves_the_open_segment(tmp_path: Path) -> None:
    written(tmp_path, range(10))

    with pytest.raises(Abandoned):
        sealing.seal(Layout(tmp_path), 1, lambda: True)
    assert ids(tmp_path) == ids_of(range(10))


def test_a_damaged_open_segment_is_not_sealed(tmp_path: Path) -> None:
    written(tmp_path, range(10))
    path = Layout(tmp_path).open(1)
    path.write_bytes(path.read_bytes()[:-3])

    with pytest.raises(DamagedArchive, match=path.name):
        sealing.seal(Layout(tmp_path), 1, not_stopping)
    assert path.exists()


def test_old_addresses_are_cut_and_the_manifest_says_so(tmp_path: Path) -> None:
    written(tmp_path, range(10), ADDRESS)
    work_off(tmp_path)
    (before,) = manifest.read(Layout(tmp_path).manifest)
    work_off(tmp_path, before.last_received_ms)
    untouched = manifest.read(Layout(tmp_path).manifest)
    work_off(tmp_path, before.last_received_ms + 1)
    work_off(tmp_path, before.last_received_ms + 1)
    _, after = manifest.read(Layout(tmp_path).manifest)

    assert untouched == [before]
    assert (after.segment, after.addresses_cut, after.replaces) == (1, True, before.sha256)
    assert (after.events, after.partitions) == (before.events, before.partitions)
    assert ids(tmp_path) == ids_of(range(10))
    assert addresses_in(tmp_path) == {"203.0.113.0"}
    assert reading.verify(tmp_path) == 1


def addresses_in(directory: Path) -> set[object]:
    return {getattr(getattr(line, "event", None), "ip", None) for line in reading.events(directory)}


@pytest.mark.parametrize("step", range(3))
def test_a_crash_between_any_two_steps_of_cutting_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    written(tmp_path, range(10), ADDRESS)
    work_off(tmp_path)
    recover = _crash_at(monkeypatch, step)
    crashed = False
    try:
        addresses.cut_segment(Layout(tmp_path), 1, not_stopping)
    except Crash:
        crashed = True
    recover()
    reading.verify(tmp_path)
    between = addresses_in(tmp_path)
    work_off(tmp_path, RECEIVED_MS * 2)

    assert crashed == (step < 2)
    assert between == ({ADDRESS} if crashed else {"203.0.113.0"})
    assert addresses_in(tmp_path) == {"203.0.113.0"}
    assert ids(tmp_path) == ids_of(range(10))
    assert reading.verify(tmp_path) == 1
    assert list(Layout(tmp_path).segments.glob("*.cut")) == []
    assert len(manifest.read(Layout(tmp_path).manifest)) == 2


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "::ffff:203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("203.0.113.77:443", None),
        ("somewhere", None),
        ("", None),
    ],
)
def test_an_address_becomes_its_network(address: str, network: str | None) -> None:
    cut = addresses.cut_address(address)

    assert cut == network
    assert cut is None or addresses.cut_address(cut) == cut
