"""`leaderboard up`: the embedded store, the archiver, the workers and the API on this machine, as one. Only wiring."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from leaderboard.cli.processes import CannotStart, Child, ChildProcess
from leaderboard.cli.readiness import base_url, until_ready, welcome
from leaderboard.cli.supervision import DRAIN_LIMIT_S, Service, Stage, Supervisor
from leaderboard.store.data_lock import DataLock
from leaderboard.store.embedded import Durability, EmbeddedStore, StoreFailed, StoreInUse

COMMAND = (sys.executable, "-m", "leaderboard")
REDIS_URL_VARIABLE = "LEADERBOARD_REDIS_URL"
_PORT_WAIT_S = 3.0
_STORE_LEAST_S = 10.0


@dataclass(frozen=True, slots=True)
class Setup:
    """What to run where. `redis_url` None: the embedded store. `port` 0: any free one."""

    data_dir: Path
    redis_url: str | None = None
    durability: Durability = "write"
    host: str = "127.0.0.1"
    port: int = 8080
    api_processes: int = 1
    workers: int = 1
    config: Path | None = None
    command: Sequence[str] = COMMAND
    drain_limit_s: float = DRAIN_LIMIT_S


class StoreService:
    """The embedded store, as something to supervise."""

    name = "store"

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store

    async def start(self) -> None:
        try:
            self._store.launch()
            while not self._store.poll_ready():  # noqa: ASYNC110  another process has no Event to set
                await asyncio.sleep(0.02)
        except (StoreFailed, StoreInUse, OSError) as error:
            self._store.kill()
            raise CannotStart(str(error)) from error

    async def ended(self) -> int:
        while self._store.is_running():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return self._store.exit_code or 0

    def terminate(self) -> None:
        self._store.terminate()

    def kill(self) -> None:
        self._store.kill()


def run_up(setup: Setup) -> int:
    """Runs until Ctrl-C or SIGTERM; the exit code. Reports on stdout, and a failure on stderr."""
    return asyncio.run(run(setup))


async def run(setup: Setup) -> int:
    """As `run_up`, for a loop in the main thread."""
    setup = replace(setup, data_dir=setup.data_dir.resolve())
    store = None if setup.redis_url else EmbeddedStore(setup.data_dir, durability=setup.durability)
    lock = store.lock if store else DataLock(setup.data_dir)
    try:
        await asyncio.to_thread(store.prepare if store else lock.acquire)
        setup = replace(setup, port=await free_port(setup.host, setup.port))
        return await _supervise(setup, store)
    except (CannotStart, StoreInUse, OSError) as error:
        _say(f"leaderboard: {error}\n", sys.stderr)
        return 1
    finally:
        if store:
            store.stop()
        lock.release()


async def _supervise(setup: Setup, store: EmbeddedStore | None) -> int:
    supervisor = Supervisor(_stages(setup, store), drain_limit_s=setup.drain_limit_s)
    with _signals_to(supervisor):
        greeting = asyncio.create_task(_greet(setup))
        try:
            code = await supervisor.run()
        finally:
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)
    if supervisor.failure:
        _say(f"leaderboard: {supervisor.failure}\n", sys.stderr)
    return code


def _stages(setup: Setup, store: EmbeddedStore | None) -> list[Stage]:
    """In the order of starting. Stopping goes the other way: first no new events, then the drain, the store last.

    The archiver stays as long as the workers do: it trims what they have drained.
    """
    door = ("api", "--host", setup.host, "--port", str(setup.port))
    stages = [
        Stage(_role(setup, store, "archiver", 1, ("archiver",))),
        Stage(_role(setup, store, "scheduler", 1, ("scheduler",))),
        Stage(_role(setup, store, "worker", setup.workers, ("worker",))),
        Stage(_role(setup, store, "api", setup.api_processes, door)),
    ]
    return [Stage([StoreService(store)], least_s=_STORE_LEAST_S), *stages] if store else stages


def _role(
    setup: Setup, store: EmbeddedStore | None, name: str, copies: int, arguments: Sequence[str]
) -> list[Service]:
    """`copies` processes of one command, on the same store and the same data."""
    config = ("--config", str(setup.config)) if setup.config else ()
    argv = (*setup.command, *config, "--data", str(setup.data_dir), *arguments)
    env = {REDIS_URL_VARIABLE: store.url if store else setup.redis_url or ""}
    names = [name] if copies == 1 else [f"{name}-{number}" for number in range(1, copies + 1)]
    return [ChildProcess(Child(each, argv, env)) for each in names]


async def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises CannotStart when it stays taken for three seconds.

    API processes share their port, so without this look two installations could share one unnoticed.
    """
    until_s = asyncio.get_running_loop().time() + _PORT_WAIT_S
    while True:
        try:
            return _bound_port(host, port)
        except socket.gaierror as error:
            raise CannotStart(f"the host {host!r} is not known here: {error.strerror}") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotStart(f"{host} port {port} cannot be used: {error.strerror}") from error
            if asyncio.get_running_loop().time() > until_s:
                raise CannotStart(f"port {port} on {host} is taken; choose another with --port") from error
        await asyncio.sleep(0.1)  # perhaps the API of a service that was killed is still draining


def _bound_port(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        return int(door.getsockname()[1])


@contextmanager
def _signals_to(supervisor: Supervisor) -> Iterator[None]:
    """Ctrl-C, SIGTERM, and a terminal that closes; but what was told to ignore hang-ups (nohup) keeps ignoring them."""
    loop = asyncio.get_running_loop()
    heeded = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        heeded.append(signal.SIGHUP)
    for number in heeded:
        loop.add_signal_handler(number, supervisor.request_stop)
    try:
        yield
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


async def _greet(setup: Setup) -> None:
    url = base_url(setup.host, setup.port)
    await until_ready(url)
    _say(welcome(url, setup.data_dir), sys.stdout)


def _say(text: str, stream: TextIO) -> None:
    stream.write(text)
    stream.flush()
