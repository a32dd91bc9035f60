"""The ledger in the store: each entry once, balanced or not at all, and balances that are what entries come to."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import Final

import pytest
from redis.exceptions import ResponseError

from leaderboard.domain.ledger import Entry, Posting
from leaderboard.domain.money import Money
from leaderboard.store import keys, ledger
from leaderboard.store.ledger import ReferenceTaken
from leaderboard.store.settings import to_json
from leaderboard.store.store import Store

PRELUDE: Final = files("leaderboard.store").joinpath("lua/ledger.lua").read_text("utf-8")
POST: Final = f"""{PRELUDE}
local entry = open_entry(KEYS[3], ARGV[1])
if not entry then return 0 end
post_entry(KEYS[1], KEYS[2], KEYS[3], entry)
return 1"""
NAMES: Final = (keys.LEDGER, keys.LEDGER_BALANCES, keys.LEDGER_REFERENCES)
LARGEST: Final = 2**53 - 1


def entry(*minors: int, ref: str = "paid:A", campaign: str = "spring", currency: str = "USD") -> Entry:
    """An entry that gives accounts 0, 1, … so much."""
    postings = tuple(
        Posting(f"settled:{campaign}:{number}", currency, minor) for number, minor in enumerate(minors)
    )
    return Entry(ref=ref, kind="paid", campaign=campaign, postings=postings)


async def post(store: Store, posted: Entry) -> bool:
    return bool(await store.client.do("EVAL", POST, 3, *NAMES, to_json(posted)))


async def fund(store: Store, reference: str, minor: int = 500, campaign: str = "spring") -> str:
    return (await store.ledger.fund(campaign, Money(minor, "USD"), reference, "kim", 7)).outcome


async def test_an_entry_is_posted_once(store: Store) -> None:
    answers = [await post(store, entry(-5, 5)) for _ in range(3)]

    assert answers == [True, False, False]
    assert (await store.ledger.page(None, 10)).entries == [entry(-5, 5)]
    assert await store.ledger.balances() == {
        ("settled:spring:0", "USD"): -5,
        ("settled:spring:1", "USD"): 5,
    }


@pytest.mark.parametrize(
    ("minors", "error"),
    [
        ((-5, 4), "UNBALANCED paid:A"),
        ((), "UNBALANCED paid:A"),
        ((-LARGEST - 1, LARGEST + 1), "INEXACT paid:A"),
        ((2**60, -(2**60)), "INEXACT paid:A"),
        ((LARGEST, 1, -LARGEST, -1), "INEXACT paid:A"),
    ],
)
async def test_what_is_not_balanced_to_the_unit_is_refused_and_nothing_is_written(
    store: Store, minors: tuple[int, ...], error: str
) -> None:
    with pytest.raises(ResponseError, match=error):
        await post(store, entry(*minors))

    assert await store.client.do("EXISTS", *NAMES) == 0


async def test_currencies_are_balanced_each_by_itself(store: Store) -> None:
    mixed = Entry(
        ref="paid:A",
        kind="paid",
        campaign="c",
        postings=(Posting("budget:c", "USD", -5), Posting("settled:c:a", "EUR", 5)),
    )

    with pytest.raises(ResponseError, match="UNBALANCED"):
        await post(store, mixed)


async def test_the_largest_amounts_are_kept_to_the_unit(store: Store) -> None:
    await post(store, entry(-LARGEST, LARGEST))
    await post(store, entry(-LARGEST, LARGEST, ref="paid:B"))

    assert (await store.ledger.balances())["settled:spring:1", "USD"] == 2 * LARGEST
    assert await store.ledger.check() == []


async def test_a_funding_is_noted_once_however_often_and_with_its_audit_entry(store: Store) -> None:
    outcomes = await asyncio.gather(*(fund(store, "transfer 1") for _ in range(20)))
    (logged,) = (await store.audit_log.page(10)).entries

    assert sorted(outcomes) == ["created"] + ["same"] * 19
    assert await store.ledger.funded_minor("spring", "USD") == 500
    assert (logged.action, logged.subject, logged.actor) == ("ledger.fund", "spring", "kim")
    assert logged.after == '{"amount":{"amount":"5.00","currency":"USD"},"reference":"transfer 1"}'


async def test_a_reference_stands_for_one_amount_in_each_campaign(store: Store) -> None:
    await fund(store, "transfer 1")

    with pytest.raises(ReferenceTaken, match=r"transfer 1 was noted with USD 5\.00 before"):
        await fund(store, "transfer 1", 501)
    assert await fund(store, "transfer 1", 501, "summer") == "created"
    assert await store.ledger.funded_minor("spring", "USD") == 500


async def test_what_nobody_has_funded_was_given_nothing(store: Store) -> None:
    assert await store.ledger.funded_minor("spring", "USD") == 0
    assert (await store.ledger.page(None, 10)).entries == []
    assert await store.ledger.check() == []


async def test_balances_are_those_of_one_campaign_where_it_is_named(store: Store) -> None:
    await fund(store, "transfer 1", 500, "spring")
    await fund(store, "transfer 2", 70, "spring-2")

    assert await store.ledger.balances("spring") == {
        ("budget:spring", "USD"): 500,
        ("funding:spring", "USD"): -500,
    }
    assert len(await store.ledger.balances()) == 4


async def pages(store: Store, campaign: str | None, limit: int) -> list[list[str]]:
    found, cursor = list[list[str]](), None
    while True:
        page = await store.ledger.page(campaign, limit, cursor)
        found.append([one.note for one in page.entries])
        cursor = page.cursor
        if cursor is None:
            return found


async def test_pages_follow_on_each_other_the_newest_first(store: Store) -> None:
    for number in range(5):
        await fund(store, str(number), campaign="spring" if number % 2 else "summer")

    assert await pages(store, None, 2) == [["4", "3"], ["2", "1"], ["0"]]
    assert await pages(store, "spring", 10) == [["3", "1"]]
    assert await pages(store, "summer", 3) == [["4", "2", "0"]]


async def test_a_filter_looks_at_so_many_entries_and_then_says_where_to_read_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "READ_AT_ONCE", 2)
    monkeypatch.setattr(ledger, "LOOKED_AT_MOST", 4)
    for number in range(9):
        await fund(store, str(number), campaign="spring" if number == 0 else "summer")

    assert await pages(store, "spring", 10) == [[], [], ["0"]]


async def test_a_balance_that_was_changed_by_hand_is_found(store: Store) -> None:
    await fund(store, "transfer 1")
    await store.client.do("HINCRBY", keys.LEDGER_BALANCES, "budget:spring|USD", 1)

    assert await store.ledger.check() == [
        "budget:spring: is kept as 501 minor units of USD, and the entries come to 500"
    ]


async def test_an_entry_that_was_put_in_by_hand_is_found(store: Store) -> None:
    await fund(store, "transfer 1")
    await store.client.do("XADD", keys.LEDGER, "*", "entry", to_json(entry(-5, 4)))

    assert "paid:A: is out of balance by -1 minor units of USD" in await store.ledger.check()


async def test_a_check_goes_on_while_money_moves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "READ_AT_ONCE", 3)

    async def move() -> None:
        for number in range(60):
            await fund(store, str(number))

    moving = asyncio.create_task(move())
    while not moving.done():
        assert await store.ledger.check() == []
    await moving

    assert await store.ledger.funded_minor("spring", "USD") == 60 * 500
