"""`leaderboard up` as a user starts it, to be asked, killed and audited by tests. Knows nothing of what it counts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

PATIENCE_S: Final = 60.0
ROLES: Final = ("api", "worker", "archiver", "scheduler")
HOSTS: Final = ("h1", "h2")
# What a request may end with while processes are being killed; it is sent again.
INTERRUPTED: Final = (ClientError, TimeoutError, OSError, ValueError)
_COMMAND: Final = (sys.executable, "-m", "leaderboard")
_ROOT: Final = Path(__file__).parent.parent


class Installation:
    """The service on its own data and port, with the settings of a configuration."""

    def __init__(self, data: Path, config: str = "") -> None:
        self.data, self.port = data, _free_port()
        self._config = data.parent / "config.toml"
        self._config.write_text(config, "utf-8")
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = self._start()

    @property
    def log(self) -> Path:
        """What all its processes say."""
        return self.data.parent / "up.log"

    def _start(self) -> subprocess.Popen[bytes]:
        return self.start("up", "--port", str(self.port))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A command on the same data, in a process of its own."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEADERBOARD_")}
        command = self._command(*arguments)
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=clean, cwd=_ROOT)

    def _command(self, *arguments: str) -> list[str]:
        return [*_COMMAND, "--config", str(self._config), "--data", str(self.data), *arguments]

    def children(self) -> dict[str, int]:
        """Role → process id."""
        return _children(self.process.pid)

    def kill(self, victim: str) -> None:
        """SIGKILL to one role, or to the supervisor and everything below it; that is started again."""
        children = self.children()
        if victim != "everything":
            if victim in children:
                _kill(children[victim])
            return
        for pid in [self.process.pid, *children.values()]:
            _kill(pid)
        self.process.wait()
        self.process = self._start()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """A command on the same data, and what it said."""
        return subprocess.run(self._command(*arguments), capture_output=True, cwd=_ROOT, timeout=120)

    def audit(self, campaign: str) -> dict[str, Any]:
        """What `leaderboard audit` says, with its exit code as `exit`."""
        done = self.run("audit", campaign, "--json")
        assert done.stdout, done.stderr.decode()
        document: dict[str, Any] = json.loads(done.stdout)
        return document | {"exit": done.returncode}

    def stop(self) -> int:
        """As an operator would; the exit code."""
        self.process.terminate()
        return self.process.wait(30)

    def end(self) -> None:
        """At once, in whatever state it is; the children end with it."""
        self.process.kill()
        self.process.wait()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _children(parent: int) -> dict[str, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_text().replace("\0", " ")
            # Until it has become what it is to be, a child looks like its parent.
            if int(stat[1]) == parent and " up " not in command:
                role = next((role for role in ROLES if f" {role}" in command), "store")
                found[role] = int(entry.name)
    return found


class Caller:
    """Asks an installation as its admin, or with another token."""

    def __init__(self, installation: Installation, session: ClientSession, token: str = "") -> None:
        self.installation, self._session, self._token = installation, session, token

    async def another(self, role: str, name: str) -> Caller:
        """Somebody with a token of a role."""
        issued = await self.ask("POST", "/v1/tokens", {"role": role, "name": name})
        return Caller(self.installation, self._session, issued["secret"])

    async def ask(
        self, method: str, path: str, body: Any = None, *, data: bytes | None = None, toml: bool = False
    ) -> Any:
        """The answer's document; ValueError where it is a refusal."""
        headers = {"Content-Type": "application/toml"} if toml else {}
        async with self._request(method, path, json=body, data=data, headers=headers) as answer:
            document = await answer.json(content_type=None)
            if answer.status >= 300:
                raise ValueError(f"{answer.status}: {document}")
            return document

    async def read(self, path: str) -> tuple[int, bytes]:
        """Status and bytes."""
        async with self._request("GET", path) as answer:
            return answer.status, await answer.read()

    @asynccontextmanager
    async def _request(self, method: str, path: str, **more: Any) -> AsyncIterator[ClientResponse]:
        token = self._token or (self.installation.data / "admin.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        url = self.installation.url + path
        async with self._session.request(method, url, headers=headers, **more) as answer:
            yield answer

    async def send(self, batch: Sequence[dict[str, Any]]) -> int:
        """Sends events again and again until they are answered 202; how many times that took."""
        tries = 1
        while True:
            try:
                answer = await self.ask("POST", "/v1/events", {"events": list(batch)})
            except INTERRUPTED:
                tries += 1
                await asyncio.sleep(0.05)
            else:
                assert answer["accepted"] == len(batch), answer["rejected"]
                return tries

    async def until(self, path: str, reached: Callable[[Any], bool], method: str = "GET") -> Any:
        """Asks until the answer is what is waited for; where it never is, fails with the newest of answer and log."""
        newest: Any = None
        until_s = monotonic() + PATIENCE_S
        while monotonic() < until_s:
            try:
                newest = await self.ask(method, path)
                if reached(newest):
                    return newest
            except INTERRUPTED as error:
                newest = error
            await asyncio.sleep(0.1)
        raise AssertionError(f"{newest!r}\n{self.installation.log.read_text()[-4_000:]}")

    async def set_up(self, accounts: Sequence[str]) -> None:
        """Accounts of one agency, with two hosts each."""
        await self.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
        for account in accounts:
            setting = {"agency_id": "north", "name": account, "kind": "partner", "country": "US"}
            await self.ask("PUT", f"/v1/accounts/{account}", setting)
            for host in HOSTS:
                await self.ask("PUT", f"/v1/accounts/{account}/hosts/{host}", {"name": "A host"})

    async def announce(self, campaign: str, toml: str, accounts: Sequence[str]) -> dict[str, Any]:
        """Saves a campaign and enrolls accounts with their hosts; the campaign as it was saved."""
        path = f"/v1/campaigns/{campaign}"
        saved: dict[str, Any] = await self.ask("PUT", path, data=toml.encode(), toml=True)
        for account in accounts:
            enrollment = {"hosts": [{"host_id": host} for host in HOSTS]}
            await self.ask("PUT", f"{path}/enrollments/{account}", enrollment)
        return saved


@asynccontextmanager
async def calling(installation: Installation) -> AsyncIterator[Caller]:
    """A caller, once the service answers."""
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        caller = Caller(installation, session)
        await caller.until("/v1/status", lambda status: True)
        yield caller


@asynccontextmanager
async def installed(data: Path, config: str = "") -> AsyncIterator[Caller]:
    """A service of its own, and who asks it."""
    installation = Installation(data, config)
    try:
        async with calling(installation) as caller:
            yield caller
    finally:
        installation.end()
