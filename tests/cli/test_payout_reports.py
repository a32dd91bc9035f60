"""`leaderboard payouts reconcile`: reports of the bank are taken in once, and whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.cli.payers import BATCH, Payers, words_of
from tests.domain.test_nacha_returns import WHOLE, text
from tests.web.paying import CAMPAIGN, US

US_ELSEWHERE = replace(US, account="5550009999")


async def test_all_paid_settles_the_batch_and_again_changes_nothing(payers: Payers) -> None:
    await payers.paid.exported()
    done = await payers.pia("reconcile", BATCH, "--all-paid", "--reference", "STATEMENT-7")
    again = await payers.pia("reconcile", BATCH, "--all-paid", "--reference", "STATEMENT-8")
    shown = await payers.pia("show", BATCH)

    assert (done.code, words_of(done, "batch")) == (0, f"{BATCH}, settled, of campaign {CAMPAIGN}")
    assert words_of(done, "settled") == "3 paid, 0 returned"
    assert done.err.endswith("leaderboard: 3 lines changed\n")
    assert (again.code, again.err) == (0, "leaderboard: nothing has changed: all was known\n")
    assert shown.out.count("STATEMENT-7") == 3


async def test_nothing_is_paid_that_has_not_gone_to_the_bank(payers: Payers) -> None:
    await payers.pia("prepare", CAMPAIGN)
    done = await payers.pia("reconcile", BATCH, "--all-paid")

    assert (done.code, done.out) == (1, "")
    assert done.err == f"leaderboard: {BATCH} is prepared: none of its lines has gone to the bank\n"


async def test_a_report_is_taken_in_once_and_what_came_back_waits_for_other_details(
    payers: Payers, tmp_path: Path
) -> None:
    ids = [line.id for line in await payers.paid.lines(await payers.paid.exported())]
    report = tmp_path / "report.csv"
    rows = (f"{ids[0]},paid,,12.34", f"{ids[1]},paid,,4000.00", f"{ids[2]},returned,R03,")
    report.write_text("\n".join(("id,status,code,amount", *rows)))
    first, again = [await payers.pia("reconcile", BATCH, str(report)) for _ in range(2)]
    held = await payers.pia("prepare", CAMPAIGN)
    await payers.paid.give_details("a2", US_ELSEWHERE, version=2)
    following = await payers.pia("prepare", CAMPAIGN)

    assert (first.code, words_of(first, "settled")) == (0, "2 paid, 1 returned")
    assert (again.code, again.err) == (0, "leaderboard: nothing has changed: all was known\n")
    assert held.lines[-1].split()[:5] == ["a2", "1", "USD", "2500.00", "details_refused"]
    assert words_of(following, "batch").startswith(f"{CAMPAIGN}-2, prepared")
    assert words_of(following, "pays") == "USD 2500.00 in 1 line, as nacha"


async def test_a_report_with_another_amount_is_refused_as_a_whole(payers: Payers, tmp_path: Path) -> None:
    ids = [line.id for line in await payers.paid.lines(await payers.paid.exported())]
    report = tmp_path / "report.csv"
    report.write_text(f"id,status,amount\n{ids[1]},paid,4000.00\n{ids[2]},paid,2500.01\n")
    done = await payers.pia("reconcile", BATCH, str(report))

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert (
        f"leaderboard: {report}: line 3: {ids[2]} pays USD 2500.00, and the report says 2500.01" in done.err
    )
    assert done.err.endswith("Nothing of it was taken in.\n")
    assert {line.state for line in await payers.paid.lines(BATCH)} == {"exported"}


async def test_a_bank_s_file_of_returns_is_taken_in_for_the_batch_that_is_named(
    payers: Payers, tmp_path: Path
) -> None:
    ids = [line.id for line in await payers.paid.lines(await payers.paid.exported())]
    returns = tmp_path / "returns.ach"
    returns.write_text(text(WHOLE).replace("PERSON000000001", ids[0]).replace("0000012345", "0000001234"))
    done = await payers.pia("reconcile", BATCH, "--returns", str(returns))
    returns.write_text(text(WHOLE))
    strange = await payers.pia("reconcile", BATCH, "--returns", str(returns))

    assert (done.code, words_of(done, "settled")) == (0, "0 paid, 1 returned")
    assert "1 line of other batches: name the same file for each of them" in done.err
    assert (strange.code, strange.err) == (1, f"leaderboard: none of the 2 lines is a payout of {BATCH}\n")


async def test_a_bank_s_file_that_does_not_fit_is_named(payers: Payers, tmp_path: Path) -> None:
    ids = [line.id for line in await payers.paid.lines(await payers.paid.exported())]
    returns = tmp_path / "returns.ach"
    returns.write_text(text(WHOLE).replace("PERSON000000001", ids[0]))
    done = await payers.pia("reconcile", BATCH, "--returns", str(returns))

    assert (done.code, "lines[" in done.err) == (1, False)
    assert f"leaderboard: {returns}: {ids[0]} pays USD 12.34, and the report says 123.45" in done.err


@pytest.mark.parametrize(
    "words",
    [(), ("report.csv", "--all-paid"), ("--all-paid", "--returns", "f"), ("report.csv", "--reference", "x")],
)
async def test_one_report_at_a_time(payers: Payers, words: tuple[str, ...]) -> None:
    assert (await payers.pia("reconcile", BATCH, *words)).code == 2
