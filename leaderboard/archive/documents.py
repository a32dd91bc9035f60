"""Documents of campaigns' lives, snapshots and results: small files beside the segments, written once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from leaderboard.archive import durable
from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.layout import Layout

# `CAMPAIGN.snapshot.json`, `CAMPAIGN.result-2.json`; the name of a document has | where the file has -.
_FILE = re.compile(r"(.+)\.(snapshot|result-\d+)\.json")


class Document(NamedTuple):
    """`name` as in the store: `snapshot`, or `result|VERSION`."""

    campaign: str
    name: str
    content: bytes


def keep(archive: Path, document: Document) -> None:
    """Writes a document, whole and on the disk when this returns, unless it is there already.

    DamagedArchive where another one has its name.
    """
    folder = Layout(archive).documents
    file = folder / f"{document.campaign}.{document.name.replace('|', '-')}.json"
    if file.exists():
        if file.read_bytes() != document.content:
            raise DamagedArchive(f"{file.name} is another one than the store has")
        return
    durable.make_directory(folder)
    durable.write_whole(file, document.content)


def kept(archive: Path) -> Iterator[Document]:
    """All documents, in the order of their names."""
    for file in sorted(Layout(archive).documents.glob("*.json")):
        if match := _FILE.fullmatch(file.name):
            yield Document(match[1], match[2].replace("-", "|"), file.read_bytes())
