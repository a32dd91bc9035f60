"""Manifests of exports are kept beside the archive: each once, soon, and again after a start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from leaderboard.archive import documents
from leaderboard.domain.signing import check
from leaderboard.store.store import Store
from tests.conftest import set_up_apollo
from tests.web.paying import AWARDS, CAMPAIGN, Paid, paying
from workers.exports import ExportKeeping
from workers.scheduler import Recounting, Scheduler


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def two_exports(paid: Paid) -> None:
    await paid.exported()
    await paid.certify(*AWARDS, ("gmv_rebate", "a3", "7.00"))
    await paid.exported()


async def test_the_scheduler_keeps_every_manifest_as_it_was_signed(paid: Paid, tmp_path: Path) -> None:
    scheduler = Scheduler(paid.store, Recounting(tmp_path, id_memory_h=48))
    await scheduler.keep_exports()
    before = documents.exports(tmp_path)
    await two_exports(paid)
    await scheduler.keep_exports()

    kept = documents.exports(tmp_path)
    assert before == []
    assert [(one.campaign, one.name) for one in kept] == [(CAMPAIGN, "export|1"), (CAMPAIGN, "export|2")]
    for one in kept:
        proof = await paid.export(f"{CAMPAIGN}-{one.number}", "manifest")
        assert (one.content, check(one.content).document["batch_number"]) == (proof.body, one.number)


async def test_only_the_scheduler_that_acts_keeps_them(paid: Paid, tmp_path: Path) -> None:
    one, other = (Scheduler(paid.store, Recounting(tmp_path / name, id_memory_h=48)) for name in "ab")
    await one.keep_exports()
    await paid.exported()
    await other.keep_exports()

    assert documents.exports(tmp_path / "b") == []


async def test_what_was_kept_is_not_looked_at_until_there_is_more_or_a_new_start(
    paid: Paid, tmp_path: Path
) -> None:
    keeping = ExportKeeping(paid.store, tmp_path)
    await paid.exported()
    await keeping.step()
    (tmp_path / "documents" / f"{CAMPAIGN}.export-1.json").unlink()
    await keeping.step()
    untouched = documents.exports(tmp_path)
    await ExportKeeping(paid.store, tmp_path).step()

    assert untouched == []
    assert [one.number for one in documents.exports(tmp_path)] == [1]


async def test_one_that_cannot_be_kept_is_said_once_and_the_others_are_kept(
    paid: Paid, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = documents.Document(CAMPAIGN, "export|1", b"{}")
    (tmp_path / "documents").mkdir()
    documents.keep(tmp_path, other)
    keeping = ExportKeeping(paid.store, tmp_path)
    await two_exports(paid)
    for _ in range(3):
        await keeping.step()
    said = [one for one in caplog.messages if "could not be kept" in one]
    (tmp_path / "documents" / other.file_name).unlink()
    await keeping.step()

    assert said == [
        f"the manifest of batch {CAMPAIGN}-1 could not be kept: "
        f"{CAMPAIGN}.export-1.json is another one than the store has"
    ]
    assert [one.number for one in documents.exports(tmp_path)] == [1, 2]
    assert documents.exports(tmp_path)[0].content != other.content
