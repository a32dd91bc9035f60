"""What machine this is, as far as it bears on the figures."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from msgspec import Struct

from leaderboard.store.embedded_settings import server_binary

_CPU_INFO = Path("/proc/cpuinfo")


class Machine(Struct, frozen=True):
    """`load_before` is the load average of the last minute before the bench began."""

    cores: int
    processor: str
    system: str
    python: str
    store: str
    load_before: float


def this_machine() -> Machine:
    """Looks around."""
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        processor=_processor(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        store=_store_version(),
        load_before=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    try:
        lines = _CPU_INFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _store_version() -> str:
    told = subprocess.run([server_binary(), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    words = dict(word.split("=", 1) for word in told.stdout.split() if "=" in word)
    return f"Valkey {words.get('v', 'of unknown version')}"
