"""What can be wrong with an archive.

ArchiveError     all of these
DamagedArchive   what is on the disk is not what was written; the text names the file
ArchiveInUse     another process writes to it
ArchiveGone      its files are no longer where they were opened: removed, moved away or replaced
Abandoned        work that was told to stop; it is begun anew the next time
"""

from __future__ import annotations


class ArchiveError(RuntimeError):
    """Something is wrong with the archive; the text says what and where."""


class DamagedArchive(ArchiveError):
    """What is on the disk is not what was written."""


class ArchiveInUse(ArchiveError):
    """Another process writes to this archive."""


class ArchiveGone(ArchiveError):
    """Its files are no longer where they were opened."""


class Abandoned(ArchiveError):
    """Told to stop in the middle; nothing has changed."""
