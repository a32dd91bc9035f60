"""Every rule of a definition as one sentence."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import Definition, parse_toml
from leaderboard.domain.rules_in_words import rules_in_words, sentences
from tests.domain.campaigns.spring import changed, parse_spring, spring

RATE = '{ kind = "rate", of = "net_sales", rate = "5%" }'


def told(award: str, definition: Definition) -> list[str]:
    """What is said beneath an award."""
    rules = [rule for rule in rules_in_words(definition) if rule.sentence.startswith(f"{award}: ")]
    return list(rules[0].more)


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
        "cheating: views by machines do not count; doubtful ones are discounted, and people decide on what is held; "
        "appeals are taken for 7 d after a decision",
        "payment: within 20 business days of the end",
        "source: the rules of the spring sale",
        "assumed: award.best.ties",
    ]


def test_what_an_award_pays_goes_on_beneath_it() -> None:
    award = next(rule for rule in rules_in_words(spring()) if rule.label == "award")

    assert award.more == ("place 1: USD 600.00", "places 2 to 3, each: USD 200.00")


@pytest.mark.parametrize(
    ("pay", "more"),
    [
        ('kind = "fixed", amount = 5', ["each: USD 5.00"]),
        ('kind = "unit", of = "visitors", amount = "0.05"', ["USD 0.05 for each of the visitors"]),
        (
            'kind = "pool", amount = 90',
            ["USD 90.00 shared in equal parts; smallest units left over go by the largest remainder"],
        ),
        (
            'kind = "pool", amount = 90, by = "on_air"',
            [
                "USD 90.00 shared in proportion to on_air; smallest units left over go by the largest remainder"
            ],
        ),
        (
            'kind = "rate", of = "sales", brackets = [{ to = 100, rate = "10%" }, { to = 200, rate = "5%" },'
            ' { rate = "0.5%" }]',
            [
                "10% of sales up to USD 100.00",
                "5% of sales above USD 100.00 up to USD 200.00",
                "0.5% of sales above USD 200.00",
            ],
        ),
        (
            'kind = "rate", of = "sales", brackets = [{ to = 100, rate = "10%" }]',
            ["10% of sales up to USD 100.00", "nothing above USD 100.00"],
        ),
        ('kind = "rate", of = "sales", brackets = [{ rate = "10%" }]', ["10% of sales"]),
        (
            'kind = "tier", rows = [{ when = ["sales >= 500", "on_air > 2h"], amount = 9 },'
            ' { when = ["sales >= 900"], of = "net_sales", rate = "2%" }]',
            [
                "with sales at least 500 and on_air above 2 h: USD 9.00",
                "with sales at least 900: 2% of net_sales",
                "of the tiers that are reached, the one that pays most",
            ],
        ),
        (
            'kind = "tier", pick = "each", rows = [{ when = ["sales >= 5"], amount = 9 },'
            ' { when = ["sales >= 9"], amount = 2 }]',
            [
                "with sales at least 5: USD 9.00",
                "with sales at least 9: USD 2.00",
                "all tiers that are reached, added up",
            ],
        ),
    ],
)
def test_every_kind_of_pay_is_told(pay: str, more: list[str]) -> None:
    assert told("rebate", parse_spring(RATE, f"{{ {pay} }}")) == more


@pytest.mark.parametrize(
    ("limits", "more"),
    [
        ("cap = 50", ["at most USD 50.00 each"]),
        ("cap_total = 50", ["at most USD 50.00 each in the whole campaign"]),
        ("budget = 50", ["where that is not enough for all, everybody gets less in the same proportion"]),
        (
            'budget = 50\noverflow = "ranked"',
            [
                "where that is not enough for all, it is paid in the order of the standings until it is used up"
            ],
        ),
        (
            'rank_by = "visitors"\nties = ["sales"]',
            [
                "level scores: the higher sales, then whoever reached the score first, by the store's receive time, "
                "then account id"
            ],
        ),
    ],
)
def test_limits_and_an_order_of_its_own_are_told_with_an_award(limits: str, more: list[str]) -> None:
    definition = parse_spring('id = "rebate"', f'id = "rebate"\n{limits}')

    assert told("rebate", definition) == ["5% of net_sales", *more]


@pytest.mark.parametrize(
    ("rounding", "sentence"),
    [("up", "rounded up to the next USD 0.01"), ("nearest", "rounded to the nearest USD 0.01, halves up")],
)
def test_a_rounding_other_than_down_is_told_where_anything_is_rounded(rounding: str, sentence: str) -> None:
    definition = parse_spring('kind = "cash"', f'kind = "cash"\nrounding = "{rounding}"')

    assert told("rebate", definition) == ["5% of net_sales", sentence]
    assert told("best", definition) == ["place 1: USD 600.00", "places 2 to 3, each: USD 200.00"]


@pytest.mark.parametrize(
    ("ties", "sentences_of_it"),
    [
        (
            'ties = ["split"]',
            [
                "level winners share the prizes of their places equally; smallest units left over go to the first"
            ],
        ),
        (
            'tie_pay = "each"',
            [
                "level winners each get in full what the best of their places pays",
                "where that is not enough for all, everybody gets less in the same proportion",
            ],
        ),
    ],
)
def test_how_level_winners_share_is_told(ties: str, sentences_of_it: list[str]) -> None:
    more = told("best", parse_spring('ties = ["reached"]', ties))

    assert more == ["place 1: USD 600.00", "places 2 to 3, each: USD 200.00", *sentences_of_it]


def test_an_award_for_a_part_of_the_accounts_tells_which() -> None:
    cohort = '[cohort.grown]\nwhere = ["attr.kind == partner", "attr.country == US"]\n\n[[validator]]'
    toml = changed("[[validator]]", cohort).replace('id = "rebate"', 'id = "rebate"\ncohort = "grown"')

    assert told("rebate", parse_toml(toml)) == [
        "only for grown: kind is partner and country is US",
        "5% of net_sales",
    ]


def test_alternatives_are_told_as_such() -> None:
    definition = parse_spring(
        'require = ["attr.kind == partner"]', 'any = ["attr.kind == partner", "attr.country == US"]'
    )

    assert "who may: partners: kind is partner or country is US" in sentences(definition)
