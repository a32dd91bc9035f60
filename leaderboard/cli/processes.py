"""One child process: started, waited for, ended with its parent. When to start it again is not decided here."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

PARENT_VARIABLE = "LEADERBOARD_PARENT_PID"
ORPHAN_LIMIT_S = 20.0
_PR_SET_PDEATHSIG = 1
_LOOK_INTERVAL_S = 1.0


class CannotStart(RuntimeError):
    """Starting failed in a way that trying again at once does not mend; the text is for the operator."""


@dataclass(frozen=True, slots=True)
class Child:
    """What to run under which name, and what its environment has beyond ours."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


class ChildProcess:
    """A child that shares our output. It has a session of its own, so Ctrl-C reaches us alone and the order holds."""

    def __init__(self, child: Child) -> None:
        self.name = child.name
        self._child = child
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._child.argv,
                stdin=asyncio.subprocess.DEVNULL,
                env=os.environ | self._child.env | {PARENT_VARIABLE: str(os.getpid())},
                start_new_session=True,
            )
        except OSError as error:
            raise CannotStart(f"{self._child.argv[0]}: {error.strerror}") from error

    async def ended(self) -> int:
        """Waits for its end; the exit code, negative for a signal."""
        return await self._process.wait() if self._process else 0

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, what: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(what)


def die_with_parent(drain_limit_s: float = ORPHAN_LIMIT_S) -> None:
    """For a child, first of all: when its supervisor is gone, it gets SIGTERM and `drain_limit_s` to drain.

    Does nothing in a process that nobody supervises. On Linux the kernel sends the signal at once; elsewhere,
    and for the end of that time, a thread looks once a second.
    """
    parent_pid = int(os.environ.pop(PARENT_VARIABLE, "0"))
    if not parent_pid:
        return
    told_by_kernel = sys.platform == "linux" and _ask_kernel()
    # The parent may have died before the kernel knew that it matters.
    if os.getppid() != parent_pid:
        sys.exit("the supervising process is gone")
    watch = (parent_pid, told_by_kernel, drain_limit_s)
    threading.Thread(target=_outlive, args=watch, name="orphan-watch", daemon=True).start()


def _ask_kernel() -> bool:
    return bool(ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM) == 0)


def _outlive(parent_pid: int, told_by_kernel: bool, drain_limit_s: float) -> None:
    while os.getppid() == parent_pid:
        time.sleep(_LOOK_INTERVAL_S)
    if not told_by_kernel:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(drain_limit_s)
    # The store is gone with the supervisor, so a drain that waits for it would wait for ever.
    os._exit(1)
