"""One service per data directory: a lock held while its holder, or the store started under it, lives."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

LOCK_FILE = "lock"


class StoreInUse(RuntimeError):
    """Another process works on this data directory; the text names both."""


class DataLock:
    """The lock `DATA/lock`. Who inherits `fd` holds it too: it is free when the last holder is gone."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / LOCK_FILE
        self.fd = -1

    def acquire(self, leftover_wait_s: float = 15.0) -> None:
        """Refuses at once where the holder lives; a dead holder's store is given `leftover_wait_s` to finish.

        Raises StoreInUse, or OSError where the directory cannot be written.
        """
        if self.fd >= 0:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._wait(fd, time.monotonic() + leftover_wait_s)
            os.ftruncate(fd, 0)
            os.pwrite(fd, b"%d\n" % os.getpid(), 0)
        except BaseException:
            os.close(fd)
            raise
        self.fd = fd

    def _wait(self, fd: int, until_s: float) -> None:
        while not _lock(fd):
            holder = _holder(fd)
            if holder is None or _lives(holder) or time.monotonic() > until_s:
                raise StoreInUse(self._refusal(holder))
            time.sleep(0.05)

    def _refusal(self, holder: int | None) -> str:
        directory = self.path.parent.resolve()
        if holder is None:
            return f"the data directory {directory} is in use by another process"
        if _lives(holder):
            return f"the data directory {directory} is in use by process {holder}"
        return f"the store that process {holder} left behind still works on the data directory {directory}"

    def release(self) -> None:
        # Closing is enough, and LOCK_UN would be too much: it would also free it for a store still running.
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(fd: int) -> int | None:
    text = os.pread(fd, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
