"""Whatever people, banks and broken programs do to payouts, in whatever order and two at once, nothing is paid twice.

`PAYING_EXAMPLES=500 pytest tests/store/test_paying_by_chance.py` looks at more examples than the suite does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import fresh_store
from tests.store import paying_acts as acts
from tests.store.paying_world import ACCOUNTS, FORMATS, POSSIBLE, Act, Doing, Start, World, start_of

SAID: Final = (
    {"status": "paid"},
    {"status": "paid", "reference": "7"},
    {"status": "returned", "code": "R23"},
    {"status": "returned", "code": "R03"},
    {"status": "corrected", "code": "C01"},
    {"status": "paid", "amount": acts.WRONG},
)
EXAMPLES: Final = int(os.environ.get("PAYING_EXAMPLES", "12"))
pytestmark = pytest.mark.timeout(120 + 5 * EXAMPLES)


def doing(act: Act, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Doing]:
    return st.builds(Doing, st.just(act), st.sampled_from([0, 0, 0, 0, 1]), st.fixed_dictionaries(arguments))


people, backs = st.integers(0, 3), st.sampled_from([0, 0, 0, 0, 1, 2])
preparers, approvers = st.sampled_from([0, 0, 0, 1, 2, 3]), st.sampled_from([1, 1, 1, 0, 2, 3])
accounts, formats, awards = st.sampled_from(ACCOUNTS), st.sampled_from(FORMATS), st.sampled_from(POSSIBLE)
results = st.dictionaries(awards, st.sampled_from([1, 1_234, 250_000, 400_000]), max_size=4)
verdicts = st.sampled_from(["clear", "review", "hit"])

prepares = doing(acts.prepare, person=preparers, format=formats)
approves = doing(acts.approve, person=approvers, back=backs)
exports = doing(acts.export, person=people, back=backs)
pays = doing(acts.pay, preparer=st.just(0), approver=st.sampled_from([1, 1, 3]), format=formats)
reports = doing(
    acts.report, person=people, back=backs, said=st.sampled_from(SAID), each=st.sampled_from([1, 1, 2])
)
voids = doing(acts.void, person=people, back=backs)
steps = st.one_of(prepares, approves, exports, pays, reports, voids)
changes = st.one_of(
    doing(acts.give_details, account=accounts),
    doing(acts.take_details, account=accounts),
    doing(acts.dispute, award=awards),
    doing(acts.lift, award=awards),
    doing(acts.screen, account=accounts, verdict=verdicts),
    doing(acts.dismiss, person=people, account=accounts),
    doing(acts.rule_out, account=accounts),
    doing(acts.certify, result=results),
)
rogues = st.one_of([doing(act, which=st.integers(0, 50)) for act in acts.ROGUES])
alone = st.tuples(st.one_of(steps, steps, steps, changes, rogues), st.none(), st.just(()))
# How many commands one sends, then the other.
runs = st.lists(st.integers(0, 25), max_size=4).map(tuple)
Play = tuple[Doing, Doing | None, Sequence[int]]
plays: st.SearchStrategy[list[Play]] = st.lists(
    st.one_of(alone, alone, st.tuples(steps, st.one_of(steps, steps, changes), runs)), max_size=14
)


@pytest.fixture
def start(store_url: str, apollo: Callable[..., str]) -> Start:
    return asyncio.run(start_of(store_url, apollo()))


async def _play(store_url: str, start: Start, plays: Sequence[Play]) -> None:
    async with fresh_store(store_url) as store:
        await start.saved.put_back(store)
        world = World(store, start.people)
        for one in plays:
            await world.play(*one)
        await world.finish()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # To explain takes much longer than to find and to shrink.
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plays)
def test_whatever_happens_nothing_is_paid_twice(store_url: str, start: Start, plays: list[Play]) -> None:
    asyncio.run(_play(store_url, start, plays))
