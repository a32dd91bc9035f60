"""Notes on differences: one for each award of a campaign, the newest."""

from __future__ import annotations

from leaderboard.domain.money import Money
from leaderboard.domain.payout_differences import SettledByHand
from leaderboard.store.store import Store
from tests.domain.payout_lines import line


def note(reason: str = "Sent.") -> SettledByHand:
    paid, owed = Money(5_000, "USD"), Money(6_000, "USD")
    return SettledByHand(result=2, payout=line().id, paid=paid, owed=owed, reason=reason, by="ada", at_ms=1)


async def test_a_note_is_of_one_award_of_one_account_in_one_campaign(store: Store) -> None:
    outcomes = [
        await store.payout_differences.put("spring", line("ana"), note()),
        await store.payout_differences.put("spring", line("bo"), note("Written off.")),
        await store.payout_differences.put("spring-2", line("ana"), note()),
    ]

    assert outcomes == ["created"] * 3
    assert await store.payout_differences.notes("spring") == {
        "first|ana": note(),
        "first|bo": note("Written off."),
    }


async def test_the_next_note_takes_its_place_and_the_log_has_both(store: Store) -> None:
    await store.payout_differences.put("spring", line("ana"), note())
    outcome = await store.payout_differences.put("spring", line("ana"), note("Sent again."))
    page = await store.audit_log.page(50)

    assert outcome == "changed"
    assert await store.payout_differences.notes("spring") == {"first|ana": note("Sent again.")}
    assert [(one.action, one.subject, one.actor, one.why) for one in page.entries] == [
        ("difference.put", "spring/first/ana", "ada", "Sent again."),
        ("difference.put", "spring/first/ana", "ada", "Sent."),
    ]
