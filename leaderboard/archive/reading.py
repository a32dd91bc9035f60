"""Reading the archive: its files in order, its lines, and whether they are what was written. Changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from leaderboard.archive import manifest
from leaderboard.archive.addresses import hash_of
from leaderboard.archive.contents import Contents, move_on
from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.frames import texts, whole_bytes, whole_frames
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import Archived, Unreadable, read_lines
from leaderboard.archive.manifest import Sealed


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of the archive. An open one may have a torn tail, and may be sealed meanwhile."""

    number: int
    path: Path
    is_open: bool


def segments(directory: Path) -> list[Segment]:
    """The files in the order in which they were written, each segment once. None where there is no archive."""
    layout = Layout(directory)
    # The open ones first: one that is sealed in between is then seen twice, and not missed.
    _, opened = layout.numbers()
    sealed, _ = layout.numbers()
    found = {number: Segment(number, layout.open(number), True) for number in opened}
    # A sealed file that has no line yet has the same content; it has been written whole.
    found |= {number: Segment(number, layout.sealed(number), False) for number in sealed}
    return [found[number] for number in sorted(found)]


def lines_of(directory: Path) -> Iterator[bytes]:
    """All lines, in pieces that end where a line ends. What is archived meanwhile may be among them or not."""
    layout = Layout(directory)
    for segment in segments(directory):
        content = None
        if segment.is_open:
            with suppress(FileNotFoundError):  # sealed since
                content = segment.path.read_bytes()
        if content is None:
            yield from texts(layout.sealed(segment.number))
        else:
            yield from (text for _, text in whole_frames(content))


def events(directory: Path) -> Iterator[Archived | Unreadable]:
    """All events, in the order in which they were archived: within a partition, as they were received."""
    for text in lines_of(directory):
        yield from read_lines(text)


def entries(directory: Path) -> Iterator[tuple[int, str, list[Archived] | Unreadable]]:
    """(partition, entry, its events) of each inbox entry, in their order."""
    for (partition, entry), group in groupby(events(directory), lambda line: (line.partition, line.entry)):
        lines = list(group)
        yield partition, entry, _one_entry(lines)


def _one_entry(lines: Iterable[Archived | Unreadable]) -> list[Archived] | Unreadable:
    found: list[Archived] = []
    for line in lines:
        if isinstance(line, Unreadable):
            return line
        found.append(line)
    return found


def archived_through(directory: Path) -> dict[int, str]:
    """The last entry of each partition: from the manifest, and for what it does not have yet from the files."""
    lines, through = manifest.newest(Layout(directory).manifest), dict[int, str]()
    for line in lines.values():
        move_on(through, line.contents)
    for segment in segments(directory):
        if segment.number not in lines:
            for text in _texts(segment):
                move_on(through, Contents.of(text))
    return through


def _texts(segment: Segment) -> Iterator[bytes]:
    if segment.is_open:
        return (text for _, text in whole_frames(segment.path.read_bytes()))
    return texts(segment.path)


def verify(directory: Path) -> int:
    """Holds every sealed file to its line in the manifest; how many there are. Nobody writes meanwhile.

    Raises DamagedArchive naming the first that is missing or is not what was written. An open file has no line yet:
    its frames must be whole, but for a torn tail.
    """
    layout = Layout(directory)
    lines = manifest.newest(layout.manifest)
    found = {segment.number: segment for segment in segments(directory)}
    for number in range(1, max([*lines, *found], default=0) + 1):
        if number not in found:
            raise DamagedArchive(f"segment {number} ({layout.sealed(number)}) is missing")
        if number in lines:
            _verify_one(layout, lines[number])
        elif found[number].is_open:
            whole_bytes(found[number].path.read_bytes(), f"segment {number} ({found[number].path})")
    return len(lines)


def _verify_one(layout: Layout, line: Sealed) -> None:
    path = layout.sealed(line.segment)
    if not path.exists():
        raise DamagedArchive(f"segment {line.segment} ({path}) is missing")
    found = hash_of(path)
    # The manifest has the cut of its addresses, and a crash came before the new file took its place.
    is_about_to_be_cut = found == line.replaces and layout.cut_draft(line.segment).exists()
    if found != line.sha256 and not is_about_to_be_cut:
        raise DamagedArchive(
            f"segment {line.segment} ({path}) is damaged: its SHA-256 is {found}, the manifest says {line.sha256}"
        )


def freeze(directory: Path, into: Path) -> list[Path]:
    """The archive as it is now, in a directory of the same file system where nothing changes it any more.

    Sealed segments are linked, not copied; of an open one the whole frames are copied. The files, in their order.
    """
    layout, frozen = Layout(directory), list[Path]()
    for segment in segments(directory):
        target = into / f"{segment.number:08d}.ndjson.zst"
        if not (segment.is_open and _copy_whole_frames(segment.path, target)):
            _link(layout.sealed(segment.number), target)
        frozen.append(target)
    return frozen


def _copy_whole_frames(path: Path, target: Path) -> bool:
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # sealed since
        return False
    ends = [end for end, _ in whole_frames(content)]
    target.write_bytes(content[: max(ends, default=0)])
    return True


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # another file system
        shutil.copyfile(path, target)
