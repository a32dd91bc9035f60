"""`leaderboard payouts dispute`, `undispute`, `screen`, `tax-form`: what is held is shown with what to do."""

from __future__ import annotations

from tests.cli.payers import Payers, words_of
from tests.web.paying import CAMPAIGN


async def test_what_is_held_stands_below_the_batch_with_what_to_do(payers: Payers) -> None:
    await payers.pia("dispute", CAMPAIGN, "top_five", "a2", "--reason", "Who owns it?")
    done = await payers.pia("prepare", CAMPAIGN)

    assert words_of(done, "pays") == "USD 4012.34 in 2 lines, as nacha"
    assert done.lines[-2].split()[:2] == ["held", "account"]
    assert done.lines[-1].split()[:5] == ["a2", "1", "USD", "2500.00", "disputed"]


async def test_where_all_is_held_that_is_shown_and_it_is_refused(payers: Payers) -> None:
    for award, account in (("top_five", "a1"), ("gmv_rebate", "a1"), ("top_five", "a2")):
        await payers.pia("dispute", CAMPAIGN, award, account, "--reason", "Who owns it?")
    done, as_json = await payers.pia("prepare", CAMPAIGN), await payers.pia("prepare", CAMPAIGN, "--json")

    assert (done.code, len(done.lines), done.err.count("\n")) == (1, 4, 1)
    assert (as_json.code, as_json.json["code"], len(as_json.json["held"])) == (1, "nothing_payable", 3)


async def test_an_award_is_let_go_of_when_its_dispute_is_over(payers: Payers) -> None:
    held = await payers.pia("dispute", CAMPAIGN, "top_five", "a2", "--reason", "Who owns it?")
    freed = await payers.ada("undispute", CAMPAIGN, "top_five", "a2", "--reason", "They agreed.")
    done = await payers.pia("prepare", CAMPAIGN)

    assert held.err == f"leaderboard: top_five of a2 in {CAMPAIGN} is held in dispute\n"
    assert freed.err == f"leaderboard: top_five of a2 in {CAMPAIGN} is no longer in dispute\n"
    assert words_of(done, "pays") == "USD 6512.34 in 3 lines, as nacha"


async def test_a_hit_on_a_list_of_sanctions_holds_every_award_of_an_account(payers: Payers) -> None:
    words = ("screen", "a1", "hit", "--list", "OFAC-SDN", "--list-version", "2026-11-20")
    noted = await payers.ada(*words)
    done = await payers.pia("prepare", CAMPAIGN)

    assert noted.err == "leaderboard: a1 is noted as hit by OFAC-SDN 2026-11-20: its payouts are held\n"
    assert words_of(done, "pays") == "USD 2500.00 in 1 line, as nacha"


async def test_a_tax_form_is_noted(payers: Payers) -> None:
    done = await payers.pia("tax-form", "a1", "W-9", "--received", "2026-01-15")

    assert (done.code, done.err) == (0, "leaderboard: a1 has a W-9 since 2026-01-15\n")


async def test_whoever_prepares_neither_clears_an_account_nor_lifts_a_dispute(payers: Payers) -> None:
    await payers.pia("dispute", CAMPAIGN, "top_five", "a2", "--reason", "Who owns it?")
    cleared = await payers.pia("screen", "a1", "clear", "--list", "OFAC-SDN", "--list-version", "1")
    lifted = await payers.pia("undispute", CAMPAIGN, "top_five", "a2", "--reason", "They agreed.")

    assert (cleared.code, lifted.code) == (1, 1)
    assert "clear takes payout_approver or reviewer" in cleared.err
    assert "it takes payout_approver, reviewer" in lifted.err
