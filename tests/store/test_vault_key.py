"""Where the keys of the vault come from: given, named or made; and never printed."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from leaderboard.store.vault import KEY_BYTES, Vault
from leaderboard.store.vault_key import FILE, VARIABLE, NoVaultKey, open_vault

FIRST, SECOND = bytes(range(KEY_BYTES)), b"2" * KEY_BYTES


def key_id_made(directory: Path) -> str:
    return open_vault(directory).vault.key_ids[0]


def test_the_first_use_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    opened = open_vault(tmp_path / "var")

    made = tmp_path / "var" / FILE
    assert opened.made
    assert made.stat().st_mode & 0o777 == 0o600
    assert Vault([bytes.fromhex(made.read_text())]).key_ids == opened.vault.key_ids
    assert [path.name for path in made.parent.iterdir()] == [FILE]


def test_it_stays_the_same_and_is_made_once(tmp_path: Path) -> None:
    first, again = open_vault(tmp_path), open_vault(tmp_path)

    assert (first.made, again.made) == (True, False)
    assert first.vault.key_ids == again.vault.key_ids


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for number in range(5):
            found = set(pool.map(key_id_made, [tmp_path / str(number)] * 4))

            assert len(found) == 1


def test_a_key_beside_what_it_protects_is_said_to_be_there_every_time(tmp_path: Path) -> None:
    for opened in (open_vault(tmp_path), open_vault(tmp_path), open_vault(tmp_path, str(tmp_path / FILE))):
        (concern,) = opened.concerns

        assert concern.startswith(f"{tmp_path / FILE} lies in the data directory, beside the bank details")
        assert "name it in payouts.key_file, or give it in LEADERBOARD_PAYEE_KEY" in concern


def test_a_key_elsewhere_is_no_concern_unless_others_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.key"
    path.write_text(FIRST.hex())
    path.chmod(0o600)
    good = open_vault(tmp_path / "var", str(path))
    path.chmod(0o640)
    readable = open_vault(tmp_path / "var", str(path))

    assert (good.vault.key_ids, good.concerns) == (Vault([FIRST]).key_ids, ())
    assert readable.concerns == (f"{path} may be read by others than its owner: chmod 600 it",)
    assert not (tmp_path / "var").exists()


def test_a_file_that_was_named_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(
        NoVaultKey, match=r"payouts\.key_file: .*gone is not there: mount its disk, or make it"
    ):
        open_vault(tmp_path, str(tmp_path / "gone"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", [FIRST.hex(), FIRST.hex().upper(), b64encode(FIRST).decode(), f" {FIRST.hex()}\n"]
)
def test_a_key_may_be_given_and_then_no_file_is_made(tmp_path: Path, text: str) -> None:
    assert open_vault(tmp_path, "/nowhere", text).vault.key_ids == Vault([FIRST]).key_ids
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("between", [",", ", ", "\n"])
def test_several_keys_are_taken_in_their_order(tmp_path: Path, between: str) -> None:
    text = between.join((SECOND.hex(), b64encode(FIRST).decode()))

    assert open_vault(tmp_path, given=text).vault.key_ids == Vault([SECOND, FIRST]).key_ids


@pytest.mark.parametrize(
    "text", [FIRST.hex()[2:], f"{FIRST.hex()},{FIRST.hex()[2:]}", "correct horse", "\u00fc", ","]
)
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")

    for given, where in ((text, VARIABLE), ("", str(tmp_path / FILE))):
        with pytest.raises(NoVaultKey) as caught:
            open_vault(tmp_path, given=given)

        assert str(caught.value).startswith(f"{where} must hold 32 bytes, in hexadecimal or in base64")
        assert text not in str(caught.value).removeprefix(where) or text == ","


def test_a_key_that_cannot_be_read_is_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()

    with pytest.raises(
        NoVaultKey, match=r"payee\.key: Is a directory: make it readable, or set LEADERBOARD_"
    ):
        open_vault(tmp_path)
