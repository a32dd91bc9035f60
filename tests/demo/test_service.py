"""The child under the demo: waited for, watched, kept from real data, and stopped with all it started."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from leaderboard.demo import service as service_module
from leaderboard.demo.client import DemoError
from leaderboard.demo.service import running_service

STAND_IN = """
import http.server, json, os, pathlib, signal, subprocess, sys
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
rest = sys.argv[sys.argv.index("up") + 1:]
arguments |= dict(zip(rest[::2], rest[1::2]))
data = pathlib.Path(arguments["--data"])
(data / "admin.token").write_text("admin-secret\\n")
(data / "environment.json").write_text(json.dumps(dict(os.environ)))

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

if "stubborn" in sys.argv[0]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (data / "grandchild.pid").write_text(str(child.pid))
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer((arguments["--host"], int(arguments["--port"])), Ready).serve_forever()
"""


def _program(directory: Path, name: str = "plain", text: str = STAND_IN) -> list[str]:
    script = directory / f"{name}.py"
    script.write_text(text)
    return [sys.executable, str(script)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    return path


async def test_the_child_is_ready_when_entered_and_gone_when_left(tmp_path: Path, data: Path) -> None:
    async with running_service(data, 0, _program(tmp_path)) as service:
        service.check()
        token = service.admin_token()

    assert token == "admin-secret"
    assert service.process.returncode == 0


async def test_the_child_never_hears_of_a_real_store(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADERBOARD_REDIS_URL", "redis://real.example:6379")
    async with running_service(data, 0, _program(tmp_path)):
        pass

    assert "real.example" not in (data / "environment.json").read_text()
    assert "[redis]" not in (data / "config.toml").read_text()


async def test_a_child_that_ends_is_reported_with_its_last_words(tmp_path: Path, data: Path) -> None:
    program = _program(tmp_path, text="import sys; sys.exit('the port is taken')")

    with pytest.raises(DemoError, match=r"exit code 1(.|\n)*the port is taken"):
        async with running_service(data, 0, program):
            pytest.fail("it was never ready")


async def test_a_child_that_is_killed_is_noticed(tmp_path: Path, data: Path) -> None:
    async with running_service(data, 0, _program(tmp_path)) as service:
        service.process.kill()
        service.process.wait()

        with pytest.raises(DemoError, match="exit code -9"):
            service.check()


async def test_a_child_that_does_not_stop_is_killed_with_its_own_children(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "STOP_WITHIN_S", 0.2)
    async with running_service(data, 0, _program(tmp_path, "stubborn")) as service:
        pass

    assert service.process.returncode == -signal.SIGKILL
    assert _is_gone(int((data / "grandchild.pid").read_text()))


def _is_gone(pid: int) -> bool:
    """Dead, or dead and not yet collected by its new parent."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False
