"""Instruments and awards: selection, ties, limits, and money that adds up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leaderboard.domain.campaigns import Instrument, PlacePay
from leaderboard.domain.money import Money

from .spring import SPRING, changed, line_of, parse_spring, problems_of, spring

NEXT_AWARD = '[[award]]\nid = "rebate"'


def test_an_award_has_its_limits_and_defaults() -> None:
    best, rebate = spring().awards

    assert (best.rank_by, best.ties, best.limit, best.budget) == (
        "visitors",
        ("reached",),
        3,
        Money(100_000, "USD"),
    )
    assert [str(condition) for condition in best.require] == ["on_air >= 7200s"]
    assert (rebate.rank_by, rebate.limit, rebate.subject, rebate.tie_pay) == (None, None, "account", None)


def test_a_table_of_places_sets_the_limit() -> None:
    assert parse_spring("limit = 3\n", "").awards == spring().awards


def test_an_instrument_has_defaults() -> None:
    assert spring().instruments["bank"] == Instrument(kind="cash", needs=("bank_account",), rounding="down")


def test_money_is_given_with_or_without_its_currency() -> None:
    assert parse_spring('budget = "USD 1000"', "budget = 1000").awards == spring().awards
    assert parse_spring('budget = "USD 1000"', 'budget = "1000.00"').awards == spring().awards


def test_coupons_are_counted_and_not_money() -> None:
    toml = SPRING.replace('kind = "cash"', 'kind = "coupon"').replace('budget = "USD 1000"', "budget = 1000")

    [problem] = problems_of(toml.replace("amount = 200", "amount = 200.5"))

    assert problem.path == "award.best.pay.table[1].amount"
    assert problem.message == "must be a whole number, not the number 200.5"


def test_coupons_without_fractions_are_fine() -> None:
    toml = SPRING.replace('kind = "cash"', 'kind = "coupon"').replace('"USD 1000"', "1000")

    pay = parse_spring(SPRING, toml).awards[0].pay

    assert isinstance(pay, PlacePay)
    assert [row.amount for row in pay.table] == [Decimal(600), Decimal(200)]


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('rank_by = "visitors"', 'rank_by = "visitor"', "rank_by", "did you mean `visitors`?"),
        ('ties = ["reached"]\nlimit', "limit", "ties", "is required, or `tie_pay`"),
        ('ties = ["reached"]', "ties = []", "ties", "is required, or `tie_pay`"),
        ('ties = ["reached"]', 'ties = ["first"]', "ties[0]", "must be one of reached, split, visitors, "),
        ('ties = ["reached"]', 'ties = ["split", "reached"]', "ties", "`split` must come last"),
        ('ties = ["reached"]', 'ties = ["sales", "sales"]', "ties", "names a rule twice"),
        ('ties = ["reached"]', 'ties = ["split"]\ntie_pay = "each"', "tie_pay", "`each` contradicts `split`"),
        ('ties = ["reached"]', 'tie_pay = "half"', "tie_pay", "must be one of split, each"),
        ("limit = 3", "limit = 2", "limit", "the table pays 3 places, and only 2 can win"),
        ("limit = 3", "limit = 5", "limit", "5 can win, and the table pays only 3 places"),
        ("limit = 3", 'limit = "3"', "limit", "must be a whole number"),
        (
            '"USD 1000"',
            '"USD 999"',
            "budget",
            "the places cost USD 1000.00, more than the budget of USD 999.00",
        ),
        ('"USD 1000"', '"EUR 1000"', "budget", "must be in USD, the campaign's currency"),
        ('"USD 1000"', '"a lot"', "budget", "must be a decimal text"),
        ("amount = 600", "amount = 600.005", "pay.table[0].amount", "USD has 2 decimals"),
        ("amount = 600", "amount = 0", "pay.table[0].amount", "must be more than 0"),
        ("amount = 600", "amount = -1", "pay.table[0].amount", "must be more than 0"),
        (
            "to = 3, amount",
            "to = 1, amount",
            "pay.table[1].to",
            "must be more than 1, the `to` of the row before",
        ),
        ("to = 3, amount", "too = 3, amount", "pay.table[1].to", "is required"),
        ('kind = "place"', 'kind = "plaice"', "pay.kind", "did you mean `place`?"),
        ('kind = "place"\n', 'kind = "place"\npick = "each"\n', "pay.pick", "unknown key"),
        ("limit = 3", 'limit = 3\ncohort = "new"', "cohort", "there is no cohort `new`"),
        ("limit = 3", 'limit = 3\nsubject = "guild"', "subject", "must be one of account, host"),
        ("limit = 3", 'limit = 3\ngroup = "one"', "group", "no other award is in the group `one`"),
        ("limit = 3", 'limit = 3\ncap = "2h"', "cap", "must be a decimal text"),
        ("limit = 3", "limit = 3\nonce = 1", "once", "must be a text"),
        ("limit = 3", 'limit = 3\noverflow = "scale"', "overflow", "must be one of prorate, ranked"),
    ],
)
def test_what_is_wrong_with_a_ranked_award_is_told(old: str, new: str, path: str, message: str) -> None:
    toml = changed(old, new)
    problems = {problem.path: problem for problem in problems_of(toml)}

    problem = problems[f"award.best.{path}"]

    assert message in problem.message
    assert line_of(toml, 'id = "best"') - 1 <= (problem.line or 0) < line_of(toml, NEXT_AWARD)


@pytest.mark.parametrize("key", ['ties = ["reached"]', 'tie_pay = "split"', "limit = 3"])
def test_what_belongs_to_a_ranking_needs_one(key: str) -> None:
    [problem] = problems_of(changed('id = "rebate"', f'id = "rebate"\n{key}'))

    assert problem.message == "goes with `rank_by` only"


@pytest.mark.parametrize(
    ("rule", "path"), [('ties = ["sales", "split"]', "ties"), ('tie_pay = "split"', "tie_pay")]
)
def test_only_what_places_pay_can_be_split(rule: str, path: str) -> None:
    [problem] = problems_of(changed('id = "rebate"', f'id = "rebate"\nrank_by = "visitors"\n{rule}'))

    assert problem.path == f"award.rebate.{path}"
    assert (
        problem.message == "`split` divides what places pay: it goes with pay by place or fixed, not by rate"
    )


def test_a_rule_for_a_budget_that_runs_out_needs_a_budget() -> None:
    [problem] = problems_of(changed('id = "rebate"', 'id = "rebate"\noverflow = "ranked"'))

    assert (problem.path, problem.message) == ("award.rebate.overflow", "goes with `budget` only")


@pytest.mark.parametrize(
    ("ties", "sharing"),
    [('ties = ["reached"]', None), ('ties = ["split"]', "split"), ('tie_pay = "each"', "each")],
)
def test_how_level_winners_share_is_said_in_either_way(ties: str, sharing: str | None) -> None:
    assert parse_spring('ties = ["reached"]', ties).awards[0].sharing == sharing


@pytest.mark.parametrize(
    ("pay", "metrics"),
    [
        ('kind = "fixed", amount = 5', set()),
        ('kind = "rate", of = "net_sales", rate = "5%"', {"net_sales"}),
        ('kind = "unit", of = "visitors", amount = 5', {"visitors"}),
        ('kind = "pool", amount = 5', set()),
        ('kind = "pool", amount = 5, by = "on_air"', {"on_air"}),
        (
            'kind = "tier", rows = [{ when = ["sales > 1", "attr.a == b"], of = "net_sales", rate = "5%" }]',
            {"sales", "net_sales"},
        ),
    ],
)
def test_an_award_knows_the_metrics_that_it_pays_by(pay: str, metrics: set[str]) -> None:
    definition = parse_spring('{ kind = "rate", of = "net_sales", rate = "5%" }', f"{{ {pay} }}")

    assert definition.awards[1].metrics == metrics


def test_an_award_knows_the_metrics_that_level_scores_go_by() -> None:
    assert parse_spring('["reached"]', '["sales", "reached", "on_air", "split"]').awards[0].metrics == {
        "sales",
        "on_air",
    }


def test_pay_by_place_needs_a_ranking() -> None:
    toml = changed('rank_by = "visitors"\nties = ["reached"]\nlimit = 3\n', "")

    assert [str(p) for p in problems_of(toml)] == [
        f"line {line_of(toml, '[[award]]')}: award.best.rank_by: is required: the pay goes by place"
    ]


def test_an_award_needs_a_window_an_instrument_and_pay() -> None:
    toml = SPRING + '[[award]]\nid = "bare"\n'

    assert {problem.path for problem in problems_of(toml)} == {
        "award.bare.instrument",
        "award.bare.pay.kind",
        "award.bare.window",
    }


@pytest.mark.parametrize(
    ("old", "new", "most"),
    [
        ('budget = "USD 1000"', 'budget = "USD 1000"', 100_000),
        ('budget = "USD 1000"', 'budget = "USD 2000"', 100_000),
        ('budget = "USD 1000"\n', "", 100_000),
        ('ties = ["reached"]\nlimit = 3\nbudget = "USD 1000"', 'tie_pay = "split"', 100_000),
        ('ties = ["reached"]\nlimit = 3\nbudget = "USD 1000"', 'tie_pay = "each"', None),
        ('ties = ["reached"]\nlimit = 3', 'tie_pay = "each"\nlimit = 3', 100_000),
        ('budget = "USD 1000"\n', "cap = 100\n", 30_000),
        ('ties = ["reached"]\nlimit = 3\nbudget = "USD 1000"', 'ties = ["split"]\ncap = 100', 100_000),
    ],
)
def test_what_the_places_come_to_is_known_beforehand(old: str, new: str, most: int | None) -> None:
    assert parse_spring(old, new).awards[0].most == most


@pytest.mark.parametrize(
    ("pay", "most"),
    [
        ('{ kind = "rate", of = "net_sales", rate = "5%" }', None),
        ('{ kind = "rate", of = "net_sales", rate = "5%" }\ncap = 5', None),
        ('{ kind = "fixed", amount = 5 }', None),
        ('{ kind = "fixed", amount = 5 }\nrank_by = "visitors"\nties = ["reached"]\nlimit = 4', 2_000),
        (
            '{ kind = "unit", of = "visitors", amount = 5 }\nrank_by = "visitors"\nties = ["reached"]\n'
            "limit = 4\ncap = 7",
            2_800,
        ),
        ('{ kind = "pool", amount = 500, by = "net_sales" }', 50_000),
        ('{ kind = "pool", amount = 500 }\nbudget = 300', 30_000),
    ],
)
def test_what_an_award_comes_to_at_most_is_known_where_anything_limits_it(pay: str, most: int | None) -> None:
    definition = parse_spring('{ kind = "rate", of = "net_sales", rate = "5%" }', pay)

    assert definition.awards[1].most == most


def test_ties_may_end_in_sharing() -> None:
    award = parse_spring('ties = ["reached"]', 'ties = ["sales", "split"]').awards[0]

    assert award.ties == ("sales", "split")


def test_a_group_of_two_awards_is_fine() -> None:
    toml = SPRING.replace('window = "main"', 'window = "main"\ngroup = "one"')

    awards = parse_spring(SPRING, toml).awards

    assert [award.group for award in awards] == ["one", "one"]


def test_winners_of_a_fixed_amount_must_fit_the_budget() -> None:
    toml = SPRING.replace('kind = "place"', 'kind = "fixed"\namount = 400')
    toml = toml[: toml.index("table = [")] + toml[toml.index(NEXT_AWARD) :]

    [problem] = problems_of(toml)

    assert problem.path == "award.best.budget"
    assert problem.message == "the places cost USD 1200.00, more than the budget of USD 1000.00"


def test_currencies_without_decimals_take_whole_amounts_only() -> None:
    toml = SPRING.replace("USD", "JPY").replace("amount = 600", "amount = 600.5")

    [problem] = problems_of(toml)

    assert "JPY has 0 decimals" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('kind = "cash"', 'kind = "cheque"', "kind"),
        ('kind = "cash"', 'kind = "cash"\nrounding = "off"', "rounding"),
        ('kind = "cash"', 'kind = "cash"\navailable = "20bd"', "available"),
        ('kind = "cash"', 'kind = "cash"\nexpire = "7d"', "expire"),
        ('needs = ["bank_account"]', 'needs = ["Bank account"]', "needs[0]"),
    ],
)
def test_what_is_wrong_with_an_instrument_is_told(old: str, new: str, path: str) -> None:
    [problem] = problems_of(changed(old, new))

    assert problem.path == f"instrument.bank.{path}"


def test_an_award_in_an_instrument_that_nobody_knows_is_told_once() -> None:
    toml = SPRING.replace("[instrument.bank]", "[instrument.banc]")

    assert [p.message for p in problems_of(toml)] == [
        "there is no instrument `bank`; did you mean `banc`?"
    ] * 2
