"""Children that go when their parent goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leaderboard.cli.processes import CannotStart, Child, ChildProcess, die_with_parent

ROOT = Path(__file__).parents[2]
LATE = "from leaderboard.cli.processes import die_with_parent; die_with_parent()"


def test_a_process_that_nobody_supervises_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADERBOARD_PARENT_PID", raising=False)
    die_with_parent()


def test_a_child_whose_parent_died_before_it_looked_does_not_begin() -> None:
    env = os.environ | {"LEADERBOARD_PARENT_PID": "1", "PYTHONPATH": str(ROOT)}
    late = subprocess.run([sys.executable, "-c", LATE], env=env, capture_output=True, text=True, check=False)

    assert late.returncode == 1
    assert "the supervising process is gone" in late.stderr


async def test_a_child_tells_how_it_ended() -> None:
    child = ChildProcess(Child("quitter", (sys.executable, "-c", "raise SystemExit(3)")))
    await child.start()

    assert await child.ended() == 3


async def test_a_killed_child_ends_with_the_signal() -> None:
    child = ChildProcess(Child("sleeper", (sys.executable, "-c", "import time; time.sleep(60)")))
    await child.start()
    began_s = time.monotonic()
    child.kill()

    assert await child.ended() == -signal.SIGKILL
    assert time.monotonic() - began_s < 5
    child.terminate()  # too late, and harmless


async def test_a_programme_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotStart, match="no-such-programme"):
        await ChildProcess(Child("ghost", ("/no-such-programme",))).start()
