"""The service under the demo: `leaderboard up` as a child, watched, and stopped with all it started."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from leaderboard.cli.processes import PARENT_VARIABLE
from leaderboard.demo import payees
from leaderboard.demo.client import DemoError

PROGRAM = (sys.executable, "-m", "leaderboard")
HOST = "127.0.0.1"
READY_WITHIN_S = 30.0
STOP_WITHIN_S = 40.0  # `up` drains for 20 s and leaves its store 10 s more
LOG_LINES = 12
NOTICE = "Sandbox: all data here are made up, and no money moves."
CONFIG = f"""\
# The demo's own configuration: its store is no other one, and the bank here is made up.
[pages]
notice = "{NOTICE}"

{payees.CONFIG}"""


class Service:
    """A running child: where it listens, what it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], data: Path, port: int) -> None:
        self.process, self.data = process, data
        self.url = f"http://{HOST}:{port}"

    def admin_token(self) -> str:
        return (self.data / "admin.token").read_text("utf-8").strip()

    def check(self) -> None:
        """DemoError when the child is gone."""
        if (code := self.process.poll()) is not None:
            raise DemoError(
                f"the service stopped with exit code {code}; its last lines:\n{self._last_lines()}"
            )

    def _last_lines(self) -> str:
        lines = (self.data / "up.log").read_text("utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LOG_LINES:])


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running_service(data: Path, port: int, program: Sequence[str] = PROGRAM) -> AsyncIterator[Service]:
    """Ready when entered, stopped when left. Port 0: one that is free."""
    service = _start(data, port or free_port(), program)
    try:
        await _wait_until_ready(service)
        yield service
    finally:
        _stop(service.process)


def _start(data: Path, port: int, program: Sequence[str]) -> Service:
    config = data / "config.toml"
    config.write_text(CONFIG, "utf-8")
    command = [
        *program,
        "--config",
        str(config),
        "--data",
        str(data),
        "up",
        "--host",
        HOST,
        "--port",
        str(port),
    ]
    with (data / "up.log").open("ab") as log:
        # Its own session: Ctrl-C reaches the demo alone, which first sums up and then stops the child.
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_own_environment(os.environ),
            start_new_session=True,
        )
    return Service(process, data, port)


def _own_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Without the variables that would lead the child to a real store; with the one that ends it with us."""
    clean = {key: value for key, value in environ.items() if not key.startswith("LEADERBOARD_")}
    return clean | {PARENT_VARIABLE: str(os.getpid())}


async def _wait_until_ready(service: Service) -> None:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    async with ClientSession(timeout=ClientTimeout(total=2)) as session:
        while asyncio.get_running_loop().time() < deadline:
            service.check()
            if await _is_ready(session, service.url):
                return
            await asyncio.sleep(0.05)
    raise DemoError(f"the service was not ready within {READY_WITHIN_S:.0f} s")


async def _is_ready(session: ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except (ClientError, TimeoutError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        clean = process.wait(STOP_WITHIN_S) == 0
    except subprocess.TimeoutExpired:
        clean = False
    if not clean:
        # The child leads its own group, so whatever it left behind goes too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
