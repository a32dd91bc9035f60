"""Writing the archive: one writer, one segment that is appended to, and the work that older segments wait for.

What `append` returned for is on the disk. After any crash, opening cuts off a torn tail and completes what was begun.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from leaderboard.archive import addresses, durable, manifest
from leaderboard.archive.contents import Contents, move_on
from leaderboard.archive.errors import ArchiveGone
from leaderboard.archive.layout import Layout
from leaderboard.archive.sealing import Stopping, seal
from leaderboard.archive.segments import OpenSegment


@dataclass(frozen=True, slots=True)
class Figures:
    """`events`: lines; `bytes`: on the disk. Open segments are among them."""

    events: int
    segments: int
    bytes: int


class ArchiveWriter:
    """The one writer of a directory; ArchiveInUse where there is another. Blocks: call it from a thread.

    `through`: the last entry of each partition that is archived.
    """

    def __init__(self, directory: Path) -> None:
        self._layout = Layout(directory)
        self._layout.make()
        self._lock = durable.DirectoryLock(directory)
        self._segment: OpenSegment | None = None
        self._events, self.through = 0, dict[int, str]()
        self._has_manifest = False
        try:
            self._recover()
        except BaseException:
            self.close()
            raise

    def _recover(self) -> None:
        addresses.finish(self._layout)
        lines = manifest.newest(self._layout.manifest)
        for line in lines.values():
            self._take_in(line.contents)
        sealed, opened = self._layout.numbers()
        self._number = max([*lines, *sealed, *opened], default=0) + 1
        for number in opened:
            if number not in lines:
                self._reopen(number)

    def _reopen(self, number: int) -> None:
        """The newest open segment is appended to again; an older one only waits to be sealed."""
        self._close_segment()
        self._number, self._segment = number, OpenSegment(self._layout.open(number))
        self._take_in(self._segment.contents)

    def _take_in(self, contents: Contents) -> None:
        self._events += contents.events
        move_on(self.through, contents)

    def append(self, text: bytes) -> None:
        """Adds whole lines behind all others: all or, where the disk refuses (OSError), none."""
        if self._segment is None:
            self._segment = OpenSegment(self._layout.open(self._number))
        self._take_in(self._segment.append(text))

    def assure(self) -> None:
        """Raises ArchiveGone where what was written cannot be found any more: it is on no disk that anybody reads."""
        has_manifest = self._layout.manifest.exists()
        is_there = self._lock.is_there() and self._layout.segments.is_dir()
        if (
            not is_there
            or (self._segment and not self._segment.is_there())
            or self._has_manifest > has_manifest
        ):
            raise ArchiveGone(
                f"the archive in {self._layout.directory} ([archive] directory) was removed, moved away or replaced "
                "while it was written: bring it back; meanwhile nothing is archived or trimmed"
            )
        self._has_manifest = has_manifest

    def turn(self, full_bytes: int, old_ms: int) -> bool:
        """Begins a new segment with the next append, where this one has `full_bytes` or begins before `old_ms`."""
        segment = self._segment
        if segment is None or not segment.contents.events:
            return False
        if segment.bytes < full_bytes and segment.contents.first_received_ms >= old_ms:
            return False
        self._close_segment()
        self._number += 1
        return True

    def work(self, cut_before_ms: int | None, stopping: Stopping) -> Callable[[], None] | None:
        """What waits to be done beside appending: a segment to be sealed, or one whose addresses are to be cut.

        One at a time. It raises Abandoned when `stopping` says so.
        """
        _, opened = self._layout.numbers()
        older = [number for number in opened if self._segment is None or number != self._number]
        if older:
            return partial(seal, self._layout, older[0], stopping)
        if cut_before_ms is None:
            return None
        number = addresses.due(manifest.newest(self._layout.manifest), cut_before_ms)
        return None if number is None else partial(addresses.cut_segment, self._layout, number, stopping)

    def figures(self) -> Figures:
        """How much there is."""
        sealed, opened = self._layout.numbers()
        only_open = [number for number in opened if number not in sealed]
        paths = [self._layout.sealed(number) for number in sealed]
        paths += [self._layout.open(number) for number in only_open]
        return Figures(self._events, len(paths), sum(map(_size_bytes, paths)))

    def _close_segment(self) -> None:
        if self._segment:
            self._segment.close()
            self._segment = None

    def close(self) -> None:
        """Lets another one write."""
        self._close_segment()
        self._lock.release()


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # sealed since, and counted again with the next figures
        return 0
