"""Reading ahead in a thread of its own, so that a slow disk or pipe never keeps an answer waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """At most `ahead` items are held. What the iterator raises, `next` raises."""

    def __init__(self, items: Iterator[T], ahead: int) -> None:
        self._items: Iterator[T] | None = items
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[T | BaseException | None] = asyncio.Queue()
        self._free = threading.Semaphore(ahead)
        self._closed = False
        # A daemon: a read from a terminal that nobody answers must not keep the process from ending.
        self._thread = threading.Thread(target=self._read, name="read-ahead", daemon=True)
        self._thread.start()

    async def next(self) -> T | None:
        """The next item, and None for ever after the last."""
        item = await self._queue.get()
        if item is None or isinstance(item, BaseException):
            self._queue.put_nowait(item)
        if isinstance(item, BaseException):
            raise item
        self._free.release()
        return item

    def close(self) -> None:
        """Stops reading after the item that is being read."""
        self._closed = True
        self._free.release()

    def _read(self) -> None:
        try:
            self._pass_on()
        except Exception as error:
            self._put(error)
        else:
            self._put(None)

    def _pass_on(self) -> None:
        items, self._items = self._items, None
        assert items is not None
        for item in items:
            self._free.acquire()
            if self._closed:
                return
            self._put(item)

    def _put(self, item: T | BaseException | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
        except RuntimeError:
            # The loop has ended in the meantime; nobody is waiting any more.
            self._closed = True
