from __future__ import annotations

import gzip
import io
import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.replay.recorded import ReplayError
from leaderboard.replay.sources import (
    MAX_LINE_BYTES,
    UNREADABLE,
    can_be_read_twice,
    check_readable,
    numbered,
    size_bytes,
    texts,
)
from leaderboard.replay.tally import Tally


def lines_of(path: Path | str, tally: Tally | None = None) -> dict[str, list[tuple[int, bytes]]]:
    return {name: list(lines) for name, lines in texts(str(path), tally or Tally())}


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_lines_are_those_of_a_split_however_the_chunks_fall(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    expected = whole.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not expected[-1]:
        expected.pop()
    chunked = [whole[:3], *(whole[at : at + 7] for at in range(3, len(whole), 7))]

    assert list(numbered("f", iter(chunked), Tally())) == list(enumerate(expected, 1))


def test_a_line_without_end_is_skipped_and_the_next_keeps_its_number() -> None:
    tally = Tally()
    chunks: Iterator[bytes] = iter([b"one\n", *[b"x" * 100_000] * 20, b"\nthree\n"])

    found = list(numbered("f", chunks, tally))

    assert found == [(1, b"one"), (3, b"three")]
    assert tally.skipped["too_long"].examples[0].line == 2
    assert tally.lines == 3


def test_a_file_of_one_line_without_end_is_skipped() -> None:
    tally = Tally()

    assert list(numbered("f", iter([b"x" * (MAX_LINE_BYTES + 1)]), tally)) == []
    assert tally.skipped_total == 1


def test_every_file_of_a_tar_archive_is_a_text_with_its_own_numbers(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, content in (("day/1.csv", b"a\nb\n"), ("day/2.csv", b"c")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    path = tmp_path / "days.tar.zst"
    path.write_bytes(zstandard.compress(raw.getvalue()))
    tally = Tally()

    found = lines_of(path, tally)

    assert found == {f"{path}/day/1.csv": [(1, b"a"), (2, b"b")], f"{path}/day/2.csv": [(1, b"c")]}
    assert tally.files == 2


def test_an_archive_that_is_cut_off_is_unreadable(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        member = tarfile.TarInfo("1.csv")
        member.size = 50_000
        archive.addfile(member, io.BytesIO(b"line\n" * 10_000))
    path = tmp_path / "days.tar"
    path.write_bytes(raw.getvalue()[:20_000])

    with pytest.raises(UNREADABLE):
        lines_of(path)


def test_what_a_pipe_gives_is_read_whatever_it_is_compressed_with(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(b"a\nb\n"),))
    writer.start()

    found = lines_of(pipe)
    writer.join()

    assert found == {str(pipe): [(1, b"a"), (2, b"b")]}


def test_only_a_file_can_be_read_twice(tmp_path: Path) -> None:
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.write_bytes(b"12345")
    os.mkfifo(pipe)

    assert [can_be_read_twice(path) for path in (str(file), str(pipe), "-")] == [True, False, False]
    assert size_bytes([str(file), str(file)]) == 10
    assert size_bytes([str(file), "-"]) == 0


@pytest.mark.parametrize(("name", "problem"), [("none", "no such file"), (".", "is a directory")])
def test_a_file_that_cannot_be_one_is_named_before_anything_is_sent(
    tmp_path: Path, name: str, problem: str
) -> None:
    with pytest.raises(ReplayError, match=problem):
        check_readable(["-", str(tmp_path / name)])


def test_progress_is_counted_in_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"a line\n" * 100_000))
    tally = Tally()

    lines_of(path, tally)

    assert tally.bytes_read == path.stat().st_size == size_bytes([str(path)])
    assert tally.lines == 100_000
