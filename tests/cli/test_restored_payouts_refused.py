"""Manifests that contradict the backup, or are not genuine, are not restored: nothing is guessed about money."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from leaderboard.archive import documents
from leaderboard.archive.documents import Document
from leaderboard.archive.errors import DamagedArchive
from leaderboard.cli.restored_payouts import followed
from leaderboard.domain.payout_manifest import exported_of, manifest
from leaderboard.domain.payouts import Batch, Line, content_sha256
from leaderboard.domain.signing import SigningKey, check, sealed
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.cli.losing import backed_up, lost
from tests.conftest import SIGNING_KEY, set_up_apollo
from tests.web.paying import CAMPAIGN, Paid, paying
from workers.exports import ExportKeeping

FIRST, SECOND = f"{CAMPAIGN}-1", f"{CAMPAIGN}-2"


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def test_another_batch_of_the_same_id_is_refused_by_both_contents(paid: Paid, tmp_path: Path) -> None:
    backup = await backed_up(paid)
    await paid.exported()
    sent = await batch_of(paid)
    await ExportKeeping(paid.store, tmp_path).step()
    await paid.give_details("a1", version=2)
    later = await backed_up(paid)
    # Restored without its documents, and paid again with other details.
    await lost(paid, backup | {keys.PAYEES: later[keys.PAYEES]}, tmp_path / "nothing", kept=False)
    await paid.prepare()
    other = await batch_of(paid)

    with pytest.raises(DamagedArchive) as refused:
        followed(await backed_up(paid), tmp_path, now_ms=1)

    assert sent.content_sha256 != other.content_sha256
    for text in (f"{CAMPAIGN}.export-1.json", sent.content_sha256, sent.file_sha256, other.content_sha256):
        assert text in str(refused.value)


async def batch_of(paid: Paid) -> Batch:
    found = await paid.store.payouts.batch(FIRST)
    assert found is not None
    return found


async def test_an_award_that_two_files_would_pay_is_refused_by_both_batches(
    paid: Paid, tmp_path: Path
) -> None:
    await paid.exported()
    backup = await backed_up(paid)
    await ExportKeeping(paid.store, tmp_path).step()
    kept = exported_of(check(documents.exports(tmp_path)[0].content).document)
    twice = structs.replace(kept.batch, id=SECOND, number=2, file_sha256="ab" * 32)
    content = sealed(manifest(kept._replace(batch=rebound(twice, kept.lines))), SIGNING_KEY)
    documents.keep(tmp_path, Document(CAMPAIGN, "export|2", content))

    with pytest.raises(DamagedArchive, match=f"batch {SECOND} that batch {FIRST} of .* pays as well"):
        followed(backup, tmp_path, now_ms=1)


def rebound(batch: Batch, lines: Sequence[Line]) -> Batch:
    return structs.replace(batch, content_sha256=content_sha256(batch, lines))


async def test_a_changed_or_foreign_manifest_is_not_restored(paid: Paid, tmp_path: Path) -> None:
    await paid.exported()
    backup = await backed_up(paid)
    await ExportKeeping(paid.store, tmp_path).step()
    file = tmp_path / "documents" / f"{CAMPAIGN}.export-1.json"
    genuine = file.read_bytes()
    document = check(genuine).document
    wrong = {
        "its SHA-256 is": genuine.replace(b'"4000.00"', b'"9000.00"'),
        "none that is trusted": sealed(document, SigningKey(b"x" * 32)),
        "not of format live-leaderboard-export 1": sealed({"format": "result"}, SIGNING_KEY),
        "lacks what a manifest has: 'lines'": sealed(
            {name: said for name, said in document.items() if name != "lines"}, SIGNING_KEY
        ),
        "not those that were approved": sealed(document | {"due_on": "2022-04-01"}, SIGNING_KEY),
    }

    for said, content in wrong.items():
        file.write_bytes(content)
        with pytest.raises(DamagedArchive, match=rf"export-1\.json cannot be restored: .*{said}"):
            followed(backup, tmp_path, now_ms=1)
    file.write_bytes(genuine)
    file.rename(file.with_name(f"{CAMPAIGN}.export-2.json"))
    with pytest.raises(DamagedArchive, match=f"export-2.json is of another batch, {FIRST}"):
        followed(backup, tmp_path, now_ms=1)
