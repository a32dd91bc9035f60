"""Documents of campaigns beside the segments, each written once: snapshots, results and manifests of exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from leaderboard.archive import durable
from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.layout import Layout

# `CAMPAIGN.snapshot.json`, `CAMPAIGN.result-2.json`; the name of a document has | where the file has -.
_OF_LIVES = re.compile(r"(.+)\.(snapshot|result-\d+)\.json")
_OF_EXPORTS = re.compile(r"(.+)\.(export-\d+)\.json")


class Document(NamedTuple):
    """`name` as in the store: `snapshot`, or `result|VERSION`; `export|NUMBER` of a campaign's batch."""

    campaign: str
    name: str
    content: bytes

    @property
    def file_name(self) -> str:
        return f"{self.campaign}.{self.name.replace('|', '-')}.json"

    @property
    def number(self) -> int:
        """Of the batch, of a document that has one."""
        return int(self.name.partition("|")[2])


def keep(archive: Path, document: Document) -> None:
    """Writes a document, whole and on the disk when this returns, unless it is there already.

    DamagedArchive where another one has its name.
    """
    folder = Layout(archive).documents
    file = folder / document.file_name
    if file.exists():
        if file.read_bytes() != document.content:
            raise DamagedArchive(f"{file.name} is another one than the store has")
        return
    durable.make_directory(folder)
    durable.write_whole(file, document.content)


def kept(archive: Path) -> Iterator[Document]:
    """All snapshots and results, in the order of their names."""
    return _found(archive, _OF_LIVES)


def exports(archive: Path) -> list[Document]:
    """All manifests of exports, of each campaign in the order of its batches."""
    return sorted(_found(archive, _OF_EXPORTS), key=lambda one: (one.campaign, one.number))


def _found(archive: Path, names: re.Pattern[str]) -> Iterator[Document]:
    for file in sorted(Layout(archive).documents.glob("*.json")):
        if match := names.fullmatch(file.name):
            yield Document(match[1], match[2].replace("-", "|"), file.read_bytes())
