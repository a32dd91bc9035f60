"""Steps: folds and gates, and thresholds of a kind that fits what they are of."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import CountedMetric, Step

from .spring import changed, line_of, parse_spring, problems_of


def test_steps_fold_and_gate() -> None:
    definition = parse_spring(
        'source = "live"',
        'source = "live"\nsteps = [{ by = ["session"], keep = ">= 30m" },\n'
        '  { by = ["day"], agg = "sum", cap = "2h" }, { agg = "mean", over = "day" }]',
    )

    metric = definition.metrics["on_air"]

    assert isinstance(metric, CountedMetric)
    assert [str(step.keep or step.cap or step.over) for step in metric.steps] == [">= 1800s", "7200s", "day"]
    assert metric.steps[1] == Step(by=("day",), agg="sum", cap=metric.steps[1].cap)


@pytest.mark.parametrize(
    ("step", "key", "message"),
    [
        ('{ by = ["day"] }', "agg", "is required, or `keep`"),
        ('{ keep = ">= 1h", cap = "2h" }', "cap", "needs `agg`"),
        ('{ agg = "sum", over = "day" }', "over", "goes with the aggregate `mean` only"),
        ('{ agg = "sum", by = ["day", "day"] }', "by", "names a key twice"),
        ('{ agg = "summ" }', "agg", "did you mean `sum`?"),
        ('{ agg = "sum", keep = "30m" }', "keep", "an operator and a literal"),
        ('{ agg = "sum", keep = ">= 30" }', "keep", "a duration such as"),
        ('{ agg = "count", keep = ">= 1h" }, { agg = "sum" }', "keep", "a plain number"),
        ('{ agg = "sum", by = ["Day"] }', "by[0]", "must be a field"),
        ('{ agg = "sum", bye = ["day"] }', "bye", "did you mean `by`?"),
    ],
)
def test_what_is_wrong_with_a_step_is_told(step: str, key: str, message: str) -> None:
    toml = changed('where = ["effective == true"]', f"steps = [{step}]")
    problems = {problem.path: problem for problem in problems_of(toml)}

    problem = problems[f"metric.on_air.steps[0].{key}"]

    assert message in problem.message
    assert problem.line == line_of(toml, step)
