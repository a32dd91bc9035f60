"""The hashes of the audit log: the store's script makes the same as Python, whatever the texts."""

from __future__ import annotations

import hashlib
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.domain.audit_log import entry_hash
from leaderboard.store.store import Store
from tests.store.test_audit_log import PRELUDE, log

# One block of SHA-256 has 64 bytes, of which padding takes nine.
EDGES: Final = (0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 121, 127, 128)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
same_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@same_store
@given(words=st.tuples(*[texts] * 6))
async def test_a_script_gives_an_entry_the_hash_that_python_gives_it(
    store: Store, words: tuple[str, str, str, str, str, str]
) -> None:
    await log(store, *words)
    entry = (await store.audit_log.page(1)).entries[0]

    assert (entry.actor, entry.action, entry.subject, entry.before, entry.after, entry.why) == words
    assert entry.hash == entry_hash(entry)


async def sha256_in_lua(store: Store, message: bytes) -> str:
    source = PRELUDE.replace("  local SHORT", "  if true then return sha256(ARGV[1]) end\n  local SHORT")
    found: bytes = await store.client.do("EVAL", source, 0, message)
    return found.decode()


@pytest.mark.parametrize("length", EDGES)
@pytest.mark.parametrize("byte", [b"\0", b"a", b"\xff"])
async def test_sha_256_in_lua_is_right_around_the_ends_of_blocks(
    store: Store, byte: bytes, length: int
) -> None:
    message = byte * length

    assert await sha256_in_lua(store, message) == hashlib.sha256(message).hexdigest()


@same_store
@given(start=st.binary(max_size=300), times=st.integers(1, 200))
async def test_sha_256_in_lua_is_that_of_hashlib(store: Store, start: bytes, times: int) -> None:
    message = start * times

    assert await sha256_in_lua(store, message) == hashlib.sha256(message).hexdigest()


@pytest.mark.parametrize("letter", [*map(chr, range(33)), '"', "\\", "/", "\x7f", "\u2028", "é", "😀"])
async def test_every_letter_that_json_may_escape_is_as_rfc_8785_has_it(store: Store, letter: str) -> None:
    await log(store, "kim", "account.put", "a1", "", "", f"a{letter}{letter}b")
    entry = (await store.audit_log.page(1)).entries[0]

    assert entry.why == f"a{letter}{letter}b"
    assert entry.hash == entry_hash(entry)
