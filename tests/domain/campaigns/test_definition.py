"""What a definition tells of itself: its span, its ranking, its sentences, its live count."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import DistinctCount, Ranking, live_count
from leaderboard.domain.times import rfc3339

from .spring import SPRING, parse_spring, spring

STEPS = 'steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]'
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


@pytest.mark.parametrize(
    ("ties", "sentence"),
    [
        (
            'ties = ["reached"]',
            "Level scores: whoever reached the score first, by the store's receive time, then account id.",
        ),
        ('ties = ["sales"]', "Level scores: the higher sales, then account id."),
        (
            'ties = ["sales", "split"]',
            "Level scores: the higher sales, then they share the place and split what it pays.",
        ),
        ('tie_pay = "each"', "Level scores: they share the place and each is paid for it in full."),
        (
            'ties = ["sales"]\ntie_pay = "split"',
            "Level scores: the higher sales, then they share the place and split what it pays.",
        ),
    ],
)
def test_the_tie_rule_is_a_sentence(ties: str, sentence: str) -> None:
    assert parse_spring('ties = ["reached"]', ties).tie_rule() == sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "schema = 1",
            "schema = 1",
            "Score: distinct visitors of the account's products, each counted once.",
        ),
        (
            'by = ["visitor"]',
            'by = ["product", "visitor"]',
            "Score: distinct pairs of a visitor and a product of the account, each counted once.",
        ),
        (STEPS, "", "Score: visitors, counted from view events."),
        ('rank_by = "visitors"', 'rank_by = "net_sales"', "Score: net_sales, sales minus returned."),
        (
            'rank_by = "visitors"',
            'rank_by = "return_rate"',
            "Score: return_rate, returned as a share of sales.",
        ),
    ],
)
def test_the_score_is_told_in_a_sentence(old: str, new: str, sentence: str) -> None:
    assert parse_spring(old, new).metric_sentence() == sentence


@pytest.mark.parametrize(
    ("new", "count"),
    [
        (STEPS, DistinctCount(of=("visitor",))),
        ('steps = [{ by = ["visitor"], agg = "any" }, { agg = "count" }]', DistinctCount(of=("visitor",))),
        (
            'steps = [{ by = ["visitor", "product"], agg = "any" }, { agg = "sum" }]',
            DistinctCount(of=("visitor", "product")),
        ),
        (
            'steps = [{ by = ["product", "visitor"], agg = "any" }, { agg = "count" }]',
            DistinctCount(of=("visitor", "product")),
        ),
        (STEPS + '\nwindow = "main"', DistinctCount(of=("visitor",))),
        ("", None),
        ("steps = []", None),
        ('steps = [{ by = ["visitor"], agg = "any" }]', None),
        ('steps = [{ by = ["product"], agg = "any" }, { agg = "sum" }]', None),
        ('steps = [{ by = ["visitor", "day"], agg = "any" }, { agg = "sum" }]', None),
        ('steps = [{ by = ["visitor"], agg = "sum" }, { agg = "sum" }]', None),
        ('steps = [{ by = ["visitor"], agg = "any" }, { agg = "max" }]', None),
        ('steps = [{ by = ["visitor"], agg = "any" }, { by = ["day"], agg = "sum" }]', None),
        ('steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum", cap = 10 }]', None),
        (STEPS + "\nat_most = 10", None),
        (STEPS + "\nweight = [{ factor = 2 }]", None),
    ],
)
def test_only_an_exact_distinct_count_is_kept_live(new: str, count: DistinctCount | None) -> None:
    assert live_count(parse_spring(STEPS, new)) == count


def test_views_of_all_kinds_may_be_counted_but_no_others() -> None:
    where = 'value = "count"\nwhere = ["valid == true"]'

    assert live_count(parse_spring(where, "")) == DistinctCount(of=("visitor",))
    assert live_count(parse_spring(where, 'where = ["valid == false"]')) is None
    assert live_count(parse_spring(where, 'where = ["valid == true", "source == live"]')) is None
    assert live_count(parse_spring(where, 'value = "dwell"')) is None
    assert live_count(parse_spring('source = "view"', 'source = "order"')) is None


def test_a_count_over_another_window_is_not_the_score() -> None:
    toml = SPRING.replace(
        "[registration]",
        "[window.before]\nstart = 2030-01-01T00:00:00\nend = 2030-02-01T00:00:00\n[registration]",
    ).replace(STEPS, STEPS + '\nwindow = "before"')

    assert live_count(parse_spring(SPRING, toml)) is None
