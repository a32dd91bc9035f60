"""Many open streams in a process of their own, which notes when each of them was told what. Asks nothing else.

Started with a path to ask for; says `ready` in a line once every stream has had its first message. Reads what was
published, as JSON, from its input; writes `Received` as JSON when all of that has come.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.cli.file_limit import allow_many_files
from leaderboard.cli.processes import die_with_parent

OPENED_AT_ONCE: Final = 50
LAST_WITHIN_S: Final = 30.0
LOOK_S: Final = 0.05
# A message's version, which is told once in it. None spans two reads of a socket often enough to matter: what is cut
# in the middle is found with what comes next.
_VERSION: Final = re.compile(rb'"version":(\d+)[,}]')
_LONGEST_VERSION: Final = 32


class Publication(Struct, frozen=True):
    """What was published, and when by the machine's monotonic clock."""

    version: int
    at_s: float


class Received(Struct, frozen=True):
    """For each publication, how long it took to the first stream, the one in the middle, and the last."""

    first_s: list[float]
    middle_s: list[float]
    last_s: list[float]
    messages: int
    bytes: int


class _Stream(asyncio.Protocol):
    """One open stream: the versions it was told, and when."""

    def __init__(self, question: bytes) -> None:
        self._question = question
        self._rest = b""
        self.versions: list[int] = []
        self.times_s: list[float] = []
        self.bytes = 0
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._question)

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        for found in _VERSION.finditer(self._rest + data):
            version = int(found[1])
            if not self.versions or version > self.versions[-1]:
                self.versions.append(version)
                self.times_s.append(time.monotonic())
        self._rest = data[-_LONGEST_VERSION:]

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True

    def waited_s(self, publication: Publication) -> float:
        """Until a version at least as new had come."""
        place = bisect_left(self.versions, publication.version)
        return self.times_s[place] - publication.at_s


async def watch(port: int, path: str, token: str, streams: int) -> Received:
    """Opens the streams, and closes them when all that was published has come."""
    question = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    loop, opened = asyncio.get_running_loop(), list[_Stream]()
    for start in range(0, streams, OPENED_AT_ONCE):
        some = range(start, min(start + OPENED_AT_ONCE, streams))
        made = [loop.create_connection(lambda: _Stream(question), "127.0.0.1", port) for _ in some]
        opened += [protocol for _, protocol in await asyncio.gather(*made)]
    await _until_all_know(opened, 1)
    before = sum(one.bytes for one in opened), sum(len(one.versions) for one in opened)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    told = await asyncio.to_thread(sys.stdin.buffer.readline)
    published = msgspec.json.decode(told, type=list[Publication])
    await _until_all_know(opened, published[-1].version)
    return _received(opened, published, before)


async def _until_all_know(opened: Sequence[_Stream], version: int) -> None:
    async with asyncio.timeout(LAST_WITHIN_S):
        while not all(one.versions and one.versions[-1] >= version for one in opened):
            if any(one.is_lost for one in opened):
                raise ConnectionError("a stream has ended")
            await asyncio.sleep(LOOK_S)


def _received(
    opened: Sequence[_Stream], published: Sequence[Publication], before: tuple[int, int]
) -> Received:
    first_s, middle_s, last_s = [], [], []
    for publication in published:
        waited_s = sorted(one.waited_s(publication) for one in opened)
        first_s.append(waited_s[0])
        middle_s.append(waited_s[len(waited_s) // 2])
        last_s.append(waited_s[-1])
    told = sum(len(one.versions) for one in opened) - before[1]
    return Received(first_s, middle_s, last_s, told, sum(one.bytes for one in opened) - before[0])


def main() -> None:
    """Runs until all has come, or the parent is gone."""
    die_with_parent()
    allow_many_files()
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--streams", type=int, required=True)
    args = parser.parse_args()
    received = asyncio.run(watch(args.port, args.path, args.token, args.streams))
    sys.stdout.buffer.write(msgspec.json.encode(received) + b"\n")


if __name__ == "__main__":
    main()
