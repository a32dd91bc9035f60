"""After a lost store nobody is paid twice: batches follow the manifests of their exports, however old the backup is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.cli.restored_payouts import followed
from leaderboard.domain.snapshots import Snapshot, encoded, fingerprint
from leaderboard.store import installation, keys
from leaderboard.store.store import Store
from tests.cli.conftest import CommandLine
from tests.cli.losing import backed_up, books, check_books, lost
from tests.conftest import KEY, PARTITIONS, SIGNING_KEY, set_up_apollo
from tests.web.lives import CUTOFF_MS, put_life
from tests.web.paying import AWARDS, CAMPAIGN, Paid, paying
from tests.workers.closing import archive as bring_to_archive
from tests.workers.closing import how
from workers.closing import keep_documents
from workers.exports import ExportKeeping

FIRST, SECOND, THIRD = (f"{CAMPAIGN}-{number}" for number in (1, 2, 3))
BACK = {"status": "returned", "code": "R23"}


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def nothing(paid: Paid) -> None:
    pass


async def prepared(paid: Paid) -> None:
    assert (await paid.prepare()).status in (200, 201)


async def approved(paid: Paid) -> None:
    await prepared(paid)
    assert (await paid.approve(FIRST)).status == 200


async def exported(paid: Paid) -> None:
    await approved(paid)
    assert (await paid.export(FIRST)).status == 200


@pytest.mark.parametrize("before", [nothing, prepared, approved, exported])
async def test_an_export_that_is_newer_than_the_backup_stands_and_pays_nobody_twice(
    paid: Paid, tmp_path: Path, before: Callable[[Paid], Any]
) -> None:
    await before(paid)
    backup = await backed_up(paid)
    await exported(paid)
    expected = await books(paid)

    newer = await lost(paid, backup, tmp_path)

    assert newer == ([] if before is exported else [FIRST])
    assert await books(paid) == expected
    await check_books(paid)
    again = await paid.prepare()
    assert (again.status, again.json["batch"]["id"], again.json["batch"]["state"]) == (200, FIRST, "exported")
    assert (await paid.void(FIRST)).status == 409


async def test_an_approved_batch_whose_export_nobody_kept_is_not_given_up_unasked(
    paid: Paid, tmp_path: Path
) -> None:
    await approved(paid)
    backup = await backed_up(paid)
    sent = await paid.export(FIRST)
    await lost(paid, backup, tmp_path, kept=False)

    refused, again = await paid.void(FIRST), await paid.export(FIRST)

    assert (refused.status, refused.json["code"]) == (409, "maybe_sent")
    assert again.body == sent.body
    await check_books(paid)


async def test_what_the_bank_said_is_reported_once_more(paid: Paid, tmp_path: Path) -> None:
    backup = await backed_up(paid)
    await exported(paid)
    await paid.pay(FIRST)
    await lost(paid, backup, tmp_path)

    answers = [await paid.pay(FIRST) for _ in range(2)]

    assert [(one.status, one.json["changed"]) for one in answers] == [(200, 3), (200, 0)]
    assert answers[0].json["batch"]["state"] == "settled"
    await check_books(paid)


async def test_a_file_that_was_lost_is_asked_for_by_its_hash(paid: Paid, tmp_path: Path) -> None:
    backup = await backed_up(paid)
    await exported(paid)
    file = await paid.export(FIRST)
    await lost(paid, backup, tmp_path)

    refused = await paid.export(FIRST)

    assert (refused.status, refused.json["code"]) == (409, "illegal_step")
    said = f"use the copy that was downloaded. Its SHA-256 is {file.headers['X-Content-SHA256']}."
    assert said in refused.json["detail"]


async def test_a_batch_that_was_given_up_after_the_backup_cannot_be_sent(paid: Paid, tmp_path: Path) -> None:
    await approved(paid)
    backup = await backed_up(paid)
    await paid.void(FIRST)
    await paid.exported()

    newer = await lost(paid, backup, tmp_path)

    assert newer == [SECOND]
    batches = await paid.store.payouts.batches(CAMPAIGN)
    assert [batch.state for batch in batches] == ["void", "exported"]
    assert (await paid.export(FIRST)).status == 409
    await check_books(paid)


async def test_batches_that_no_backup_has_leave_no_gap_in_the_numbers(paid: Paid, tmp_path: Path) -> None:
    backup = await backed_up(paid)
    await prepared(paid)
    await paid.void(FIRST)
    await paid.exported()
    await paid.certify(*AWARDS, ("gmv_rebate", "a3", "7.00"))
    backup |= {keys.LIVES: (await backed_up(paid))[keys.LIVES]}
    await lost(paid, backup, tmp_path)

    more = await paid.prepare()

    batch = more.json["batch"]
    assert (more.status, batch["id"], batch["total"]["amount"]) == (201, THIRD, "7.00")
    assert (await paid.approve(THIRD)).status == 200
    first, second, third = await paid.store.payouts.batches(CAMPAIGN)
    assert (first.state, first.lines, second.state) == ("void", 0, "exported")
    # A bank takes two files of one day by their modifiers.
    assert second.modifier != third.modifier
    await check_books(paid)


@pytest.mark.parametrize("before", [nothing, prepared, exported])
async def test_a_line_that_came_back_and_was_paid_again_after_the_backup(
    paid: Paid, tmp_path: Path, before: Callable[[Paid], Any]
) -> None:
    await before(paid)
    backup = await backed_up(paid)
    await exported(paid)
    line = (await paid.lines(FIRST))[0]
    await paid.reconcile(FIRST, {"id": line.id, **BACK})
    await paid.exported()
    again = (await paid.lines(SECOND))[0]

    newer = await lost(paid, backup, tmp_path)

    assert newer == ([SECOND] if before is exported else [FIRST, SECOND])
    restored = (await paid.lines(FIRST))[0]
    assert (restored.state, restored.code, again.attempt) == ("returned", "R23", 2)
    assert (await paid.prepare()).json["batch"]["id"] == SECOND
    await check_books(paid)
    repeated = await paid.reconcile(FIRST, {"id": line.id, **BACK})
    settled = await paid.pay(SECOND)
    assert [(one.status, one.json["changed"]) for one in (repeated, settled)] == [(200, 0), (200, 1)]
    await check_books(paid)


async def test_what_fits_together_stays_as_it_is(paid: Paid, tmp_path: Path) -> None:
    await exported(paid)
    await paid.pay(FIRST)
    backup = await backed_up(paid)
    await ExportKeeping(paid.store, tmp_path).step()

    found = followed(backup, tmp_path, now_ms=1)

    assert (found.settings, found.newer) == (backup, [])


async def test_this_machines_key_is_trusted_also_where_the_backup_does_not_know_it(
    paid: Paid, tmp_path: Path
) -> None:
    backup = {name: key for name, key in (await backed_up(paid)).items() if name != keys.SIGNING_KEYS}
    await exported(paid)
    await ExportKeeping(paid.store, tmp_path).step()

    found = followed(backup, tmp_path, 1, SIGNING_KEY.public_key)

    assert found.newer == [FIRST]


async def test_the_restore_says_what_is_newer_and_what_to_do(
    paid: Paid, store_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cli, archive = CommandLine(paid.service, tmp_path, capfd.readouterr), tmp_path / "archive"
    (tmp_path / "identity.key").write_text(KEY.hex() + "\n")
    config = tmp_path / "config.toml"
    config.write_text(f'[redis]\nurl = "{store_url}"\n[ingest]\npartitions = {PARTITIONS}\n')
    await installation.check(paid.store.client, PARTITIONS, KEY)
    await freeze(paid)
    await bring_to_archive(paid.service, archive)
    await exported(paid)
    await keep_documents(paid.store, CAMPAIGN, how(archive))
    await ExportKeeping(paid.store, archive).step()
    expected = await books(paid)
    await paid.store.client.do("FLUSHALL")

    done = await cli.without_options("--config", str(config), "restore")
    await paid.store.directory.open()

    assert done.code == 0, done.err
    assert "1 exported batch is newer than the backup: report what the bank said of it once more" in done.err
    assert f"keep what was downloaded ({FIRST})" in done.err
    assert await books(paid) == expected
    assert (await paid.prepare()).status == 200
    await check_books(paid)


async def freeze(paid: Paid) -> None:
    """What a restore asks of a campaign with a result."""
    content = encoded(
        Snapshot(
            campaign=CAMPAIGN,
            cutoff_ms=CUTOFF_MS,
            taken_ms=CUTOFF_MS,
            definition_hash="",
            events=0,
            positions={},
            accounts=(),
        )
    )
    await paid.store.lifecycles.put_document(CAMPAIGN, "snapshot", content)
    await put_life(paid.service, snapshot_sha256=fingerprint(content))
    await paid.store.directory.refresh()
