"""zstd frames one behind the other in a file, each whole or torn. Knows nothing of what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import zstandard

from leaderboard.archive.errors import DamagedArchive

# A frame a flush, written while events come in: speed. A sealed segment is written once: size.
OPEN_LEVEL: Final = 3
SEALED_LEVEL: Final = 9
_LONGEST_HEADER_BYTES: Final = 18
_CHECKSUM_BYTES: Final = 4
_RUN_LENGTH_BLOCK: Final = 1
_PIECE_BYTES: Final = 4 << 20
# Far above what a flush gathers: a damaged header must not fill the memory.
_LARGEST_TEXT_BYTES: Final = 1 << 30


def frame(text: bytes) -> bytes:
    """`text` as one frame with its checksum."""
    return zstandard.ZstdCompressor(level=OPEN_LEVEL, write_checksum=True).compress(text)


def whole_frames(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(where it ends, its text) of each frame, up to the first that is not whole."""
    start, unpacker = 0, zstandard.ZstdDecompressor()
    while (found := _frame_at(content, start, unpacker)) is not None:
        yield found
        start = found[0]


def whole_bytes(content: bytes, name: str) -> int:
    """Where the whole frames end; what follows is a torn tail.

    Raises DamagedArchive where whole frames follow behind a broken one: an append tears nothing but the end.
    """
    end = max((end for end, _ in whole_frames(content)), default=0)
    following = content.find(zstandard.MAGIC_NUMBER.to_bytes(4, "little"), end + 1)
    while following >= 0:
        if _frame_at(content, following, zstandard.ZstdDecompressor()):
            raise DamagedArchive(f"{name} is damaged at byte {end}: whole frames follow behind it")
        following = content.find(zstandard.MAGIC_NUMBER.to_bytes(4, "little"), following + 1)
    return end


def _frame_at(content: bytes, start: int, unpacker: zstandard.ZstdDecompressor) -> tuple[int, bytes] | None:
    try:
        end = _end_of_frame(content, start)
        if end is None or not 0 <= zstandard.frame_content_size(content[start:end]) <= _LARGEST_TEXT_BYTES:
            return None
        return end, unpacker.decompress(content[start:end])
    except zstandard.ZstdError:
        return None


def _end_of_frame(content: bytes, start: int) -> int | None:
    """Follows the headers of its blocks (RFC 8878, 3.1.1), which is cheaper than to unpack and look what is left."""
    if start >= len(content):
        return None
    position = start + zstandard.frame_header_size(content[start : start + _LONGEST_HEADER_BYTES])
    is_last = False
    while not is_last:
        header = int.from_bytes(content[position : position + 3], "little")
        is_last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        position += 3 + (1 if kind == _RUN_LENGTH_BLOCK else size)
        if position + _CHECKSUM_BYTES > len(content):
            return None
    return position + _CHECKSUM_BYTES


def texts(path: Path) -> Iterator[bytes]:
    """The text of a sealed file in pieces that end where a line ends; DamagedArchive where it cannot be unpacked."""
    rest = b""
    try:
        with path.open("rb") as file:
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            while piece := reader.read(_PIECE_BYTES):
                whole, newline, rest = (rest + piece).rpartition(b"\n")
                yield whole + newline
    except zstandard.ZstdError as error:
        raise DamagedArchive(f"{path.name} cannot be unpacked: {error}") from error
    if rest:
        raise DamagedArchive(f"{path.name} ends in the middle of a line")
