from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.replay.compression import DAMAGED, plain

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard.compress,
    "none": bytes,
}

compressors = pytest.mark.parametrize("kind", COMPRESS)
really_compressed = pytest.mark.parametrize("kind", ["gzip", "bzip2", "zstd"])


def cut(data: bytes, length: int) -> list[bytes]:
    return [data[at : at + length] for at in range(0, len(data), length)]


@compressors
@given(parts=st.lists(st.binary(min_size=1, max_size=300), max_size=4), length=st.integers(1, 50))
def test_any_number_of_members_in_chunks_of_any_size_are_one_stream(
    kind: str, parts: list[bytes], length: int
) -> None:
    parts = [b"x" + part for part in parts]
    packed = b"".join(COMPRESS[kind](part) for part in parts)

    assert b"".join(plain(iter(cut(packed, length)))) == b"".join(parts)


@really_compressed
def test_of_a_file_that_is_cut_off_everything_readable_comes_before_the_error(kind: str) -> None:
    content = bytes(range(256)) * 8000
    packed = COMPRESS[kind](content[:500_000]) + COMPRESS[kind](content)
    chunks: list[bytes] = []

    with pytest.raises(EOFError):
        chunks.extend(plain(iter(cut(packed[:-30], 100))))

    read = b"".join(chunks)
    assert len(read) >= 500_000
    assert content.startswith(read[500_000:])


@really_compressed
def test_damage_is_an_error_that_can_be_named(kind: str) -> None:
    packed = bytearray(COMPRESS[kind](b"a line\n" * 10_000))
    packed[len(packed) // 2 :] = b"\xff" * 40

    with pytest.raises(DAMAGED):
        list(plain(iter([bytes(packed)])))


def test_zeros_after_the_last_member_are_padding() -> None:
    packed = gzip.compress(b"text") + b"\0" * 1000

    assert b"".join(plain(iter(cut(packed, 64)))) == b"text"


def test_nothing_is_nothing() -> None:
    assert b"".join(plain(iter([]))) == b""
