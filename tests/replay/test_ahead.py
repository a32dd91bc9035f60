from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from leaderboard.replay.ahead import ReadAhead


async def test_several_readers_share_what_there_is() -> None:
    feed = ReadAhead(iter(range(100)), ahead=3)

    async def read() -> list[int]:
        found = []
        while (item := await feed.next()) is not None:
            found.append(item)
        return found

    found = await asyncio.gather(read(), read(), read())

    assert sorted(item for items in found for item in items) == list(range(100))
    assert await feed.next() is None


async def test_no_more_is_read_than_may_be_held() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    feed = ReadAhead(items(), ahead=2)
    await feed.next()
    await asyncio.sleep(0.05)

    assert len(made) <= 4
    feed.close()


async def test_what_reading_raises_every_reader_gets() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    feed = ReadAhead(items(), ahead=2)

    assert await feed.next() == 1
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await feed.next()


async def test_closing_ends_the_thread_and_what_it_reads() -> None:
    ended = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    feed = ReadAhead(items(), ahead=1)
    await feed.next()
    feed.close()

    assert await asyncio.to_thread(ended.wait, 5)


def test_a_loop_that_is_gone_keeps_no_thread_alive() -> None:
    go_on = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        go_on.wait(5)
        yield 2

    async def leave_early() -> ReadAhead[int]:
        feed = ReadAhead(items(), ahead=5)
        await feed.next()
        return feed

    before = threading.active_count()
    asyncio.run(leave_early())
    go_on.set()
    until_s = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until_s:
        time.sleep(0.01)

    assert threading.active_count() == before
