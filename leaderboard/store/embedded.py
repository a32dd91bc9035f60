"""The embedded store: a real Valkey server as a child process. Knows processes, not what is kept in it.

StoreFailed     the server did not start, or went away while starting; quotes its log
StoreInUse      another process works on the data directory
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from leaderboard.store.data_lock import DataLock, StoreInUse
from leaderboard.store.embedded_address import choose_socket, embedded_url, forget, ping, publish, url_of
from leaderboard.store.embedded_settings import Durability, StoreFailed, server_arguments, server_binary
from leaderboard.store.embedded_sync import AofSync

__all__ = ["Durability", "EmbeddedStore", "StoreFailed", "StoreInUse", "embedded_url"]

log = logging.getLogger(__name__)

_LAUNCHER = Path(__file__).with_name("embedded_launch.py")
_SILENCE_LIMIT_S = 30.0
_LOG_LIMIT_BYTES = 10_000_000
_QUOTED_LINES = 6


class EmbeddedStore:
    """One server on `DATA/store`, started and started again on the same data, at the same address.

    Start it from the main thread: on Linux the kernel ends the server with the *thread* that made it.
    From any other thread a watcher process does that work.
    """

    def __init__(
        self, data_dir: Path, *, durability: Durability = "write", extra_arguments: Sequence[str] = ()
    ) -> None:
        self.store_dir = data_dir.resolve() / "store"
        self.log_path = self.store_dir / "server.log"
        self.lock = DataLock(data_dir.resolve())
        self._durability: Durability = durability
        self._extra_arguments = list(extra_arguments)
        self._socket: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline_fd = -1
        self._sync: AofSync | None = None
        self._log_start_bytes = 0
        self._answer_by_s = 0.0

    def __enter__(self) -> EmbeddedStore:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        if self._socket is None:
            raise StoreFailed("the store was not started")
        return url_of(self._socket)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.is_running() else None

    @property
    def exit_code(self) -> int | None:
        """How the server ended (negative: by which signal); None while it runs, or before it ran."""
        return self._process.poll() if self._process else None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Starts the server, or starts it again after a crash; returns its address once its data is loaded.

        Raises StoreInUse or StoreFailed, with nothing left running.
        """
        try:
            self.launch()
            while not self.poll_ready():
                time.sleep(0.01)
        except BaseException:
            self.stop()
            raise
        return self.url

    def prepare(self) -> str:
        """Takes the data directory and settles the address, which it returns. No process yet; any thread may do it.

        Raises StoreInUse, after some seconds where only the store of a killed owner still holds the directory.
        """
        if self._socket is None:
            self.lock.acquire()
            self.store_dir.mkdir(mode=0o700, exist_ok=True)
            self.store_dir.chmod(0o700)
            forget(self.store_dir)
            self._socket = choose_socket(self.store_dir)
        return url_of(self._socket)

    def launch(self) -> None:
        """Starts the process and waits for nothing: see `poll_ready`."""
        self.prepare()
        if self._socket is None or self.is_running():
            return
        self._sweep()
        self._process = self._spawn(self._socket)
        self._answer_by_s = time.monotonic() + _SILENCE_LIMIT_S

    def _sweep(self) -> None:
        for leaving in self.store_dir.glob("temp-*"):  # rewrites that a kill cut off
            leaving.unlink(missing_ok=True)
        if self.log_path.exists() and self.log_path.stat().st_size > _LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))

    def _spawn(self, socket_path: Path) -> subprocess.Popen[bytes]:
        settings = server_arguments(self.store_dir, socket_path, self._durability)
        server = [str(server_binary()), *settings, *self._extra_arguments]
        lifeline_fd = self._new_lifeline()
        inherited = [self.lock.fd] if lifeline_fd < 0 else [self.lock.fd, lifeline_fd]
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(lifeline_fd)]
        try:
            with self.log_path.open("ab") as log_file:
                self._log_start_bytes = log_file.tell()
                return self._popen(launcher + server, log_file, inherited)
        finally:
            if lifeline_fd >= 0:
                os.close(lifeline_fd)

    def _popen(self, argv: list[str], log_file: IO[bytes], inherited: list[int]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches a terminal's whole group, and the store must outlive the drain.
        return subprocess.Popen(  # noqa: S603
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            cwd=self.store_dir,
            start_new_session=True,
            pass_fds=inherited,
        )

    def _new_lifeline(self) -> int:
        self._cut_lifeline()
        if sys.platform == "linux" and threading.current_thread() is threading.main_thread():
            return -1
        read_fd, self._lifeline_fd = os.pipe()
        return read_fd

    def _cut_lifeline(self) -> None:
        if self._lifeline_fd >= 0:
            os.close(self._lifeline_fd)
            self._lifeline_fd = -1

    def poll_ready(self) -> bool:
        """Whether the launched server answers and has its data loaded.

        Raises StoreFailed when it has died or said nothing for half a minute. Loading may take any time.
        """
        if self._process is None or self._socket is None:
            raise StoreFailed("the store was not started")
        if (code := self._process.poll()) is not None:
            raise StoreFailed(self._obituary(f"ended with {describe_exit(code)}"))
        answer = ping(self._socket)
        if answer is None and time.monotonic() > self._answer_by_s:
            raise StoreFailed(self._obituary(f"gave no answer for {_SILENCE_LIMIT_S:.0f} s"))
        if answer is None:
            return False
        self._answer_by_s = time.monotonic() + _SILENCE_LIMIT_S
        if answer.startswith(b"-LOADING"):
            return False
        self._now_ready(self._socket)
        return True

    def _now_ready(self, socket_path: Path) -> None:
        publish(self.store_dir, socket_path)
        if self._durability == "write" and self._sync is None:
            self._sync = AofSync(self.store_dir / "appendonlydir")
            self._sync.start()

    def _obituary(self, what: str) -> str:
        lines = self._log_lines()
        quoted = "".join(f"\n    {line}" for line in lines[-_QUOTED_LINES:])
        return (
            f"the store did not start: its server {what}. {self.log_path} ends with:{quoted or ' (nothing)'}"
        )

    def _log_lines(self) -> list[str]:
        try:
            with self.log_path.open("rb") as log_file:
                log_file.seek(self._log_start_bytes)
                text = log_file.read(_LOG_LIMIT_BYTES).decode("utf-8", "replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.strip()]

    def terminate(self) -> None:
        """Asks the server to finish its file and go; waits for nothing."""
        if self._process and self.is_running():
            self._process.terminate()

    def kill(self) -> None:
        """Ends the server on the spot; what it answered is kept. `start` brings it back."""
        if self._process and self.is_running():
            self._process.kill()
            self._process.wait()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ends the server and gives the data directory free. Safe at any moment, and twice."""
        self.terminate()
        if self._process:
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                log.warning("the store did not end within %.0f s and is killed", timeout_s)
                self.kill()
            self._process = None
        self._let_go()

    def _let_go(self) -> None:
        if self._sync:
            self._sync.stop()
            self._sync = None
        self._cut_lifeline()
        if self._socket:
            forget(self.store_dir, self._socket)
            self._socket = None
        self.lock.release()


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
