"""An archive brought to another directory, so that it can go on there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from leaderboard.archive import durable, reading
from leaderboard.archive.errors import ArchiveError
from leaderboard.archive.layout import Layout


def copy(source: Path, target: Path) -> None:
    """Copies an archive that nobody writes to; nothing to do where both are the same directory.

    Raises ArchiveError where an archive is in `target` already. The settings come last: without them it is none.
    """
    there, here = Layout(source), Layout(target)
    if source.resolve() == target.resolve():
        return
    if here.settings.exists() or reading.segments(target):
        raise ArchiveError(f"{target} holds an archive already: move it away, or restore from it")
    here.make()
    for segment in reading.segments(source):
        _copy_file(segment.path, here.segments / segment.path.name)
    for draft in there.segments.glob("*.cut"):
        _copy_file(draft, here.segments / draft.name)
    _copy_documents(there.documents, here.documents)
    for path in (there.manifest, there.settings):
        if path.exists():
            _copy_file(path, here.directory / path.name)


def _copy_documents(source: Path, target: Path) -> None:
    for number, path in enumerate(source.glob("*.json")):
        if not number:
            durable.make_directory(target)
        _copy_file(path, target / path.name)


def _copy_file(path: Path, target: Path) -> None:
    with path.open("rb") as source, open(durable.create(target), "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    durable.sync_directory(target.parent)
