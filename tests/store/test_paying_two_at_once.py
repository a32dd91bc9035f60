"""Two steps of payouts at once, one of them made between any two commands of the other: nothing is paid twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.conftest import fresh_store
from tests.store import paying_acts as acts
from tests.store.paying_world import Act, Doing, World, start_of

# More than any step sends.
ALL: Final = 1_000


def by(act: Act, person: int = 0, **arguments: Any) -> Doing:
    return Doing(act, 0, {"person": person} | arguments)


def told(act: Act, **arguments: Any) -> Doing:
    return Doing(act, 0, arguments)


PREPARE: Final = by(acts.prepare, format="nacha")
APPROVE, EXPORT, VOID = by(acts.approve, 1, back=0), by(acts.export, back=0), by(acts.void, back=0)
PAID: Final = by(acts.report, back=0, said={"status": "paid"}, each=1)
RETURNED: Final = by(acts.report, back=0, said={"status": "returned", "code": "R23"}, each=2)
CORRECT: Final = told(acts.certify, result={("top_five", "a1"): 1, ("top_five", "a3"): 2})
DETAILS: Final = told(acts.give_details, account="a1")
REBATE: Final = ("gmv_rebate", "a1")
# The rebate is in a batch of its own.
TWO_BATCHES: Final = (
    told(acts.dispute, award=REBATE), PREPARE, told(acts.lift, award=REBATE), PREPARE,
)  # fmt: skip

RACES: Final[dict[str, tuple[tuple[Doing, ...], Doing, Doing]]] = {
    "prepare, prepare": ((), PREPARE, by(acts.prepare, 3, format="portal")),
    "prepare, correct": ((), PREPARE, CORRECT),
    "prepare, void": ((PREPARE,), PREPARE, VOID),
    "prepare, return": ((PREPARE, APPROVE, EXPORT), PREPARE, RETURNED),
    "approve, void": ((PREPARE,), APPROVE, VOID),
    "approve, correct": ((PREPARE,), APPROVE, CORRECT),
    "approve, approve another": (TWO_BATCHES, APPROVE, by(acts.approve, 1, back=1)),
    "void, approve": ((PREPARE,), VOID, APPROVE),
    "export, export": ((PREPARE, APPROVE), EXPORT, by(acts.export, 1, back=0)),
    "export, void": ((PREPARE, APPROVE), EXPORT, VOID),
    "export, correct": ((PREPARE, APPROVE), EXPORT, CORRECT),
    "export, details": ((PREPARE, APPROVE), EXPORT, DETAILS),
    "void, export": ((PREPARE, APPROVE), VOID, EXPORT),
    "paid, returned": ((PREPARE, APPROVE, EXPORT), PAID, RETURNED),
    "returned, paid": ((PREPARE, APPROVE, EXPORT), RETURNED, PAID),
}


@pytest.mark.parametrize("name", RACES)
async def test_two_at_once_pay_nothing_twice(store_url: str, apollo: Callable[..., str], name: str) -> None:
    before, one, other = RACES[name]
    start = await start_of(store_url, apollo())
    async with fresh_store(store_url) as store:
        first_sends, sent = 0, ALL
        while first_sends < sent:
            await start.saved.put_back(store)
            world = World(store, start.people)
            for each in before:
                await world.play(each)
            sent, _ = await world.play(one, other, (first_sends, ALL))
            first_sends += 1

    assert first_sends > 5
