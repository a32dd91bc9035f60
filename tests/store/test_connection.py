"""The way to the store: what fails fast, what counts as away, and that no password is ever repeated."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.exceptions import ConnectionError, RedisError, ResponseError

from leaderboard.store.connection import (
    UNAVAILABLE,
    StoreUrlError,
    is_refused_password,
    is_unavailable,
    open_blocking_client,
    open_client,
    safe_url,
)
from leaderboard.store.embedded import EmbeddedStore

PASSWORD = "hunter2-and-more"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    with EmbeddedStore(tmp_path) as running:
        yield running


async def refusal(client: Any, *command: Any) -> RedisError:
    with pytest.raises(RedisError) as caught:
        await client.execute_command(*command)
    return caught.value


async def test_answers_are_bytes(store: EmbeddedStore) -> None:
    async with open_client(store.url) as client:
        await client.set("a", "ä")

        assert await client.get("a") == "ä".encode()


async def test_a_store_that_is_away_is_said_at_once(tmp_path: Path) -> None:
    started_s = time.monotonic()
    async with open_client(f"unix://{tmp_path}/nothing.sock") as client:
        with pytest.raises(UNAVAILABLE) as caught:
            await client.ping()

    assert isinstance(caught.value, ConnectionError)
    assert time.monotonic() - started_s < 1.0


async def test_a_store_that_hangs_is_given_up_after_the_limit(tmp_path: Path) -> None:
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    path = tmp_path / "mute.sock"
    async with (
        await asyncio.start_unix_server(never_answer, path),
        open_client(f"unix://{path}", answer_limit_s=0.1) as client,
    ):
        started_s = time.monotonic()
        with pytest.raises(UNAVAILABLE, match="Timeout"):
            await client.ping()

        assert time.monotonic() - started_s < 1.0


async def test_a_failed_write_is_not_sent_again(tmp_path: Path) -> None:
    received: list[bytes] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (data := await reader.read(1000)) and b"INCR" not in data:
            for name in re.findall(rb"\*\d+\r\n\$\d+\r\n(\w+)", data):
                writer.write(b"+PONG\r\n" if name == b"PING" else b"+OK\r\n")
        received.append(data)
        writer.close()

    path = tmp_path / "rude.sock"
    async with await asyncio.start_unix_server(hang_up, path), open_client(f"unix://{path}") as client:
        with pytest.raises(ConnectionError):
            await client.incr("n")

    assert sum(b"INCR" in data for data in received) == 1


async def test_a_client_finds_the_store_again_after_a_restart(store: EmbeddedStore) -> None:
    async with open_client(store.url) as client:
        await client.set("a", "b")
        store.kill()
        store.start()
        await asyncio.sleep(0.05)  # the closed connection is seen by the event loop

        assert await client.get("a") == b"b"


async def test_a_blocking_read_may_take_longer_than_a_short_call(store: EmbeddedStore) -> None:
    async with open_blocking_client(store.url, longest_block_s=1.0) as client:
        assert await client.xread({"nothing": "$"}, block=300) == []


async def test_a_full_store_counts_as_unavailable(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path, extra_arguments=["--maxmemory", "1"]) as store:
        async with open_client(store.url) as client:
            alone = await refusal(client, "SET", "a", "b")
            in_script = await refusal(client, "EVAL", "return redis.call('SET', KEYS[1], 1)", 1, "a")
            pipeline = client.pipeline(transaction=True)
            pipeline.set("a", "b")
            with pytest.raises(UNAVAILABLE):
                await pipeline.execute()

    assert is_unavailable(alone)
    assert is_unavailable(in_script)


async def test_a_store_that_lost_its_replicas_counts_as_unavailable_in_a_pipeline_too(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path, extra_arguments=["--min-replicas-to-write", "1"]) as store:
        async with open_client(store.url) as client:
            alone = await refusal(client, "SET", "a", "b")
            pipeline = client.pipeline(transaction=False)
            pipeline.set("a", "b")
            with pytest.raises(ResponseError) as in_pipeline:
                await pipeline.execute()

    assert is_unavailable(alone)
    assert is_unavailable(in_pipeline.value)


async def test_a_replica_counts_as_unavailable(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path, extra_arguments=["--replicaof", "127.0.0.1", "1"]) as store:
        async with open_client(store.url) as client:
            assert is_unavailable(await refusal(client, "SET", "a", "b"))


async def test_a_mistake_of_ours_does_not_count_as_unavailable(store: EmbeddedStore) -> None:
    async with open_client(store.url) as client:
        await client.set("text", "a")
        await client.xgroup_create("stream", "group", mkstream=True)
        wrong_type = await refusal(client, "INCR", "text")
        group_exists = await refusal(client, "XGROUP", "CREATE", "stream", "group", "$")

    assert not is_unavailable(wrong_type)
    assert not is_unavailable(group_exists)
    assert not is_unavailable(ValueError("BUSY "))


@pytest.mark.parametrize(
    "text",
    [
        "MISCONF Errors writing to the AOF file: No space left on device",
        "BUSY Valkey is busy running a script.",
        "Command # 1 (SET a b) of pipeline caused error: ('MISCONF Errors writing to the AOF file',)",
    ],
)
def test_errors_that_the_library_leaves_unnamed_are_known_by_their_code(text: str) -> None:
    assert is_unavailable(ResponseError(text))


def test_words_of_a_command_are_not_taken_for_the_answer() -> None:
    error = ResponseError("Command # 1 (SET a MISCONF b) of pipeline caused error: ('WRONGTYPE Operation',)")

    assert not is_unavailable(error)


async def test_a_wrong_password_is_not_repeated(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path, extra_arguments=["--requirepass", "right"]) as store:
        async with open_client(f"{store.url}?password={PASSWORD}") as client:
            error = await refusal(client, "PING")
            told = f"{error} {error!r} {client!r}"

    assert is_refused_password(error)
    assert PASSWORD not in told


@pytest.mark.parametrize(
    "url",
    [
        f"redis://user:{PASSWORD}@host:6379/0",
        f"rediss://:{PASSWORD}@host",
        f"redis://user:{PASSWORD}/with?odd#signs@host:6379",
        f"unix:///path?db=0&password={PASSWORD}",
        f"rediss://host?ssl_password={PASSWORD}&db=1",
        f"redis://user:a@b:{PASSWORD}@host/0",
    ],
)
def test_an_address_for_people_names_the_place_and_no_password(url: str) -> None:
    shown = safe_url(url)

    assert PASSWORD not in shown
    assert "host" in shown or "/path" in shown


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("?&=@:/#"), st.characters())), st.text())
def test_no_password_survives_whatever_is_in_it(before: str, after: str) -> None:
    secret = f"{before}{PASSWORD}{after}"
    shown = [safe_url(f"redis://user:{secret}@host/0"), safe_url(f"redis://user:a?password={secret}@host/0")]

    assert not any(PASSWORD in url for url in shown)


@pytest.mark.parametrize("url", [f"redis://user:{PASSWORD}/x@host:6379", f"http://u:{PASSWORD}@host", "here"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreUrlError) as caught:
        open_client(url)

    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__
