"""`leaderboard up` as a person and the system meet it: real processes, real signals, stand-ins for API and workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from leaderboard.cli.processes import CannotStart
from leaderboard.cli.up import free_port
from leaderboard.store.embedded import EmbeddedStore, embedded_url

ROOT = Path(__file__).parents[2]
ROLES = ("api", "worker", "scheduler", "archiver")  # in the order in which they leave
STAND_IN = Path(__file__).with_name("stand_in.py")
UP = f"""
import sys
from pathlib import Path
from leaderboard.cli.up import Setup, run_up
data, port, drain_limit_s, redis_url = sys.argv[1:]
sys.exit(run_up(Setup(Path(data), redis_url or None, port=int(port), drain_limit_s=float(drain_limit_s),
                      command=(sys.executable, {str(STAND_IN)!r}))))
"""


def soon(question: Callable[[], bool], limit_s: float = 8.0) -> bool:
    until_s = time.monotonic() + limit_s
    while not question() and time.monotonic() < until_s:
        time.sleep(0.02)
    return question()


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


class Up:
    """One `up`, started in a session of its own as a shell would."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.data_dir.mkdir(exist_ok=True)
        self.out, self.err = data_dir / "out", data_dir / "err"
        self.process: subprocess.Popen[bytes] | None = None

    def behave(self, how: str) -> Up:
        (self.data_dir / "behaviour").write_text(how)
        return self

    def start(self, *, port: int = 0, drain_limit_s: float = 20.0, redis_url: str = "") -> Up:
        argv = [sys.executable, "-c", UP, str(self.data_dir), str(port), str(drain_limit_s), redis_url]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(argv, stdout=out, stderr=err, env=env, start_new_session=True)
        return self

    def ready(self) -> Up:
        assert soon(lambda: "is ready" in self.said() and self.is_complete()), self.complained()
        return self

    def is_complete(self) -> bool:
        return all(self.starts(role) for role in ROLES)

    def said(self) -> str:
        return self.out.read_text()

    def complained(self) -> str:
        return self.err.read_text()

    def story(self) -> list[str]:
        path = self.data_dir / "story"
        return path.read_text().splitlines() if path.exists() else []

    def starts(self, role: str) -> list[int]:
        return [int(line.split()[2]) for line in self.story() if line.startswith(f"{role} started")]

    def send(self, number: signal.Signals, *, whole_group: bool = False) -> None:
        assert self.process
        (os.killpg if whole_group else os.kill)(self.process.pid, number)

    def exit_code(self) -> int:
        assert self.process
        return self.process.wait(15)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    one = Up(tmp_path / "data")
    yield one
    if one.process:
        one.process.kill()
        one.process.wait()
        # What it leaves behind goes by itself; the directory must not vanish under it.
        pids = [pid for role in ROLES for pid in one.starts(role)]
        assert soon(lambda: all(map(is_gone, pids)), 30)


def server_pid(data_dir: Path) -> int:
    """0 while none answers."""
    try:
        with closing(connected(data_dir)) as client:
            return int(client.info("server")["process_id"])
    except redis.ConnectionError:
        return 0


def connected(data_dir: Path) -> Any:
    return redis.Redis.from_url(embedded_url(data_dir) or "unix:///nowhere")


def test_everything_starts_and_the_block_says_where_it_is(up: Up) -> None:
    up.start().ready()

    assert "http://127.0.0.1:" in up.said()
    assert str(up.data_dir) in up.said()
    assert sorted(line.split()[0] for line in up.story()) == sorted(ROLES)
    assert {line.split()[3] for line in up.story()} == {embedded_url(up.data_dir)}


@pytest.mark.parametrize(
    ("number", "whole_group"), [(signal.SIGTERM, False), (signal.SIGINT, True), (signal.SIGHUP, False)]
)
def test_a_stop_ends_the_api_first_then_the_workers_and_the_store_last(
    up: Up, number: signal.Signals, whole_group: bool
) -> None:
    up.start().ready()
    up.send(number, whole_group=whole_group)

    assert up.exit_code() == 0
    assert up.story()[len(ROLES) :] == [f"{role} left with a store" for role in ROLES]
    assert embedded_url(up.data_dir) is None
    assert up.complained() == ""


def test_a_crashed_worker_is_started_again_at_once_and_said_in_one_line(up: Up) -> None:
    up.start().ready()
    os.kill(up.starts("worker")[0], signal.SIGKILL)

    assert soon(lambda: len(up.starts("worker")) == 2)
    (line,) = up.complained().splitlines()
    assert "worker ended with signal SIGKILL" in line
    assert "starting it again at once" in line


