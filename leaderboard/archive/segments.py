"""The open segment: frames appended to a file, each of them on the disk, whole, before `append` returns."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from leaderboard.archive import durable
from leaderboard.archive.contents import Contents
from leaderboard.archive.frames import frame, whole_bytes, whole_frames


class OpenSegment:
    """A file that is appended to by one writer."""

    def __init__(self, path: Path) -> None:
        """Takes in what the file holds, and cuts off a tail that a crash has torn. Makes the file where it is missing.

        Raises DamagedArchive where more than the tail is broken.
        """
        self.path, self.contents = path, Contents()
        self._file = durable.create(path)
        try:
            self.bytes = self._repair()
        except BaseException:
            self.close()
            raise
        durable.sync_directory(path.parent)

    def _repair(self) -> int:
        content = self.path.read_bytes()
        size = whole_bytes(content, self.path.name)
        for _, text in whole_frames(content[:size]):
            self.contents.add(Contents.of(text))
        if size < len(content):
            os.ftruncate(self._file, size)
            os.fsync(self._file)
        return size

    def append(self, text: bytes) -> Contents:
        """Adds whole lines; what they hold. Where the disk refuses (OSError) nothing is added; it may be repeated."""
        packed = frame(text)
        try:
            self._write(packed)
        except OSError:
            # What cannot be cut off now is written over by the next frame, or cut off when the file is opened again.
            with suppress(OSError):
                os.ftruncate(self._file, self.bytes)
            raise
        self.bytes += len(packed)
        added = Contents.of(text)
        self.contents.add(added)
        return added

    def _write(self, packed: bytes) -> None:
        written = 0
        while written < len(packed):
            written += os.pwrite(self._file, packed[written:], self.bytes + written)
        os.fsync(self._file)

    def is_there(self) -> bool:
        """Whether what is appended can be found by the name of the file."""
        return durable.is_still(self.path, self._file)

    def close(self) -> None:
        """Leaves the file as it is."""
        os.close(self._file)
