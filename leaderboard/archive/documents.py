"""Documents of campaigns beside the segments, written once: snapshots, results, checkpoints, manifests of exports."""

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
_OF_CHECKPOINTS = re.compile(r"(.+)\.checkpoint-(\d+)\.json")


class Document(NamedTuple):
    """`name` as in the store: `snapshot`, `result|VERSION` or `checkpoint|NUMBER`; `export|NUMBER` of a campaign's
    batch."""

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


def newest_checkpoint(archive: Path, campaign: str) -> int:
    """The number of a campaign's last checkpoint that is kept; 0 for none."""
    names = (one.name for one in Layout(archive).documents.glob("*.json"))
    found = (match for name in names if (match := _OF_CHECKPOINTS.fullmatch(name)))
    return max((int(match[2]) for match in found if match[1] == campaign), default=0)


def read(archive: Path, campaign: str, name: str) -> bytes | None:
    """The content of a document, or None where it is not kept."""
    file = Layout(archive).documents / Document(campaign, name, b"").file_name
    return file.read_bytes() if file.exists() else None


def _found(archive: Path, names: re.Pattern[str]) -> Iterator[Document]:
    for file in sorted(Layout(archive).documents.glob("*.json")):
        if match := names.fullmatch(file.name):
            yield Document(match[1], match[2].replace("-", "|"), file.read_bytes())
