"""Files that are on the disk, whole, when a call returns; and a lock for a directory. Knows no content."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from leaderboard.archive.errors import ArchiveInUse

# Network addresses and user agents of people lie in these files.
PRIVATE_FILE, PRIVATE_DIRECTORY = 0o600, 0o700


def make_directory(path: Path) -> None:
    """Makes a private directory where it is missing, those above it included."""
    path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Brings the names in a directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(draft: Path, path: Path) -> None:
    """A finished draft takes its name, replacing what had it."""
    draft.replace(path)
    sync_directory(path.parent)


def remove(path: Path) -> None:
    """Takes a file away, also where it is gone."""
    path.unlink(missing_ok=True)
    sync_directory(path.parent)


def create(path: Path, extra: int = 0) -> int:
    """A descriptor of a private file, made where it is missing."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | extra, PRIVATE_FILE)


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file; whoever reads it sees the old or the new content, also after a power cut."""
    draft = path.with_name(f"{path.name}.new")
    with open(create(draft, os.O_TRUNC), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(draft, path)


def is_still(path: Path, descriptor: int) -> bool:
    """Whether a name still leads to the opened file: it was not removed, moved away or replaced."""
    try:
        there = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return os.path.samestat(there, os.fstat(descriptor))


class DirectoryLock:
    """One writer a directory, as long as its process lives."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "lock"
        self._descriptor = create(self._path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise ArchiveInUse(f"another process writes to the archive in {directory}") from error

    def is_there(self) -> bool:
        """Whether the directory that was locked still has its name."""
        return is_still(self._path, self._descriptor)

    def release(self) -> None:
        """Lets the next one write."""
        os.close(self._descriptor)
