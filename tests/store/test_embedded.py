"""The embedded store, with the real server and real kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from leaderboard.store.embedded import EmbeddedStore, StoreFailed, StoreInUse, embedded_url

OWNER = """
import sys, threading, time
from pathlib import Path
from leaderboard.store.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
if sys.argv[2] == "thread":
    starter = threading.Thread(target=store.start)
    starter.start()
    starter.join()
else:
    store.start()
sys.stdout.write(f"{store.pid}\\n")
sys.stdout.flush()
time.sleep(60)
"""


@contextmanager
def connected(url: str) -> Iterator[Any]:
    with closing(redis.Redis.from_url(url)) as client:
        yield client


@contextmanager
def owned_elsewhere(data_dir: Path, how: str = "main") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A store under another process, and the server's process id."""
    argv = [sys.executable, "-c", OWNER, str(data_dir), how]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as owner:
        try:
            assert owner.stdout
            yield owner, int(owner.stdout.readline())
        finally:
            owner.kill()


def soon(question: Callable[[], bool], limit_s: float = 5.0) -> bool:
    until_s = time.monotonic() + limit_s
    while not question() and time.monotonic() < until_s:
        time.sleep(0.02)
    return question()


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Where nobody collects orphans, a finished one stays listed as a zombie.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def write_until_it_dies(url: str, acknowledged: list[int]) -> None:
    with connected(url) as client:
        while True:
            pipeline = client.pipeline(transaction=False)
            for _ in range(20):
                pipeline.incr("n")
            try:
                acknowledged.append(pipeline.execute()[-1])
            except redis.RedisError:
                return


def test_data_is_found_again_after_a_restart(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        client.set("standing", "first")

    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        assert client.get("standing") == b"first"


def test_a_second_process_finds_the_store_by_its_data_directory(tmp_path: Path) -> None:
    before = embedded_url(tmp_path)
    with EmbeddedStore(tmp_path) as store:
        during = embedded_url(tmp_path)
        url = store.url

    assert before is None
    assert during == url
    assert embedded_url(tmp_path) is None


def test_an_address_left_by_a_killed_store_is_not_believed(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store:
        store.kill()

        assert (tmp_path / "store" / "url").exists()
        assert embedded_url(tmp_path) is None


def test_nobody_else_on_the_machine_can_reach_the_store(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "store" / "store.sock").stat().st_mode & 0o777 == 0o700
        assert client.config_get("port") == {"port": "0"}


@pytest.mark.parametrize(("durability", "policy"), [("write", "no"), ("fsync", "always")])
def test_an_answer_never_runs_ahead_of_its_write(tmp_path: Path, durability: Any, policy: str) -> None:
    with EmbeddedStore(tmp_path, durability=durability) as store, connected(store.url) as client:
        settings = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save")

    assert settings == {
        "appendonly": "yes",
        "appendfsync": policy,
        "maxmemory-policy": "noeviction",
        "save": "",
    }


def test_a_second_start_on_the_same_data_is_refused_by_name(tmp_path: Path) -> None:
    with owned_elsewhere(tmp_path) as (owner, _):
        with pytest.raises(StoreInUse) as refusal:
            EmbeddedStore(tmp_path).start()

        assert str(tmp_path) in str(refusal.value)
        assert str(owner.pid) in str(refusal.value)


def test_a_refused_start_leaves_the_running_store_alone(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        with pytest.raises(StoreInUse):
            EmbeddedStore(tmp_path).start()

        assert client.ping()
        assert embedded_url(tmp_path) == store.url


@pytest.mark.parametrize("how", ["main", "thread"])
def test_the_server_goes_when_its_owner_is_killed(tmp_path: Path, how: str) -> None:
    with owned_elsewhere(tmp_path, how) as (owner, server_pid):
        url = embedded_url(tmp_path)
        assert url
        with connected(url) as client:
            client.set("kept", "yes")
        owner.kill()
        owner.wait()

        assert soon(lambda: is_gone(server_pid))
    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        assert client.get("kept") == b"yes"


def test_a_start_right_after_a_kill_waits_for_the_old_server_to_finish(tmp_path: Path) -> None:
    with owned_elsewhere(tmp_path) as (owner, _):
        owner.kill()
        owner.wait()

        with EmbeddedStore(tmp_path) as store:
            assert store.is_running()


def test_the_watcher_process_goes_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with owned_elsewhere(tmp_path, "thread") as (_, server_pid):
        children = Path(f"/proc/{server_pid}/task/{server_pid}/children")
        if not children.exists():
            pytest.skip("this system does not list the children of a process")
        watcher_pid = int(children.read_text())
        os.kill(server_pid, signal.SIGKILL)

        assert soon(lambda: is_gone(watcher_pid))


def test_no_acknowledged_write_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    acknowledged: list[int] = [0]
    with EmbeddedStore(tmp_path) as store:
        for _ in range(5):
            writer = threading.Thread(target=write_until_it_dies, args=(store.url, acknowledged))
            writer.start()
            time.sleep(0.25)
            store.kill()
            writer.join()
            url = store.start()

            with connected(url) as client:
                assert int(client.get("n")) >= acknowledged[-1] > 0


def test_a_killed_server_comes_back_at_the_same_address(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store:
        first = store.url
        store.kill()

        assert store.start() == first
        with connected(first) as client:
            assert client.ping()


def test_a_file_cut_off_in_the_middle_of_a_write_still_loads(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        client.set("whole", "yes")
    (aof,) = (tmp_path / "store" / "appendonlydir").glob("*.incr.aof")
    with aof.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nhal")

    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        assert client.get("whole") == b"yes"


def test_a_path_too_long_for_a_socket_works_and_leaves_nothing_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 30) / "data"
    with EmbeddedStore(data_dir) as store, connected(store.url) as client:
        socket_dir = Path(store.url.removeprefix("unix://")).parent
        client.set("far", "away")
        mode = socket_dir.stat().st_mode & 0o777

        assert embedded_url(data_dir) == store.url

    assert mode == 0o700
    assert not socket_dir.exists()


def test_a_server_that_dies_at_the_start_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="no-such-setting"):
        EmbeddedStore(tmp_path, extra_arguments=["--no-such-setting", "1"]).start()

    with EmbeddedStore(tmp_path) as store:
        assert store.is_running()


def test_damaged_data_is_refused_with_the_servers_own_words(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store, connected(store.url) as client:
        client.set("a", "b")
    (aof,) = (tmp_path / "store" / "appendonlydir").glob("*.incr.aof")
    aof.write_bytes(b"this is no append-only file\r\n" + aof.read_bytes())

    with pytest.raises(StoreFailed, match="Bad file format reading the append only file"):
        EmbeddedStore(tmp_path).start()


def test_stopping_twice_and_before_the_start_is_harmless(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    store.stop()
    store.start()
    store.stop()
    store.stop()

    assert not store.is_running()


def test_the_leavings_of_a_rewrite_that_was_cut_off_are_swept(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(mode=0o700)
    leaving = tmp_path / "store" / "temp-rewriteaof-bg-17.aof"
    leaving.touch()
    with EmbeddedStore(tmp_path):
        assert not leaving.exists()
