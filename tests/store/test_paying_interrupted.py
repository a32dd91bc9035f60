"""A step of payouts that breaks off at any of its commands is made again, and ends as if it had never broken off.

Before a command the store has not heard of it; after it the step was made, and nobody heard the answer.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import pytest
from redis.exceptions import ConnectionError

from leaderboard.domain.audit_log import verify
from leaderboard.domain.payee_steps import confirm, propose
from leaderboard.domain.payees import Payee
from leaderboard.domain.payouts import PayoutRefused, Person
from leaderboard.domain.reconciling import Report
from leaderboard.domain.signing import check
from leaderboard.store import keys
from leaderboard.store.client import mapping
from leaderboard.store.exporting import export
from leaderboard.store.paying import Paying
from leaderboard.store.paying_steps import approve, give_up
from leaderboard.store.reconciling import reconcile
from leaderboard.store.store import Store
from tests.conftest import VAULT
from tests.store.paying_clients import EXPORT_KEY, Breaking, Moment, Saved, certified, who_pays
from tests.web.paying import AWARDS, CAMPAIGN, Paid

PIA, ADA = Person("pia", "Pia"), Person("ada", "Ada")
BATCH: Final = f"{CAMPAIGN}-1"
MANY: Final = 450

# What differs between two runs of the same.
_TIMES: Final = re.compile(rb'"(\w+_(?:ms|at)|usable_from)":(?:"[^"]*"|\d+)')


@pytest.fixture
async def paid(store_url: str, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with certified(store_url, apollo()) as paid:
        yield paid


class Case(NamedTuple):
    """What there is before, the step, and what it logs."""

    arrange: Callable[[Paid], Awaitable[None]]
    step: Callable[[Paying], Awaitable[object]]
    logged: tuple[str, ...]


async def nothing(paid: Paid) -> None:
    """As it is."""


async def prepared(paid: Paid) -> None:
    await prepare(await whole(paid))


async def approved(paid: Paid) -> None:
    await prepared(paid)
    await approve(await whole(paid), BATCH, ADA)


async def corrected(paid: Paid) -> None:
    await approved(paid)
    await paid.certify(("top_five", "a1", "4100.00"), *AWARDS[1:])


async def changed(paid: Paid) -> None:
    await approved(paid)
    await paid.give_details("a2", holder="Somebody Else", version=2)


async def many_exported(paid: Paid) -> None:
    names = [f"b{number}" for number in range(MANY)]
    for name in names:
        await paid.give_details(name)
    await paid.certify(*(("top_five", name, "10.01") for name in names))
    await approved(paid)
    await export(await whole(paid), BATCH, PIA)


async def proposed(paid: Paid) -> None:
    before = await paid.store.payees.of("a1")
    details = VAULT.open("a1", standing(before))
    proposal = VAULT.seal("a1", 2, details, proposed_by=PIA.id, proposed_ms=1)
    assert await paid.store.payees.make("propose", "a1", before, propose(before, proposal), actor=PIA.id)


def standing(payee: Payee) -> Any:
    assert payee.current
    return payee.current


async def prepare(paying: Paying) -> None:
    await paying.prepare(paying.store.directory.campaigns[CAMPAIGN], "nacha", PIA)


async def report_all(paying: Paying) -> None:
    """A third arrived, a third came back, and of a third the bank corrects the details."""
    said = ({"status": "paid"}, {"status": "returned", "code": "R23"}, {"status": "corrected", "code": "C01"})
    lines = await paying.store.payouts.lines(BATCH)
    reports = [Report(id=name, **said[number % 3]) for number, name in enumerate(lines)]  # type: ignore[arg-type]
    outcome = await reconcile(paying, BATCH, reports, PIA)

    assert outcome.batch.state == "settled"


async def refused_export(paying: Paying) -> None:
    with suppress(PayoutRefused):
        await export(paying, BATCH, PIA)


async def confirm_details(paying: Paying) -> None:
    """As the door does it."""
    before = await paying.store.payees.of("a1")
    now_ms = await paying.store.now_ms()
    after = confirm(before, 2, ADA, PIA, now_ms=now_ms, wait_ms=1_000)
    if after is not before:
        assert await paying.store.payees.make("confirm", "a1", before, after, actor=ADA.id)


CASES: Final = {
    "prepare": Case(nothing, prepare, ("payout.prepare",)),
    "prepare after a correction": Case(corrected, prepare, ("payout.void", "payout.prepare")),
    "approve": Case(prepared, lambda paying: approve(paying, BATCH, ADA), ("payout.approve",)),
    "export": Case(approved, lambda paying: export(paying, BATCH, PIA), ("signing_key.put", "payout.export")),
    "export of what was changed": Case(changed, refused_export, ("payout.void",)),
    "void": Case(approved, lambda paying: give_up(paying, BATCH, PIA, "Wrong."), ("payout.void",)),
    "reconcile": Case(many_exported, report_all, ("payout.reconcile",)),
    "confirm": Case(proposed, confirm_details, ("payee.confirm",)),
}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", CASES)
async def test_a_step_that_broke_off_is_made_again_and_ends_as_without_that(
    paid: Paid, name: str, moment: Moment
) -> None:
    case, store = CASES[name], paid.store
    await case.arrange(paid)
    start, logged_before = await Saved.of(store), len(await logged(store))
    await case.step(await whole(paid))
    expected = await picture(store)

    assert [action for _, action, *_ in expected["log"][logged_before:]] == list(case.logged)
    nth, differing = 0, []
    while await broken_off(paid, case, start, nth := nth + 1, moment):
        await case.step(await whole(paid))
        if await picture(store) != expected:
            differing.append(nth)
    assert differing == []
    assert nth > 2


async def broken_off(paid: Paid, case: Case, start: Saved, nth: int, moment: Moment) -> bool:
    """Makes the step up to its `nth` command; False where it has fewer. What it leaves behind is in order."""
    await start.put_back(paid.store)
    paying = await whole(paid)
    client = Breaking(paid.store.client, moment)
    breaking = await who_pays(paid.store, client)
    client.at(nth)
    try:
        await case.step(breaking)
    except ConnectionError:
        assert await paid.store.ledger.check() == []
        await claims_are_live_lines(paying)
        return True
    return False


async def claims_are_live_lines(paying: Paying) -> None:
    payouts = paying.store.payouts
    lines = [line for batch in await payouts.every() for line in (await payouts.lines(batch.id)).values()]
    live = {f"{line.award}|{line.account}": line.id for line in lines if line.is_live}

    assert await payouts.claims(CAMPAIGN) == live


async def whole(paid: Paid) -> Paying:
    return await who_pays(paid.store, paid.store.client)


async def picture(store: Store) -> dict[str, Any]:
    """All that a step may change, without the times."""
    batches = await store.payouts.every()
    hashes = [
        keys.BATCHES, keys.PAYEES, keys.claims(CAMPAIGN), keys.FILE_NUMBERS, keys.LEDGER_BALANCES, keys.LIVES,
        *(keys.batch_lines(batch.id) for batch in batches),
    ]  # fmt: skip
    found = {name: mapping(await store.client.do("HGETALL", name)) for name in hashes}
    entries = await store.client.do("XRANGE", keys.LEDGER, "-", "+")
    assert await store.ledger.check() == []
    return {
        "hashes": {
            name: {field: timeless(text) for field, text in one.items()} for name, one in found.items()
        },
        "ledger": [timeless(mapping(fields)[b"entry"]) for _, fields in entries],
        "posted": sorted(await store.client.do("HKEYS", keys.LEDGER_REFERENCES)),
        "files": [await file_of(store, batch.id) for batch in batches if batch.file_sha256],
        "log": await logged(store),
    }


async def file_of(store: Store, batch: str) -> tuple[bytes, str]:
    """The file, and which one its manifest says it is."""
    kept, proof = await store.payouts.export(batch), await store.payouts.export(f"{batch}|manifest")
    assert kept
    assert proof
    manifest = check(proof.encode(), [EXPORT_KEY.public_key]).document
    return VAULT.open_bytes(batch, kept), manifest["file"]["sha256"]


async def logged(store: Store) -> list[tuple[str, ...]]:
    """What is in the audit log, whose chain is whole. A file may be taken away as often as one likes."""
    entries = (await store.audit_log.page(5_000, newest_first=False)).entries
    assert verify(entries) is None
    return [
        (one.actor, one.action, one.subject, *texts(one.before, one.after), one.why)
        for one in entries
        if one.action != "payout.download"
    ]


def texts(*said: str) -> Iterable[str]:
    return (timeless(text.encode()).decode() for text in said)


def timeless(text: bytes) -> bytes:
    return _TIMES.sub(rb'"\1":0', text)
