"""What is restored of campaigns' lives follows the documents of the archive, and only genuine ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.archive.errors import DamagedArchive
from leaderboard.cli.restored_lives import followed
from leaderboard.domain.lifecycle import Life
from leaderboard.store import keys, settings_backup
from tests.conftest import Service
from tests.workers.closing import CAMPAIGN
from tests.workers.test_certifying import KEY, ask_to_certify, certified, in_review

__all__ = ["in_review"]  # the fixture

RESULT, SNAPSHOT = f"{CAMPAIGN}.result-1.json", f"{CAMPAIGN}.snapshot.json"


async def dumped(service: Service) -> dict[str, Any]:
    return await settings_backup.dump(service.store.client)


def life_of(settings: Any) -> Life:
    return msgspec.json.decode(settings[keys.LIVES]["value"][CAMPAIGN], type=Life)


@pytest.fixture
async def settings(in_review: Service, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """As they were in review, and after the certification; the documents are beside the archive."""
    reviewed = await dumped(in_review)
    await ask_to_certify(in_review)
    await certified(in_review, tmp_path)
    return {"review": reviewed, "certified": await dumped(in_review)}


async def test_what_fits_together_stays_as_it_is(settings: dict[str, Any], tmp_path: Path) -> None:
    assert followed(settings["certified"], tmp_path) == settings["certified"]


async def test_older_settings_follow_the_documents(settings: dict[str, Any], tmp_path: Path) -> None:
    expected = life_of(settings["certified"])
    older = settings["review"]
    unaware = {name: value for name, value in older.items() if name != keys.LIVES}

    caught_up = life_of(followed(older, tmp_path, KEY.public_key))
    from_nothing = life_of(followed(unaware, tmp_path, KEY.public_key))

    for life in (caught_up, from_nothing):
        assert (life.state, life.result, life.certifying) == ("certified", 1, None)
        assert life.refunds_until_ms == expected.refunds_until_ms
        assert life.snapshot_sha256 == expected.snapshot_sha256
    assert from_nothing.cutoff_ms == expected.cutoff_ms


@pytest.mark.parametrize("name", [RESULT, SNAPSHOT])
async def test_one_that_is_missing_is_named(settings: dict[str, Any], tmp_path: Path, name: str) -> None:
    (tmp_path / "documents" / name).unlink()

    with pytest.raises(DamagedArchive, match=f"documents/{name} is missing"):
        followed(settings["certified"], tmp_path)


async def test_a_changed_or_foreign_result_is_not_restored(settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "documents" / RESULT
    genuine = file.read_bytes()
    file.write_bytes(genuine.replace(b'"4000.00"', b'"9000.00"'))

    with pytest.raises(DamagedArchive, match=r"result-1\.json cannot be restored: its SHA-256 is"):
        followed(settings["certified"], tmp_path)
    file.write_bytes(genuine)
    with pytest.raises(DamagedArchive, match="none that is trusted"):
        followed(settings["review"], tmp_path)
    file.rename(file.with_name(f"{CAMPAIGN}.result-2.json"))
    with pytest.raises(DamagedArchive, match="of another campaign, or another version"):
        followed(settings["certified"], tmp_path)


async def test_another_snapshot_than_the_frozen_one_is_not_restored(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "documents" / SNAPSHOT
    file.write_bytes(file.read_bytes().replace(b'"score":2', b'"score":3'))

    with pytest.raises(DamagedArchive, match="another one than was written at the freeze"):
        followed(settings["certified"], tmp_path)
