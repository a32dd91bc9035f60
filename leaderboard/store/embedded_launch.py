"""Becomes the store's server, tied to the life of its parent. Run as a script, it imports nothing of ours.

    embedded_launch.py PARENT_PID LIFELINE_FD SERVER [ARGUMENT…]

With LIFELINE_FD -1 the kernel ends the server together with the thread that started it (Linux). Otherwise
LIFELINE_FD is the reading end of a pipe whose other end only the parent holds, and a watcher waits on it.
"""

import ctypes
import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1
_LOOK_INTERVAL_S = 1.0
_MOST_OPEN_FILES = 4096


def main(arguments: list[str]) -> None:
    parent_pid, lifeline_fd, command = int(arguments[0]), int(arguments[1]), arguments[2:]
    if lifeline_fd < 0:
        _die_with(parent_pid)
    else:
        _have_watched(lifeline_fd)
    os.execv(command[0], command)  # noqa: S606


def _die_with(parent_pid: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    # The parent may have died before the kernel knew that it matters.
    if os.getppid() != parent_pid:
        sys.exit("the parent process is gone")


def _have_watched(lifeline_fd: int) -> None:
    server_pid = os.getpid()
    if os.fork() == 0:
        os.dup2(lifeline_fd, 0)
        # The watcher must not hold what the server holds: the data directory's lock above all.
        os.closerange(3, _MOST_OPEN_FILES)
        _watch(server_pid)
    os.close(lifeline_fd)


def _watch(server_pid: int) -> None:
    while True:
        parent_gone, _, _ = select.select([0], [], [], _LOOK_INTERVAL_S)
        if os.getppid() != server_pid:  # the server went first, its number may already be another's
            os._exit(0)
        if parent_gone:
            os.kill(server_pid, signal.SIGTERM)
            os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
