"""`leaderboard payouts sent`: a restored batch that the bank has after all."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from leaderboard.store import keys
from leaderboard.store.settings import to_json
from tests.cli.payers import BATCH, Payers

COPY = b"what the bank has\n"
DIGEST = sha256(COPY).hexdigest()
WORDS = ("sent", BATCH, "--reference", "On the telephone.")


async def restored(payers: Payers) -> None:
    """A prepared batch as a restore leaves it."""
    await payers.paid.prepare()
    found = await payers.paid.store.payouts.batch(BATCH)
    assert found is not None
    await payers.paid.store.client.do("HSET", keys.BATCHES, BATCH, to_json(replace(found, restored=True)))


async def test_the_copy_of_what_was_sent_is_hashed_and_noted(payers: Payers, tmp_path: Path) -> None:
    await restored(payers)
    copy = tmp_path / "copy.ach"
    copy.write_bytes(COPY)
    done = await payers.ada(*WORDS, "--file", str(copy))
    as_json = await payers.ada(*WORDS, "--sha256", DIGEST.upper(), "--json")

    assert (done.code, done.out) == (0, ""), done.err
    assert (
        done.err == f"leaderboard: {BATCH} is exported: `leaderboard payouts reconcile {BATCH} REPORT.csv`\n"
    )
    assert (as_json.json["state"], as_json.json["file"]["sha256"]) == ("exported", DIGEST)


async def test_the_copy_is_verified_by_the_manifest_that_was_signed(payers: Payers, tmp_path: Path) -> None:
    await restored(payers)
    copy, proof = tmp_path / "copy.ach", tmp_path / "copy.ach.manifest.json"
    copy.write_bytes(COPY)
    await payers.ada(*WORDS, "--file", str(copy))
    await payers.ada("export", BATCH, "--format", "manifest", "--out", str(proof))
    genuine = await payers.cli.without_options("verify", str(copy))
    copy.write_bytes(COPY + b"more")
    other = await payers.cli.without_options("verify", str(copy))

    assert genuine.code == 0, genuine.err
    assert "1970" not in genuine.out
    assert DIGEST in genuine.out
    assert other.code == 1
    assert "NOT GENUINE" in other.err


async def test_a_file_that_is_not_there_is_named(payers: Payers) -> None:
    done = await payers.ada(*WORDS, "--file", "/nowhere/copy.ach")

    assert done.code != 0
    assert "/nowhere/copy.ach" in done.err


@pytest.mark.parametrize("which", [(), ("--sha256", "ab"), ("--sha256", DIGEST, "--file", "copy.ach")])
async def test_one_of_file_and_hash_says_which_file_it_is(payers: Payers, which: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        await payers.ada(*WORDS, *which)


async def test_a_batch_that_was_not_restored_is_refused(payers: Payers) -> None:
    await payers.paid.prepare()
    done = await payers.ada(*WORDS, "--sha256", DIGEST)

    assert (done.code, done.out) == (1, "")
    assert "no store was restored since" in done.err
