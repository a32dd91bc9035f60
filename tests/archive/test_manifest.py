"""The manifest: lines that hold each other, and a torn one that never happened."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from leaderboard.archive import manifest
from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.manifest import Sealed


def _sealed(number: int, digest: str = "00") -> Sealed:
    return Sealed(number, f"{number:08d}.ndjson.zst", 5, 90, digest, 1, 2, {0: ("1-0", "2-0")})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.ndjson"
    for number in (1, 2, 3):
        manifest.append(path, _sealed(number))
    return path


def test_each_line_holds_the_hash_of_the_line_before(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    previous = [json.loads(line).get("previous", "") for line in lines]

    assert previous == ["", sha256(lines[0]).hexdigest(), sha256(lines[1]).hexdigest()]


def test_a_torn_last_line_has_not_happened_and_the_next_takes_its_place(path: Path) -> None:
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]

    for length in range(len(last)):
        path.write_bytes(whole[: len(whole) - len(last) + length])
        assert [line.segment for line in manifest.read(path)] == [1, 2]
        manifest.append(path, _sealed(3))
        assert path.read_bytes() == whole


@pytest.mark.parametrize(("number", "said"), [(1, "line 2"), (2, "line 3")])
def test_a_line_that_was_changed_is_noticed_by_the_next(path: Path, number: int, said: str) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b'"events":5', b'"events":6')
    path.write_bytes(b"".join(lines))

    with pytest.raises(DamagedArchive, match=f"{said}, does not follow on the line before it"):
        manifest.read(path)


def test_a_line_that_is_none_is_named(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"{}\n")

    with pytest.raises(DamagedArchive, match="line 4, cannot be read"):
        manifest.read(path)


def test_a_later_line_of_a_segment_takes_the_place_of_the_earlier(path: Path) -> None:
    manifest.append(path, _sealed(2, "11"))

    assert {number: line.sha256 for number, line in manifest.newest(path).items()} == {
        1: "00",
        2: "11",
        3: "00",
    }


def test_without_a_manifest_nothing_is_sealed(tmp_path: Path) -> None:
    assert manifest.read(tmp_path / "manifest.ndjson") == []
