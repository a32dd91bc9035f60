"""Chunks of a compressed stream made plain: gzip, bzip2 and zstd, known by their first bytes."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol

import zstandard

DAMAGED = (OSError, EOFError, zlib.error, zstandard.ZstdError)
"""What reading may raise for a file that is damaged, cut off or gone."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_New = Callable[[], _Decompressor]

_GZIP_WRAPPER = 31

_FORMATS: dict[bytes, _New] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(_GZIP_WRAPPER),
    b"BZh": bz2.BZ2Decompressor,
    b"\x28\xb5\x2f\xfd": lambda: zstandard.ZstdDecompressor().decompressobj(),
}
_LONGEST_MAGIC = max(map(len, _FORMATS))


def plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, decompressed where their first bytes are those of a compressed file.

    A name may lie and a pipe has none; the first bytes of CSV or JSON are never these.
    Raises one of DAMAGED after everything that could be read.
    """
    start = b""
    while len(start) < _LONGEST_MAGIC and (chunk := next(chunks, b"")):
        start += chunk
    whole = chain([start], chunks)
    new = next((new for magic, new in _FORMATS.items() if start.startswith(magic)), None)
    return whole if new is None else _decompressed(whole, new)


def _decompressed(chunks: Iterator[bytes], new: _New) -> Iterator[bytes]:
    """Member after member: `cat a.gz b.gz` is a valid file, and zstd writes several frames by itself."""
    decompressor = new()
    inside = False
    for chunk in chunks:
        data = chunk
        # Zeros between members are padding, as tape archives leave it.
        while data := data if inside else data.lstrip(b"\0"):
            inside = True
            if made := decompressor.decompress(data):
                yield made
            data = b""
            if decompressor.eof:
                data, decompressor, inside = decompressor.unused_data, new(), False
    if inside:
        raise EOFError("it ends before its compressed data does")
