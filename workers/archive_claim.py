"""Which archive belongs to which store: neither is written over by what belongs to another. No events here."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

from leaderboard.archive import reading, settings_file
from leaderboard.archive.errors import ArchiveError
from leaderboard.store import keys
from leaderboard.store.archiving import ARCHIVE_FIELD, Archiving


class WrongArchive(ArchiveError):
    """The directory holds the archive of another store."""


class Elsewhere(ArchiveError):
    """The store's archive lies in another directory."""


async def claim(archiving: Archiving, directory: Path, *, begin_anew: bool) -> None:
    """Makes a fresh directory the archive of a fresh store, or finds that they belong together."""
    ours, there = await archiving.archive_id(), _archive_in(directory)
    if there and there != ours:
        raise WrongArchive(
            f"{directory} holds the archive of another store, or of this one before it was emptied: "
            "`leaderboard restore` fills an empty store from it; or name another [archive] directory"
        )
    if there:
        return
    if ours and not begin_anew and await archiving.has_begun():
        raise Elsewhere(
            f"this store has its archive elsewhere, not in {directory}: every archiver needs the same [archive] "
            "directory; bring it back. Where it is lost for good, `leaderboard archiver --begin-anew` makes a new one, "
            "without what was archived before"
        )
    if begin_anew or not ours:
        await archiving.claim(token_hex(8), instead=begin_anew)


def _archive_in(directory: Path) -> str | None:
    """The id of the archive in a directory; None where there is none."""
    settings = settings_file.read(directory)
    if settings is None:
        return "without settings.json" if reading.segments(directory) else None
    installation = settings.get(keys.INSTALLATION, {"value": {}})
    return str(installation["value"].get(ARCHIVE_FIELD, "unknown"))
