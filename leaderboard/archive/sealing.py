"""Sealing: an open segment becomes one frame, gets its line in the manifest, and is never appended to again.

Every step may be the last before a crash. What counts is the manifest: without its line the open segment holds and is
sealed anew, to the same bytes; with its line the sealed one holds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import zstandard

from leaderboard.archive import durable, manifest
from leaderboard.archive.contents import Contents
from leaderboard.archive.errors import Abandoned, DamagedArchive
from leaderboard.archive.frames import SEALED_LEVEL, whole_frames
from leaderboard.archive.layout import Layout
from leaderboard.archive.manifest import Sealed

Stopping = Callable[[], bool]


def seal(layout: Layout, number: int, stopping: Stopping) -> None:
    """Seals a segment that nobody appends to any more. Repeatable; Abandoned when `stopping` says so."""
    opened, draft = layout.open(number), layout.draft(number)
    if number not in manifest.newest(layout.manifest):
        contents = Contents()
        size, digest = pack(_texts_of(opened, contents), draft, stopping)
        if contents.events:
            durable.move(draft, layout.sealed(number))
            manifest.append(layout.manifest, _line(layout, number, contents, size, digest))
    draft.unlink(missing_ok=True)
    durable.remove(opened)


def _line(layout: Layout, number: int, contents: Contents, size: int, digest: str) -> Sealed:
    return Sealed(
        segment=number,
        file=layout.sealed(number).name,
        events=contents.events,
        bytes=size,
        sha256=digest,
        first_received_ms=contents.first_received_ms,
        last_received_ms=contents.last_received_ms,
        partitions=contents.partitions,
    )


def _texts_of(opened: Path, contents: Contents) -> Iterable[bytes]:
    content, whole = opened.read_bytes(), 0
    for end, text in whole_frames(content):
        contents.add(Contents.of(text))
        whole = end
        yield text
    if whole != len(content):
        raise DamagedArchive(f"{opened.name} is damaged at byte {whole}")


def pack(texts: Iterable[bytes], draft: Path, stopping: Stopping) -> tuple[int, str]:
    """Writes texts to `draft` as one frame, on the disk when this returns; its size in bytes and its SHA-256."""
    packer, size, digest = zstandard.ZstdCompressor(level=SEALED_LEVEL, write_checksum=True), 0, sha256()
    stream = packer.compressobj()
    with open(durable.create(draft, os.O_TRUNC), "wb") as file:
        for packed in _packed(texts, stream, stopping):
            file.write(packed)
            digest.update(packed)
            size += len(packed)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _packed(
    texts: Iterable[bytes], stream: zstandard.ZstdCompressionObj, stopping: Stopping
) -> Iterable[bytes]:
    for text in texts:
        if stopping():
            raise Abandoned("told to stop while sealing")
        yield stream.compress(text)
    yield stream.flush()
