"""`leaderboard payouts`: a certified campaign is paid by two people, step by step, and each step twice."""

from __future__ import annotations

import stat
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.payers import BATCH, Payers, words_of
from tests.web.paying import CAMPAIGN


async def test_preparing_prints_the_batch_and_who_has_to_approve_it(payers: Payers) -> None:
    done = await payers.pia("prepare", CAMPAIGN)

    content = (await payers.paid.store.payouts.batch(BATCH)).content_sha256  # type: ignore[union-attr]
    assert (done.code, words_of(done, "batch")) == (0, f"{BATCH}, prepared, of campaign {CAMPAIGN}")
    assert words_of(done, "pays") == "USD 6512.34 in 3 lines, as nacha"
    assert words_of(done, "due").startswith("2022-03-25, with the bank by 2022-03-23 (US-FED holidays ")
    assert words_of(done, "content") == content[:16]
    assert f"`leaderboard payouts approve {BATCH}` is for somebody else" in done.err


async def test_preparing_again_tells_of_the_same_batch(payers: Payers) -> None:
    first, second = await payers.pia("prepare", CAMPAIGN), await payers.pia("prepare", CAMPAIGN)

    assert (second.code, second.out) == (0, first.out)
    assert f"{BATCH} was there already: nothing is left for another batch\n" in second.err
    assert len(await payers.paid.store.payouts.batches(CAMPAIGN)) == 1


async def test_a_batch_is_shown_with_masked_accounts(payers: Payers) -> None:
    await payers.pia("prepare", CAMPAIGN)
    done, as_json = await payers.ada("show", BATCH), (await payers.ada("show", BATCH, "--json")).json

    rows = [line for line in done.lines if "••••1234" in line]
    assert (len(rows), "5550001234" in done.out) == (3, False)
    assert {item["id"] for item in as_json["items"]} == {row.split()[0] for row in rows}


async def test_another_person_approves_exactly_what_was_shown(payers: Payers) -> None:
    await payers.pia("prepare", CAMPAIGN)
    by_herself, other = await payers.pia("approve", BATCH), await payers.ada("approve", BATCH)
    again = await payers.ada("approve", BATCH)

    assert (by_herself.code, by_herself.err.count("\n")) == (1, 1)
    assert (other.code, words_of(other, "pays")) == (0, "USD 6512.34 in 3 lines, as nacha")
    assert other.err == f"leaderboard: {BATCH} is approved: `leaderboard payouts export {BATCH} --out FILE`\n"
    assert (again.code, again.err, again.out) == (0, other.err, other.out)
    assert words_of(other, "batch").startswith(f"{BATCH}, approved, ")
    assert (" UTC by Ada (" in words_of(other, "approved"), words_of(other, "pays on")[:2]) == (True, "20")


@pytest.mark.parametrize(("content", "code"), [("0" * 64, 1), ("", 0)])
async def test_an_approval_may_name_the_content_it_is_for(payers: Payers, content: str, code: int) -> None:
    prepared = await payers.pia("prepare", CAMPAIGN)
    done = await payers.ada("approve", BATCH, "--content", content or words_of(prepared, "content"))

    assert done.code == code
    assert ("has the content" in done.err) == bool(code)


async def test_a_file_for_the_bank_is_written_once_for_its_owner_only(payers: Payers, tmp_path: Path) -> None:
    await payers.pia("prepare", CAMPAIGN)
    await payers.ada("approve", BATCH)
    path = tmp_path / "bank.ach"
    first, second = (
        await payers.ada("export", BATCH, "--out", str(path)),
        await payers.ada("export", BATCH, "--out", str(path)),
    )

    digest = sha256(path.read_bytes()).hexdigest()
    assert (first.code, first.out, stat.S_IMODE(path.stat().st_mode)) == (0, "", 0o600)
    assert f"bank.ach: {path.stat().st_size:,} bytes, SHA-256 {digest}\n" in first.err
    assert (second.code, second.err.count("is there already, with the same")) == (0, 2)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bank.ach", "bank.ach.manifest.json"]


async def test_beside_a_file_for_the_bank_lies_what_it_is_checked_by(payers: Payers, tmp_path: Path) -> None:
    await payers.paid.exported()
    path, manifest = tmp_path / "bank.ach", tmp_path / "bank.ach.manifest.json"
    exported = await payers.ada("export", BATCH, "--out", str(path))
    checked = await payers.cli.without_options("verify", str(path))

    assert exported.err.endswith(
        f"leaderboard: `leaderboard verify {path}` checks that nobody has changed them\n"
    )
    assert stat.S_IMODE(manifest.stat().st_mode) == 0o600
    assert manifest.read_bytes() == (await payers.paid.export(BATCH, "manifest")).body
    assert (checked.code, words_of(checked, "compared")) == (0, f"{path} is this file, byte for byte")
    assert (words_of(checked, "due"), words_of(checked, "pays").split(", ")[0]) == (
        "2022-03-25",
        "USD 6512.34 in 3 lines",
    )


