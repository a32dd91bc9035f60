"""The sentences that tell people how a campaign is ranked."""

from __future__ import annotations

import pytest

from .spring import parse_spring

STEPS = 'steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]'


@pytest.mark.parametrize(
    ("ties", "sentence"),
    [
        (
            'ties = ["reached"]',
            "Level scores: whoever reached the score first, by the store's receive time, then account id.",
        ),
        (
            'ties = ["sales"]',
            "Level scores: the higher sales, then whoever reached the score first, by the store's receive time, "
            "then account id.",
        ),
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
