"""The public keys that are known, each registered once."""

from __future__ import annotations

import asyncio

from leaderboard.domain.signing import KEY_BYTES, SigningKey, public_key_text
from leaderboard.store import keys
from leaderboard.store.signing_keys import PublicKey
from leaderboard.store.store import Store

FIRST, SECOND = SigningKey(b"1" * KEY_BYTES), SigningKey(b"2" * KEY_BYTES)


async def test_a_key_is_registered_with_an_audit_entry_and_without_its_secret(store: Store) -> None:
    await store.signing_keys.register(FIRST, "scheduler", 1_000)

    ((_, flat),) = await store.client.do("XRANGE", keys.AUDIT_LOG, "-", "+")
    logged = dict(zip(flat[::2], flat[1::2], strict=True))
    assert await store.signing_keys.every() == {
        FIRST.key_id: PublicKey(public_key_text(FIRST.public_key), 1_000)
    }
    assert (logged[b"actor"], logged[b"action"]) == (b"scheduler", b"signing_key.put")
    assert logged[b"subject"].decode() == FIRST.key_id


async def test_a_known_key_keeps_its_date_and_its_one_entry(store: Store) -> None:
    for now_ms in (1_000, 2_000):
        await store.signing_keys.register(FIRST, "scheduler", now_ms)

    assert [one.since_ms for one in (await store.signing_keys.every()).values()] == [1_000]
    assert await store.client.do("XLEN", keys.AUDIT_LOG) == 1


async def test_keys_are_listed_the_oldest_first(store: Store) -> None:
    await store.signing_keys.register(SECOND, "scheduler", 1_000)
    await store.signing_keys.register(FIRST, "scheduler", 2_000)

    assert list(await store.signing_keys.every()) == [SECOND.key_id, FIRST.key_id]


async def test_two_that_register_one_key_at_once_leave_one_key(store: Store) -> None:
    await asyncio.gather(*(store.signing_keys.register(FIRST, "scheduler", 1_000) for _ in range(5)))

    assert list(await store.signing_keys.every()) == [FIRST.key_id]
    assert await store.client.do("XLEN", keys.AUDIT_LOG) == 1
