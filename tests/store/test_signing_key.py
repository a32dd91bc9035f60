"""The key that results are signed with: one for ever, for its owner alone, and never printed."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from leaderboard.domain.signing import KEY_BYTES, SigningKey
from leaderboard.store.signing_key import FILE, VARIABLE, NoSigningKey, signing_key

SECRET = bytes(range(KEY_BYTES))


def public_key_made(directory: Path) -> bytes:
    return signing_key(directory).public_key


def test_the_first_use_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "var")

    made = tmp_path / "var" / FILE
    assert made.stat().st_mode & 0o777 == 0o600
    assert SigningKey(bytes.fromhex(made.read_text())).public_key == key.public_key
    assert [path.name for path in made.parent.iterdir()] == [FILE]


def test_it_stays_the_same(tmp_path: Path) -> None:
    assert signing_key(tmp_path).public_key == signing_key(tmp_path).public_key


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert signing_key(tmp_path / "a").public_key != signing_key(tmp_path / "b").public_key


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for number in range(20):
            directory = tmp_path / str(number)
            found = list(pool.map(public_key_made, [directory] * 4))

            assert len(set(found)) == 1
            assert [path.name for path in directory.iterdir()] == [FILE]


@pytest.mark.parametrize("text", [SECRET.hex(), SECRET.hex().upper(), b64encode(SECRET).decode()])
def test_a_key_may_be_given_and_then_no_file_is_made(tmp_path: Path, text: str) -> None:
    assert signing_key(tmp_path, text).public_key == SigningKey(SECRET).public_key
    assert signing_key(tmp_path, f"{text}\n").public_key == SigningKey(SECRET).public_key
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [SECRET.hex()[2:], b64encode(SECRET + b"x").decode(), "correct horse", "ü"])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")

    for given, where in ((text, VARIABLE), ("", str(tmp_path / FILE))):
        with pytest.raises(NoSigningKey) as caught:
            signing_key(tmp_path, given)

        assert str(caught.value) == f"{where} must hold 32 bytes, in hexadecimal or in base64"


def test_a_key_that_cannot_be_read_is_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()

    with pytest.raises(
        NoSigningKey, match=r"signing\.key: Is a directory: make it readable, or set LEADERBOARD_"
    ):
        signing_key(tmp_path)
