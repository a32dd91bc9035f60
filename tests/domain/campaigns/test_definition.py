"""What a definition tells of itself: its span, its ranking, its sentences, its live count."""

from __future__ import annotations

from leaderboard.domain.campaigns import Ranking, live_count
from leaderboard.domain.times import rfc3339

from .spring import SPRING, parse_spring, spring

RANKED = 'rank_by = "visitors"\nties = ["reached"]\nlimit = 3\nbudget = "USD 1000"\ninstrument = "bank"\n'


def unranked() -> str:
    """The campaign with a fixed amount for all who pass, instead of places."""
    before, after = SPRING[: SPRING.index(RANKED)], SPRING[SPRING.index('[[award]]\nid = "rebate"') :]
    return before + 'instrument = "bank"\npay = { kind = "fixed", amount = 1 }\n' + after


def test_the_span_is_the_union_of_the_windows_of_awards() -> None:
    toml = SPRING.replace(
        "[registration]",
        "[window.later]\nstart = 2031-03-08T00:00:00\nend = 2031-03-20T00:00:00\n"
        "[window.baseline]\nstart = 2030-01-01T00:00:00\nend = 2030-02-01T00:00:00\n[registration]",
    ).replace('id = "rebate"\nwindow = "main"', 'id = "rebate"\nwindow = "later"')

    definition = parse_spring(SPRING, toml)

    assert rfc3339(definition.starts_at_ms or 0) == "2031-03-03T05:00:00.000Z"
    assert rfc3339(definition.ends_at_ms or 0) == "2031-03-20T04:00:00.000Z"


def test_one_relative_window_leaves_the_campaign_without_a_span() -> None:
    toml = SPRING.replace(
        "[registration]", '[window.own]\nanchor = "attr.joined_at"\nlength = "7d"\n[registration]'
    ).replace('id = "rebate"\nwindow = "main"', 'id = "rebate"\nwindow = "own"')

    definition = parse_spring(SPRING, toml)

    assert (definition.starts_at_ms, definition.ends_at_ms) == (None, None)


def test_the_ranking_is_that_of_the_first_award_that_ranks() -> None:
    definition = spring()

    assert definition.ranking == Ranking(
        award_id="best",
        metric="visitors",
        ties=("reached",),
        tie_pay=None,
        limit=3,
        window="main",
        requirements=definition.awards[0].require,
    )
    assert [str(condition) for condition in definition.requirements] == ["on_air >= 7200s"]
    assert definition.zone == "America/New_York"


def test_a_campaign_may_rank_nothing() -> None:
    definition = parse_spring(SPRING, unranked())

    assert (definition.ranking, definition.requirements, live_count(definition)) == (None, (), None)
    assert definition.tie_rule() == "Nothing is ranked, so there are no level scores."
    assert definition.metric_sentence() == "Nothing is ranked, so there is no score."
