"""Every rule of a definition as one sentence."""

from __future__ import annotations

from leaderboard.domain.rules_in_words import rules_in_words, sentences
from tests.domain.campaigns.spring import parse_spring, spring


def test_every_rule_is_one_text_with_its_label() -> None:
    assert sentences(spring()) == [
        "score: distinct visitors of the account's products, each counted once.",
        "level: whoever reached the score first, by the store's receive time, then account id.",
        "late: what is received more than 2 d after the end does not count, and is listed",
        "closing: by the clock",
        "who may: partners: kind is partner",
        "award: best: the first 3 by visitors above zero, among those with on_air at least 2 h; USD 1000.00 in all; "
        "place 1: USD 600.00; places 2 to 3, each: USD 200.00",
        "award: rebate: everybody; 5% of net_sales",
        "check: returns: hold when return_rate at least 30%",
        "payment: within 20 business days of the end",
        "source: the rules of the spring sale",
        "assumed: award.best.ties",
    ]


def test_what_an_award_pays_goes_on_beneath_it() -> None:
    award = next(rule for rule in rules_in_words(spring()) if rule.label == "award")

    assert award.more == ("place 1: USD 600.00", "places 2 to 3, each: USD 200.00")


def test_alternatives_are_told_as_such() -> None:
    definition = parse_spring(
        'require = ["attr.kind == partner"]', 'any = ["attr.kind == partner", "attr.country == US"]'
    )

    assert "who may: partners: kind is partner or country is US" in sentences(definition)
