from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import line_of

TOML = """\
id = "x"
[window.months]
every = "month"
[metric.gmv]
source = "order"
where = ["a == b",
  "c == d"]
[[award]]
id = "monthly"
[[award]]
id = "whole"
window = "months"
pay = { kind = "fixed", amount = 1 }
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("window.months.every", 3), ("metric.gmv.where[1]", 7), ("award.whole.window", 12),
        ("award.whole.pay.kind", 13), ("award.monthly.limit", 8), ("nothing.here", None), ("award.unknown.pay", 8),
    ],
)  # fmt: skip
def test_a_path_leads_to_its_line_or_to_the_table_around_it(path: str, line: int | None) -> None:
    assert line_of(TOML, path) == line
