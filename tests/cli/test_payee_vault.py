"""The vault as a role opens it: what is risky is logged, what is missing is named, no key is ever printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.cli.opening import CannotRun, payee_vault, warn_of_missing_keys
from leaderboard.config import Config, Payouts
from leaderboard.domain.payee_steps import propose
from leaderboard.domain.payees import Payee
from leaderboard.store.store import Store
from leaderboard.store.vault import KEY_BYTES, Vault
from tests.store.test_vault import seal

SECRET = b"s" * KEY_BYTES


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADERBOARD_PAYEE_KEY", raising=False)


def test_a_key_that_is_made_is_told_of_and_where_it_lies_every_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vault = payee_vault(Config(), tmp_path)
    first = caplog.messages[:]
    caplog.clear()
    payee_vault(Config(), tmp_path)

    assert first[0] == f"made key {vault.key_ids[0]}, which bank details are sealed with"
    assert first[1:] == caplog.messages
    assert "lies in the data directory, beside the bank details that it protects" in caplog.text
    assert (tmp_path / "payee.key").read_text().strip() not in "".join(first)


def test_a_key_from_the_environment_is_no_concern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LEADERBOARD_PAYEE_KEY", SECRET.hex())

    assert payee_vault(Config(), tmp_path).key_ids == Vault([SECRET]).key_ids
    assert (caplog.messages, list(tmp_path.iterdir())) == ([], [])


def test_a_key_file_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    config = Config(payouts=Payouts(key_file=str(tmp_path / "gone")))

    with pytest.raises(CannotRun, match=r"payouts\.key_file: .*gone is not there"):
        payee_vault(config, tmp_path)


async def test_a_key_that_stored_details_need_is_missed_by_name(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    old, vault = Vault([SECRET]), Vault([b"n" * KEY_BYTES])
    await store.payees.make("propose", "a1", Payee(), propose(Payee(), seal(old)), actor="test")
    await warn_of_missing_keys(store, Vault([b"n" * KEY_BYTES, SECRET]))
    assert caplog.messages == []
    await warn_of_missing_keys(store, vault)

    (said,) = caplog.messages
    assert said.startswith(f"bank details are sealed with key {old.key_ids[0]}, and this machine has only")
    assert vault.key_ids[0] in said
