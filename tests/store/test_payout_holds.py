"""Screenings, tax forms and disputes: saved with their audit entry, read for many accounts at once."""

from __future__ import annotations

from typing import Any

from leaderboard.domain.payout_holds import Dispute, Screening, TaxForm
from leaderboard.store.store import Store


def screening(verdict: Any, checked_ms: int = 1, note: str = "") -> Screening:
    return Screening(
        verdict=verdict, list="OFAC SDN", list_version="1", checked_ms=checked_ms, by="kim", note=note
    )


def dispute(reason: str = "Not hers.", by: str = "kim", at_ms: int = 1) -> Dispute:
    return Dispute(reason=reason, by=by, at_ms=at_ms)


async def log(store: Store) -> list[tuple[str, str, str, str]]:
    """The newest first."""
    page = await store.audit_log.page(50)
    return [(one.action, one.subject, one.actor, one.why) for one in page.entries]


async def test_the_newest_verdict_stands_and_the_log_has_each(store: Store) -> None:
    first = await store.payout_holds.put_screening("a1", screening("review", 1, "A namesake?"))
    second = await store.payout_holds.put_screening("a1", screening("clear", 2))

    assert (first, second) == ("created", "changed")
    assert await store.payout_holds.screenings(["a1", "a2"]) == {"a1": screening("clear", 2)}
    assert await log(store) == [
        ("screening.put", "a1", "kim", ""),
        ("screening.put", "a1", "kim", "A namesake?"),
    ]


async def test_the_same_tax_form_again_changes_nothing_whoever_says_so(store: Store) -> None:
    form = TaxForm(form="W-9", received_on="2026-02-10", by="kim")
    first = await store.payout_holds.put_tax_form("a1", form)
    again = await store.payout_holds.put_tax_form(
        "a1", TaxForm(form="W-9", received_on="2026-02-10", by="lea")
    )

    assert (first, again) == (("created", form), ("same", form))
    assert len(await log(store)) == 1


async def test_another_tax_form_takes_the_place_of_the_one_before(store: Store) -> None:
    later = TaxForm(form="W-8BEN", received_on="2026-03-10", by="lea")
    await store.payout_holds.put_tax_form("a1", TaxForm(form="W-9", received_on="2026-02-10", by="kim"))
    outcome, _ = await store.payout_holds.put_tax_form("a1", later)

    assert outcome == "changed"
    assert await store.payout_holds.tax_forms(["a2", "a1"]) == {"a1": later}


async def test_a_dispute_is_of_one_award_of_one_account_in_one_campaign(store: Store) -> None:
    await store.payout_holds.put_dispute("spring", "first", "a1", dispute())
    await store.payout_holds.put_dispute("spring", "rebate", "a1", dispute("Too late."))
    await store.payout_holds.put_dispute("spring-2", "first", "a2", dispute())

    assert await store.payout_holds.disputes("spring") == {
        ("first", "a1"): dispute(),
        ("rebate", "a1"): dispute("Too late."),
    }


async def test_the_same_dispute_again_keeps_its_first_date_and_another_reason_replaces_it(
    store: Store,
) -> None:
    holds = store.payout_holds
    await holds.put_dispute("spring", "first", "a1", dispute())
    again = await holds.put_dispute("spring", "first", "a1", dispute(by="lea", at_ms=9))
    other = await holds.put_dispute("spring", "first", "a1", dispute("Counted twice.", at_ms=10))

    assert again == ("same", dispute())
    assert other == ("changed", dispute("Counted twice.", at_ms=10))


async def test_a_lifted_dispute_is_gone_and_the_log_says_why(store: Store) -> None:
    await store.payout_holds.put_dispute("spring", "first", "a1", dispute())
    lifted = [
        await store.payout_holds.lift_dispute("spring", "first", "a1", "lea", "It was hers.")
        for _ in range(2)
    ]

    assert lifted == [True, False]
    assert await store.payout_holds.disputes("spring") == {}
    assert await log(store) == [
        ("dispute.remove", "spring/first/a1", "lea", "It was hers."),
        ("dispute.put", "spring/first/a1", "kim", "Not hers."),
    ]


async def test_of_nobody_nothing_is_known(store: Store) -> None:
    assert await store.payout_holds.screenings([]) == {}
    assert await store.payout_holds.tax_forms([]) == {}
