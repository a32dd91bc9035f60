"""What processes use, as the kernel tells it in /proc. Where there is none, nothing is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_PARENT, _USER, _SYSTEM = 1, 11, 12  # places in /proc/PID/stat behind the name


def _stat(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def cpu_s(pid: int) -> float:
    """Processor seconds of a process until now, those of its threads included."""
    stat = _stat(pid)
    return (int(stat[_USER]) + int(stat[_SYSTEM])) / os.sysconf("SC_CLK_TCK") if stat else 0.0


def children(pid: int) -> list[int]:
    """The processes that a process started itself."""
    pids = [int(path.name) for path in PROC.iterdir() if path.name.isdigit()] if PROC.exists() else []
    return [child for child in pids if (stat := _stat(child)) and int(stat[_PARENT]) == pid]


def command(pid: int) -> list[str]:
    """The words of a process's command line."""
    try:
        return (PROC / str(pid) / "cmdline").read_text("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return []


def machine_busy_s() -> float:
    """Processor seconds that all programs of this machine used until now."""
    try:
        ticks = [int(word) for word in (PROC / "stat").read_text("ascii").splitlines()[0].split()[1:9]]
    except OSError:
        return 0.0
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


class Meter:
    """Processor seconds per role, from its making to `read`. Roles: name → process ids."""

    def __init__(self, roles: Mapping[str, list[int]]) -> None:
        self._roles = roles
        self._before = self._now()
        self._busy_s = machine_busy_s()

    def _now(self) -> dict[str, float]:
        return {role: sum(cpu_s(pid) for pid in pids) for role, pids in self._roles.items()}

    def read(self) -> dict[str, float]:
        """Seconds per role."""
        return {role: used - self._before[role] for role, used in self._now().items()}

    def machine_s(self) -> float:
        """Seconds of all programs."""
        return machine_busy_s() - self._busy_s