async def test_beside_another_manifest_no_file_is_written(payers: Payers, tmp_path: Path) -> None:
    await payers.paid.exported()
    path, manifest = tmp_path / "bank.ach", tmp_path / "bank.ach.manifest.json"
    manifest.write_text("mine")
    done = await payers.ada("export", BATCH, "--out", str(path))

    assert (done.code, path.exists(), manifest.read_text()) == (1, False, "mine")
    assert "bank.ach.manifest.json is there already, with other bytes" in done.err


@pytest.mark.parametrize("format", ["csv", "manifest"])
async def test_what_is_not_for_the_bank_comes_alone(payers: Payers, tmp_path: Path, format: str) -> None:
    await payers.paid.exported()
    path = tmp_path / "file"
    done = await payers.ada("export", BATCH, "--format", format, "--out", str(path))

    assert (done.code, list(tmp_path.iterdir())) == (0, [path])
    assert "verify" not in done.err


async def test_another_file_is_never_overwritten(payers: Payers, tmp_path: Path) -> None:
    await payers.pia("prepare", CAMPAIGN)
    path = tmp_path / "review.csv"
    path.write_text("mine")
    done = await payers.ada("export", BATCH, "--format", "csv", "--out", str(path))

    assert (done.code, path.read_text()) == (1, "mine")
    assert done.err.endswith(
        "is there already, with other bytes, and is not overwritten: name another file\n"
    )


async def test_the_list_for_people_goes_to_stdout_masked_and_before_anybody_approves(payers: Payers) -> None:
    await payers.pia("prepare", CAMPAIGN)
    review, early = await payers.pia("export", BATCH, "--format", "csv"), await payers.pia("export", BATCH)

    assert (review.code, "5550001234" in review.out, len(review.lines)) == (0, False, 4)
    assert (early.code, early.out, early.err.count("\n")) == (1, "", 1)


async def test_bank_accounts_are_not_shown_on_a_terminal(
    payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await payers.paid.exported()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = await payers.ada("export", BATCH)

    assert (done.code, done.out) == (2, "")
    assert "--out FILE" in done.err


async def test_in_a_pipe_the_file_comes_byte_for_byte(payers: Payers) -> None:
    batch = await payers.paid.exported()
    done, manifest = (
        await payers.ada("export", BATCH),
        await payers.ada("export", BATCH, "--format", "manifest"),
    )

    assert done.out.encode() == (await payers.paid.export(batch)).body
    assert sha256(done.out.encode()).hexdigest() in manifest.out


async def test_a_batch_is_given_up_and_its_awards_are_prepared_again(payers: Payers) -> None:
    await payers.pia("prepare", CAMPAIGN)
    done, following = (
        await payers.pia("void", BATCH, "--reason", "Wrong bank."),
        await payers.pia("prepare", CAMPAIGN),
    )

    assert done.err == f"leaderboard: {BATCH} is void; what it was to pay can be prepared again\n"
    assert words_of(following, "batch").startswith(f"{CAMPAIGN}-2, prepared")


async def test_the_list_has_every_batch_and_what_another_one_could_pay(payers: Payers) -> None:
    before = await payers.pia("list", CAMPAIGN)
    await payers.pia("prepare", CAMPAIGN)
    after = await payers.pia("list", CAMPAIGN)

    assert (before.code, before.out) == (0, "")
    assert before.err.endswith(
        f"3 awards, USD 6512.34, can be paid: `leaderboard payouts prepare {CAMPAIGN}`\n"
    )
    assert after.lines[1].split()[:6] == [BATCH, "prepared", "nacha", "3", "USD", "6512.34"]


async def test_the_ledger_is_added_up_again(payers: Payers) -> None:
    fund = ("payouts", "fund", CAMPAIGN, "USD", "10000", "--reference", "WIRE-1")
    funded, again = await payers.cli(*fund), await payers.cli(*fund)
    await payers.paid.pay(await payers.paid.exported())
    done = await payers.pia("ledger", CAMPAIGN, "--entries", "--check")

    assert funded.err == f"leaderboard: {CAMPAIGN} is funded with USD 10000.00 more\n"
    assert again.err == "leaderboard: WIRE-1 was noted before: nothing has changed\n"
    assert [f"budget:{CAMPAIGN}", "USD", "3487.66"] in [line.split() for line in done.lines]
    assert (done.code, done.lines[-1]) == (
        0,
        "checked: 6 entries add up to the balances; the sum of all is USD 0.00",
    )
    assert done.lines[1].split()[2] == f"fund:{CAMPAIGN}:WIRE-1"


async def test_money_that_cannot_be_meant_is_wrong_usage(payers: Payers) -> None:
    done = await payers.cli("payouts", "fund", CAMPAIGN, "10000", "--reference", "WIRE-1")

    assert (done.code, "is not an amount such as USD 10000.00" in done.err) == (2, True)
