"""The manifest: one line a sealed segment, each holding the hash of the line before it. Lines are only ever added."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.archive import durable
from leaderboard.archive.contents import Contents
from leaderboard.archive.errors import DamagedArchive


class Sealed(Struct, frozen=True, omit_defaults=True):
    """What a sealed segment holds. `bytes` and `sha256` are of the file, `previous` of the line before.

    `partitions`: the first and the last entry of each. A further line of the same segment takes the place of the
    earlier one: with `addresses_cut` its addresses have been cut, and `replaces` is the file's hash before that.
    """

    segment: int
    file: str
    events: int
    bytes: int
    sha256: str
    first_received_ms: int
    last_received_ms: int
    partitions: dict[int, tuple[str, str]]
    addresses_cut: bool = False
    replaces: str | None = None
    previous: str = ""

    @property
    def contents(self) -> Contents:
        """Its figures, as those of an open segment."""
        return Contents(self.events, self.first_received_ms, self.last_received_ms, self.partitions)


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Sealed).decode


def read(path: Path) -> list[Sealed]:
    """All its lines; none where there is no manifest. A torn last line has not happened.

    Raises DamagedArchive naming the first line that is not one, or does not follow on the line before it.
    """
    lines, previous = [], ""
    for number, text in enumerate(_whole(_content(path)).splitlines(), 1):
        try:
            line = _decode(text)
        except msgspec.MsgspecError as error:
            raise DamagedArchive(f"{path.name}, line {number}, cannot be read: {error}") from error
        if line.previous != previous:
            raise DamagedArchive(f"{path.name}, line {number}, does not follow on the line before it")
        lines.append(line)
        previous = sha256(text).hexdigest()
    return lines


def newest(path: Path) -> dict[int, Sealed]:
    """What holds of each sealed segment now, by its number, ascending."""
    return dict(sorted({line.segment: line for line in read(path)}.items()))


def append(path: Path, sealed: Sealed) -> None:
    """Adds a line behind the last whole one; when this returns it is on the disk."""
    content = _whole(_content(path))
    last = content.splitlines()[-1:]
    previous = sha256(last[0]).hexdigest() if last else ""
    line = _encode(msgspec.structs.replace(sealed, previous=previous)) + b"\n"
    descriptor = durable.create(path)
    try:
        os.ftruncate(descriptor, len(content))
        os.pwrite(descriptor, line, len(content))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    durable.sync_directory(path.parent)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _whole(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]
