"""A store lost after any steps with payouts, restored from a backup of any age: nobody is paid twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from leaderboard.store.store import Store
from tests.cli.losing import backed_up, check_books, lost
from tests.conftest import set_up_apollo
from tests.web.paying import CAMPAIGN, Paid, paying

STEPS, BACKED_UP_BY = 40, 15


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


@pytest.mark.parametrize("seed", range(12))
async def test_what_is_with_the_bank_stays_claimed_whatever_was_lost(
    paid: Paid, tmp_path: Path, seed: int
) -> None:
    rng, backup = Random(seed), await backed_up(paid)
    taken_at = rng.randrange(BACKED_UP_BY)
    for number in range(STEPS):
        if number == taken_at:
            backup = await backed_up(paid)
        await something(paid, rng)
    sent = await with_the_bank(paid)
    await lost(paid, backup, tmp_path)

    await paid.prepare()

    assert sent.items() <= (await paid.store.payouts.claims(CAMPAIGN)).items()
    assert sent.items() <= (await with_the_bank(paid)).items()
    await check_books(paid)


async def something(paid: Paid, rng: Random) -> None:
    """A step that may happen to payouts; one that is refused changes nothing."""
    batches = await paid.store.payouts.batches(CAMPAIGN)
    if not batches:
        await paid.prepare()
        return
    newest, some = batches[-1].id, rng.choice(batches).id
    line = rng.choice(await paid.lines(some))
    steps: dict[Callable[[], Any], int] = {
        paid.prepare: 3,
        lambda: paid.approve(newest): 4,
        lambda: paid.export(newest): 4,
        lambda: paid.void(newest): 1,
        lambda: paid.pay(newest): 1,
        lambda: paid.reconcile(some, {"id": line.id, "status": "returned", "code": "R23"}): 4,
    }
    (step,) = rng.choices(list(steps), list(steps.values()))
    answer = await step()
    assert answer.status < 500, answer.body


async def with_the_bank(paid: Paid) -> dict[str, str]:
    """award|account → the payout that stands in a file and has not come back."""
    batches = [one for one in await paid.store.payouts.batches(CAMPAIGN) if one.file_sha256]
    every = [line for batch in batches for line in await paid.lines(batch.id)]
    return {f"{line.award}|{line.account}": line.id for line in every if line.is_live}
