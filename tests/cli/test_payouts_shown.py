"""What `leaderboard payouts` and `campaign show` tell of payouts: in which order, of whom, and what is held."""

from __future__ import annotations

import re

from tests.cli.payers import BATCH, Payers, words_of
from tests.web.paying import CAMPAIGN


async def test_a_batch_is_listed_by_award_place_and_account(payers: Payers) -> None:
    await payers.pia("prepare", CAMPAIGN)
    done = await payers.ada("show", BATCH)

    rows = [re.split("  +", line)[1:-4] for line in done.lines if "••••" in line]
    assert [[cell for cell in row if not cell.startswith("Account ")] for row in rows] == [
        ["gmv_rebate", "a1"],
        ["top_five", "1", "a1"],
        ["top_five", "2", "a2"],
    ]


async def test_whoever_exported_is_named_where_it_is_one_of_the_two(payers: Payers) -> None:
    await payers.paid.exported()
    done = await payers.ada("show", BATCH)

    assert " UTC by Pia (" in words_of(done, "exported")


async def test_what_is_held_is_told_by_account_or_award_by_award(payers: Payers) -> None:
    await payers.ada("screen", "a1", "hit", "--list", "OFAC-SDN", "--list-version", "2026-11-20")
    await payers.pia("prepare", CAMPAIGN)
    again, each = await payers.pia("prepare", CAMPAIGN), await payers.pia("list", CAMPAIGN, "--each")

    assert "nothing else can be paid now: 2 awards are held, see below\n" in again.err
    assert again.lines[-1].split()[:5] == ["a1", "2", "USD", "4012.34", "sanctions_hit"]
    assert [line.split()[:4] for line in each.lines[-2:]] == [
        ["top_five", "a1", "USD", "4000.00"],
        ["gmv_rebate", "a1", "USD", "12.34"],
    ]


async def test_where_everything_is_held_there_is_no_batch_and_the_reasons_are_told(payers: Payers) -> None:
    for account in ("a1", "a2"):
        await payers.ada("screen", account, "hit", "--list", "OFAC-SDN", "--list-version", "1")
    done = await payers.pia("prepare", CAMPAIGN)

    assert (done.code, [line.split()[0] for line in done.lines]) == (1, ["held", "a1", "a2"])
    assert done.err == (
        "leaderboard: None of its awards can be paid yet: all of them are held, each with its reasons.\n"
    )


async def test_whoever_may_not_is_told_which_token_to_take(payers: Payers) -> None:
    one, several = await payers.ada("prepare", CAMPAIGN), await payers.cli("payouts", "export", BATCH)

    assert one.err.endswith(
        "it takes payout_preparer. Set LEADERBOARD_TOKEN to a token of that role: "
        "`leaderboard token issue --role payout_preparer --name NAME`\n"
    )
    assert several.err.endswith(
        "it takes payout_approver, payout_preparer. Set LEADERBOARD_TOKEN to a token of one of these roles: "
        "`leaderboard token issue --role ROLE --name NAME`\n"
    )


async def test_a_campaign_shows_how_its_payouts_stand_to_those_who_may_know(payers: Payers) -> None:
    show = ("campaign", "show", CAMPAIGN)
    ready = await payers.cli(*show)
    await payers.ada("screen", "a2", "review", "--list", "OFAC-SDN", "--list-version", "1")
    await payers.pia("prepare", CAMPAIGN)
    prepared = await payers.cli(*show)
    await payers.ada("approve", BATCH)
    await payers.paid.export(BATCH)
    sent = await payers.cli(*show)
    await payers.paid.pay(BATCH)
    paid = await payers.cli(*show)
    token = await payers.paid.service.issue(role="agency", agency="north")
    for_agency = await payers.cli(*show, token=token)

    assert words_of(ready, "due").startswith("2022-03-25, with the bank by 2022-03-23 (US-FED holidays ")
    assert [words_of(done, "payouts") for done in (ready, prepared, sent, paid)] == [
        "3 awards: 3 to be prepared",
        "3 awards: 2 in a batch that is not exported, 1 held",
        "3 awards: 2 with the bank, 1 held",
        "3 awards: 2 paid, 1 held",
    ]
    assert (for_agency.code, "payouts " in for_agency.out) == (0, False)


async def test_of_the_ledger_balances_of_zero_and_names_are_shown_where_they_are_asked_for(
    payers: Payers,
) -> None:
    await payers.paid.pay(await payers.paid.exported())
    short, every = await payers.pia("ledger", CAMPAIGN), await payers.pia("ledger", CAMPAIGN, "--all")
    for_admin = await payers.cli("payouts", "ledger", CAMPAIGN, "--entries")

    zeros = [line.split()[0] for line in every.lines if line.endswith(" USD 0.00")]
    assert f"in_transit:{CAMPAIGN}" in zeros
    assert short.lines[1:] == [line for line in every.lines[1:] if line.split()[0] not in zeros]
    assert short.err == f"leaderboard: {len(zeros)} balances of zero not shown: --all lists every one\n"
    assert (every.err, "Pia (" in for_admin.out) == ("", True)
