"""`leaderboard payouts settle-difference`: what a correction made different, noted as settled."""

from __future__ import annotations

from tests.cli.payers import Payers
from tests.web.paying import AWARDS, CAMPAIGN

WORDS = ("settle-difference", CAMPAIGN, "top_five", "a1", "--reason", "The rest was sent.")


async def test_a_difference_is_noted_as_settled(payers: Payers) -> None:
    await payers.paid.pay(await payers.paid.exported())
    await payers.paid.certify(("top_five", "a1", "4200.00"), *AWARDS[1:])
    done = await payers.ada(*WORDS, "--reference", "wire-7")
    as_json = await payers.ada(*WORDS, "--reference", "wire-7", "--json")
    listed = await payers.pia("list", CAMPAIGN, "--json")

    assert (done.code, done.err) == (
        0,
        f"leaderboard: top_five of a1 in {CAMPAIGN} is settled: paid USD 4000.00, owed USD 4200.00\n",
    )
    assert (as_json.json["reason"], as_json.json["reference"]) == ("The rest was sent.", "wire-7")
    assert (listed.json["held"], listed.json["settled_by_hand"]) == ([], [as_json.json])


async def test_where_nothing_differs_it_is_refused(payers: Payers) -> None:
    await payers.paid.exported()
    done = await payers.ada(*WORDS)

    assert (done.code, done.out) == (1, "")
    assert "nothing is to be settled" in done.err