def test_a_killed_store_comes_back_with_its_data_at_the_same_address(up: Up) -> None:
    up.start().ready()
    url, first = embedded_url(up.data_dir), server_pid(up.data_dir)
    with closing(connected(up.data_dir)) as client:
        client.set("kept", "yes")
    os.kill(first, signal.SIGKILL)
    assert soon(lambda: server_pid(up.data_dir) not in {0, first})

    with closing(connected(up.data_dir)) as client:
        assert client.get("kept") == b"yes"
    assert embedded_url(up.data_dir) == url
    assert len(up.starts("worker")) == 1


def test_nothing_is_left_running_when_up_is_killed(up: Up) -> None:
    up.start().ready()
    pids = [
        server_pid(up.data_dir),
        *(pid for role in ROLES for pid in up.starts(role)),
    ]
    up.send(signal.SIGKILL)

    assert soon(lambda: all(is_gone(pid) for pid in pids))
    with EmbeddedStore(up.data_dir) as store:
        assert store.is_running()


def test_a_child_that_hangs_does_not_outlive_up_for_long(up: Up) -> None:
    up.behave("worker-hangs").start().ready()
    up.send(signal.SIGKILL)

    assert soon(lambda: is_gone(up.starts("worker")[0]))


def test_up_can_be_started_again_right_after_it_was_killed(up: Up) -> None:
    port = free_port_number()
    up.start(port=port).ready()
    up.send(signal.SIGKILL)
    up.exit_code()
    up.start(port=port).ready()
    up.send(signal.SIGTERM)

    assert up.exit_code() == 0


def test_a_second_up_on_the_same_data_is_refused_with_the_first_ones_number(up: Up, tmp_path: Path) -> None:
    up.start().ready()
    second = Up(up.data_dir)
    second.out, second.err = tmp_path / "out", tmp_path / "err"
    second.start()

    assert second.exit_code() == 1
    assert up.process
    assert f"{up.data_dir} is in use by process {up.process.pid}" in second.complained()


def test_a_taken_port_is_refused_before_anything_is_started(up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code = up.start(port=port).exit_code()

    assert code == 1
    assert up.complained() == f"leaderboard: port {port} on 127.0.0.1 is taken; choose another with --port\n"
    assert up.story() == []


def test_an_api_that_cannot_start_ends_up_after_three_tries(up: Up) -> None:
    code = up.behave("api-fails").start().exit_code()

    assert code == 1
    assert len(up.starts("api")) == 3
    assert up.complained().count("api: no such luck") == 3
    assert up.complained().endswith(
        "leaderboard: api could not start: it ended with exit code 1, 3 times in a row\n"
    )
    assert up.story()[-3:] == [f"{role} left with a store" for role in ROLES[1:]]
    assert embedded_url(up.data_dir) is None


def test_a_store_that_cannot_start_is_quoted_and_nothing_else_is_started(up: Up) -> None:
    with EmbeddedStore(up.data_dir):
        pass
    (aof,) = (up.data_dir / "store" / "appendonlydir").glob("*.incr.aof")
    aof.write_bytes(b"no append-only file\r\n")
    code = up.start().exit_code()

    assert code == 1
    assert "Bad file format" in up.complained()
    assert up.story() == []


def test_a_second_ctrl_c_ends_a_hanging_worker_hard(up: Up) -> None:
    up.behave("worker-hangs").start().ready()
    up.send(signal.SIGINT)
    assert soon(lambda: "api left with a store" in up.story())
    up.send(signal.SIGINT)

    assert up.exit_code() == 0
    assert is_gone(up.starts("worker")[0])
    assert "worker did not stop in time and is killed" in up.complained()
    assert embedded_url(up.data_dir) is None


def test_the_drain_has_a_limit(up: Up) -> None:
    up.behave("worker-hangs").start(drain_limit_s=0.5).ready()
    up.send(signal.SIGTERM)

    assert up.exit_code() == 0
    assert is_gone(up.starts("worker")[0])


def test_with_a_store_of_its_own_choice_no_embedded_one_is_started(up: Up, tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "elsewhere") as store:
        up.start(redis_url=store.url).ready()
        urls = {line.split()[3] for line in up.story()}
        up.send(signal.SIGTERM)

        assert up.exit_code() == 0
        assert urls == {store.url}
        assert not (up.data_dir / "store").exists()


def free_port_number() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


async def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CannotStart, match=r"no\.such\.host\.invalid"):
        await free_port("no.such.host.invalid", 8080)


async def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1 port 8080 cannot be used"):
        await free_port("192.0.2.1", 8080)
