"""Files, archives and standard input as numbered lines. What a line means is for others to say."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.replay.compression import DAMAGED, plain
from leaderboard.replay.recorded import Lines, ReplayError
from leaderboard.replay.tally import Tally

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN = "-"
CHUNK_BYTES = 1 << 16

# No event is that long; without a bound, a file without newlines would be held whole.
MAX_LINE_BYTES = 1 << 20

UNREADABLE = (*DAMAGED, tarfile.TarError)

_BOM = b"\xef\xbb\xbf"
_TAR_NAMES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.zst")


def check_readable(paths: Iterable[str]) -> None:
    """Before anything is sent: a mistyped name raises ReplayError. Opens nothing, a pipe can be opened once."""
    for path in paths:
        if path == STDIN:
            continue
        if not Path(path).exists():
            raise ReplayError(f"{path}: no such file")
        if Path(path).is_dir():
            raise ReplayError(f"{path}: is a directory; name the files in it")
        if not os.access(path, os.R_OK):
            raise ReplayError(f"{path}: may not be read")


def can_be_read_twice(path: str) -> bool:
    """Whether a second pass is possible: not over a pipe."""
    return path != STDIN and stat.S_ISREG(Path(path).stat().st_mode)


def size_bytes(paths: Iterable[str]) -> int:
    """How much there is to read; 0 when that cannot be known."""
    sizes = [Path(path).stat().st_size if can_be_read_twice(path) else 0 for path in paths]
    return sum(sizes) if all(sizes) else 0


def texts(path: str, tally: Tally) -> Iterator[tuple[str, Lines]]:
    """The texts in a file, by name: the file itself, or every file of a tar archive.

    Raises one of UNREADABLE, after everything that could be read, for a file that is damaged or cut off.
    """
    chunks = plain(_raw_chunks(path, tally))
    if path.endswith(_TAR_NAMES):
        yield from _archived(path, chunks, tally)
    else:
        tally.files += 1
        yield path, numbered(path, chunks, tally)


def numbered(name: str, chunks: Iterator[bytes], tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, from 1, without newline and byte order mark; over-long ones are skipped."""
    first = 1
    for lines in _split(chunks):
        tally.lines += len(lines)
        for number, line in enumerate(lines, first):
            if len(line) > MAX_LINE_BYTES:
                tally.skip("too_long", name, number, f"the line is longer than {MAX_LINE_BYTES} bytes")
            else:
                yield number, line
        first += len(lines)


def _split(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    rest = next(chunks, b"").removeprefix(_BOM)
    for chunk in chain([b""], chunks):
        *lines, rest = (rest + chunk).split(b"\n")
        yield lines
        # One byte too many is enough to know, at its end, that a line is too long.
        rest = rest[: MAX_LINE_BYTES + 1]
    if rest:
        yield [rest]


def _raw_chunks(path: str, tally: Tally) -> Iterator[bytes]:
    # Unbuffered: a pipe gives what it has, and no lock of sys.stdin is held when the process ends.
    source = 0 if path == STDIN else path
    with open(source, "rb", buffering=0, closefd=path != STDIN) as file:
        while chunk := file.read(CHUNK_BYTES):
            tally.bytes_read += len(chunk)
            yield chunk


def _archived(path: str, chunks: Iterator[bytes], tally: Tally) -> Iterator[tuple[str, Lines]]:
    stream = io.BufferedReader(_Stream(chunks), CHUNK_BYTES)
    with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK_BYTES) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is not None:
                tally.files += 1
                name = f"{path}/{member.name}"
                yield name, numbered(name, iter(lambda: file.read(CHUNK_BYTES), b""), tally)


class _Stream(io.RawIOBase):
    """Chunks as a file, for a reader that wants one."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        view = memoryview(buffer)
        count = min(len(view), len(self._rest))
        view[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
