"""The bench of a close: the campaign goes through to its certified result, and its figures read as what they are."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from leaderboard.bench.closing import ClosingFigures
from leaderboard.bench.course import Course
from leaderboard.bench.spread import Spread
from tests.bench.test_course import TINY
from tests.bench.test_figures import long_results

FIGURES = ClosingFigures(10_000_000, 10_001, 25.0, 40.0, Spread(500, 2.0, 9.0, 30.0), 0, 0)


async def test_a_tiny_campaign_is_closed_and_certified_while_it_is_read(tmp_path: Path) -> None:
    plan = replace(TINY, closing_events=2_000, closing_accounts=20)

    results = await Course(plan, tmp_path, print, ["closing"]).run()

    found = results.closing
    assert found is not None
    assert (found.events, found.accounts, found.differences, found.not_compared) == (2_000, 21, 0, 0)
    assert results.exact
    assert found.review_s > 0
    assert found.certified_s > 0
    assert found.pages.samples > 0


def test_the_target_is_for_the_close_and_the_certification_together_of_many_events() -> None:
    name = "closing and certifying 10,001 accounts, 10,000,000 events"
    results = [replace(long_results(), closing=replace(FIGURES, events=n)) for n in (10_000_000, 1_000_000)]

    many, few = ({one.name: one for one in result.targets()} for result in results)

    assert (many[name].value, many[name].met) == (65.0, False)
    assert len(few) == len(many) - 1


def test_a_result_that_does_not_follow_from_the_archive_is_not_exact() -> None:
    found = [replace(FIGURES, **wrong) for wrong in ({"differences": 1}, {"not_compared": 1})]

    assert [replace(long_results(), closing=one).exact for one in (FIGURES, *found)] == [True, False, False]
