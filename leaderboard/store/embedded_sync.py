"""Brings the append-only file to the disk once a second: a power cut costs about that. Changes nothing."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path

log = logging.getLogger(__name__)

# F_FULLFSYNC would be stronger on macOS, and slower than any second allows; there it is a place to develop.
_sync = os.fdatasync if sys.platform == "linux" else os.fsync


class AofSync:
    """A thread over DATA/store/appendonlydir. The base files need no care: the server itself syncs them."""

    def __init__(self, aof_dir: Path, interval_s: float = 1.0) -> None:
        self.error: OSError | None = None
        self._aof_dir = aof_dir
        self._interval_s = interval_s
        self._synced_bytes: dict[Path, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="aof-sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._interval_s):
            self.sync()
        self.sync()

    def sync(self) -> None:
        """Never raises: a disk that fails now may work in a second, and meanwhile every second says so."""
        try:
            sizes = {path: self._sync_file(path) for path in self._aof_dir.glob("*.incr.aof")}
        except OSError as error:
            self.error = error
            log.error("the store's append-only file could not be synced to disk: %s", error)
        else:
            self.error = None
            self._synced_bytes = sizes

    def _sync_file(self, path: Path) -> int:
        """Any descriptor of a file syncs all of it. A file that a rewrite has just removed needs no sync."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return 0
        try:
            size_bytes = os.fstat(fd).st_size
            if size_bytes != self._synced_bytes.get(path):
                _sync(fd)
        finally:
            os.close(fd)
        return size_bytes
