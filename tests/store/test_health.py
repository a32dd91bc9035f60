"""Servers with bad settings are named before work begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.store.connection import open_client
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.health import Concern, _check_memory, _check_version, _Server, inspect


async def concerns(
    data_dir: Path, *extra: str, allow_volatile: bool = False, embedded: bool = True
) -> set[str]:
    """`severity setting` of what speaks against a server started with `extra` arguments."""
    with EmbeddedStore(data_dir, extra_arguments=extra) as store:
        async with open_client(store.url) as client:
            found = await inspect(client, allow_volatile=allow_volatile, embedded=embedded)
    return {f"{concern.severity} {concern.setting}" for concern in found}


def server(**info: str) -> _Server:
    return _Server(info, {}, ours=False, volatile_allowed=False)


async def test_nothing_speaks_against_our_own_server(tmp_path: Path) -> None:
    assert await concerns(tmp_path) == set()


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (["--appendonly", "no"], "refuse appendonly"),
        (["--maxmemory-policy", "allkeys-lru"], "refuse maxmemory-policy"),
        (["--appendonly", "no", "--cluster-enabled", "yes"], "refuse cluster-enabled"),
        (["--replicaof", "127.0.0.1", "1"], "refuse replicaof"),
        (["--appendfsync", "everysec"], "warn appendfsync"),
        (["--maxmemory", "1mb"], "warn maxmemory"),
    ],
)
async def test_a_bad_setting_is_named(tmp_path: Path, extra: list[str], expected: str) -> None:
    assert expected in await concerns(tmp_path, *extra)


async def test_a_volatile_store_is_allowed_where_asked_for_but_never_silently(tmp_path: Path) -> None:
    assert await concerns(tmp_path, "--appendonly", "no", allow_volatile=True) == {"warn appendonly"}


async def test_a_foreign_server_that_never_syncs_is_warned_about(tmp_path: Path) -> None:
    assert await concerns(tmp_path, embedded=False) == {"warn appendfsync"}


async def test_a_server_that_hides_its_settings_is_asked_another_way(tmp_path: Path) -> None:
    hidden = ["--rename-command", "CONFIG", ""]

    assert await concerns(tmp_path / "a", *hidden) == {"warn appendfsync"}
    assert await concerns(tmp_path / "b", *hidden, "--appendonly", "no") == {"refuse appendonly"}
    assert await concerns(tmp_path / "c", *hidden, "--maxmemory-policy", "allkeys-random") == {
        "warn appendfsync",
        "refuse maxmemory-policy",
    }


async def test_a_server_that_hides_everything_is_not_trusted_in_silence(tmp_path: Path) -> None:
    hidden = ["--rename-command", "CONFIG", "", "--rename-command", "INFO", ""]

    assert await concerns(tmp_path, *hidden) == {"warn version", "warn appendonly", "warn maxmemory-policy"}


async def test_a_wrong_password_is_a_reason_and_not_a_crash(tmp_path: Path) -> None:
    assert await concerns(tmp_path, "--requirepass", "right") == {"refuse password"}


async def test_a_client_with_its_conversions_switched_off_may_ask_too(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store:
        async with open_client(store.url) as client:
            client.response_callbacks.clear()

            assert await inspect(client, embedded=True) == []
            assert client.response_callbacks == {}


@pytest.mark.parametrize(
    ("info", "refused"),
    [
        ({"redis_version": "6.2.14"}, True),
        ({"redis_version": "7.0.0"}, False),
        ({"redis_version": "10.1"}, False),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.9"}, True),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.0"}, False),
    ],
)
def test_servers_that_are_too_old_are_refused(info: dict[str, str], refused: bool) -> None:
    assert [concern.severity for concern in _check_version(server(**info))] == ["refuse"] * refused


def test_memory_without_a_limit_is_never_nearly_full() -> None:
    full = Concern("warn", "maxmemory", "90 % of maxmemory are in use; a full server refuses new events")

    assert list(_check_memory(server(maxmemory="0", used_memory="900"))) == []
    assert list(_check_memory(server(maxmemory="1000", used_memory="900"))) == [full]
