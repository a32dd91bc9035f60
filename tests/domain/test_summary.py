"""A definition in sentences, before it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from leaderboard.domain.campaigns import parse_document
from leaderboard.domain.summary import summary
from tests.domain.campaigns.documents import documents
from tests.domain.campaigns.spring import parse_spring, spring


@given(documents())
def test_whatever_can_be_defined_can_be_told(document: dict[str, Any]) -> None:
    sentences = summary(parse_document(document))

    assert [sentence for sentence in sentences if not sentence[:1].isupper() or sentence[-1] != "."] == []


def test_a_definition_is_told_in_sentences() -> None:
    assert summary(spring()) == (
        "Ranks partner accounts by distinct visitors of the account's products, each counted once.",
        "Level scores go by: whoever reached the score first, by the store's receive time, then account id.",
        "The window main goes from 2031-03-03 00:00 to 2031-03-10 00:00 (America/New_York); the end itself no longer "
        "counts.",
        "The clock closes it at its end.",
        "What is received more than 2 d after the end does not count, and is listed.",
        "Accounts take part from the moment an operator enrols them.",
        "To take part, an account hands in: hosts, schedule, bank account.",
        "To win (rule partners), it needs kind is partner; judged as it is at the start.",
        "Rule returns holds an account's awards until somebody has decided, where return_rate at least 30%.",
        "Award best: the first 3 by visitors above zero, among those with on_air at least 2 h; USD 1000.00 in all; "
        "place 1: USD 600.00; places 2 to 3, each: USD 200.00.",
        "Award rebate: everybody; 5% of net_sales.",
        "Cheating: views by machines do not count; doubtful ones are discounted, and people decide on what is held; "
        "appeals are taken for 7 d after a decision.",
        "Nothing is certified in the first 7 d after the end.",
        "Awards are paid by 2031-04-04: within 20 business days (US-FED) of the end.",
        "The standings are read by those who have signed in.",
        "Assumed, as its source does not say: award.best.ties.",
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('currency = "USD"', 'currency = "USD"\npublic = true', "Anybody may read the standings, without details."),
        ('late = "48h"', 'close = "manual"', "Awards are paid within 20 business days (US-FED) of its close."),
        (
            'late = "48h"',
            'close = "manual"',
            "People close it; what is received after that does not count, and is listed.",
        ),
        ('pay = "20bd"', "", "It promises no day on which awards are paid."),
        ('pay = "20bd"', 'pay = "48h"', "Awards are paid by 2031-03-11: within 2 d of the end."),
        ('action = "hold"', 'action = "warn"', "Rule returns warns an account, where return_rate at least 30%."),
        (
            'require = ["attr.kind == partner"]',
            'any = ["attr.kind == partner", "attr.country == US"]',
            "To win (rule partners), it needs kind is partner or country is US; judged as it is at the start.",
        ),
        (
            "[registration]",
            '[live]\nbridge = "20s"\n[registration]',
            "Live time: a silence of up to 20 s between two effective spans counts.",
        ),
    ],
)  # fmt: skip
def test_each_rule_has_its_sentence(old: str, new: str, sentence: str) -> None:
    assert sentence in summary(parse_spring(old, new))
