"""Each construct that is not built yet is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from leaderboard.domain.campaigns import parse_document, parse_toml, unbuilt
from leaderboard.domain.campaigns.unbuilt import NOT_BUILT

from .documents import documents
from .spring import SPRING, changed, parse_spring, spring

RATE = '{ kind = "rate", of = "net_sales", rate = "5%" }'
TIER = "{ kind = 'tier', rows = [{ when = ["
# A change of the campaign, and the path under which it is then named.
CASES = [
    ("[clock]", '[subject]\nmember = "shop"\n[clock]', "subject.member"),
    ('"approve"', '"invite"', "registration.mode"),
    ('mode = "approve"', "opens = 2031-01-01T00:00:00", "registration.opens"),
    ('mode = "approve"', "closes = 2031-01-01T00:00:00", "registration.closes"),
    ('"hosts", "schedule"', '"hosts", "passport"', "registration.requires[1]"),
    ("end = 2031-03-10T00:00:00", 'end = 2031-03-10T00:00:00\nevery = "day"', "award.best.window"),
    (
        "start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00",
        'anchor = "attr.a"\nlength = "7d"',
        "award.best.window",
    ),
    ("[clock]", '[cohort.fresh]\nwhere = ["host.spent < 100"]\n[clock]', "cohort.fresh.where[0]"),
    ("[clock]", '[cohort.fresh]\nwhere = ["net_sales < 100"]\n[clock]', "cohort.fresh.where[0]"),
    ('require = ["attr.kind', 'any = ["host.kind', "eligibility.partners.any[0]"),
    ('require = ["attr.kind == partner"', 'any = ["sales > 100"', "eligibility.partners.any[0]"),
    ('"attr.kind == partner"', '"host.kind == partner"', "eligibility.partners.require[0]"),
    ('"attr.kind == partner"', '"sales > 100"', "eligibility.partners.require[0]"),
    ('scope = "account"', 'scope = "session"', "validator.returns.scope"),
    ('"return_rate >= 30%"', '"host.rate >= 30%"', "validator.returns.when[0]"),
    ('action = "hold"', 'action = "reduce"', "validator.returns.action"),
    ('action = "hold"', 'action = "drop"', "validator.returns.action"),
    ('action = "hold"', 'action = "forfeit"', "validator.returns.action"),
    ('action = "hold"', 'action = "hold"\nbar = "30d"', "validator.returns.bar"),
    ('action = "hold"', 'action = "hold"\nstrikes = 2', "validator.returns.strikes"),
    ('kind = "cash"', 'kind = "wallet"', "instrument.bank.kind"),
    ('kind = "cash"', 'kind = "cash"\navailable = "1d"', "instrument.bank.available"),
    ('kind = "cash"', 'kind = "cash"\nexpires = "1d"', "instrument.bank.expires"),
    ('needs = ["bank_account"]', 'needs = ["shop"]', "instrument.bank.needs[0]"),
    ('kind = "cash"', 'kind = "cash"\nfx = "at_issue"', "instrument.bank.fx"),
    ('kind = "cash"', 'kind = "cash"\nterms = "in May"', "instrument.bank.terms"),
    ("limit = 3", 'limit = 3\nsubject = "host"', "award.best.subject"),
    ('"on_air >= 2h"', '"host.medal == gold"', "award.best.require[0]"),
    ('rank_by = "visitors"', 'rank_by = "sales"', "award.best.rank_by"),
    ('"rebate"', '"rebate"\nrank_by = "sales"\nties = ["reached"]', "award.rebate.rank_by"),
    ("limit = 3", 'limit = 3\nonce = "seller"', "award.best.once"),
    ('rate = "5%" }', 'rate = "5%", cumulative = true }', "award.rebate.pay.cumulative"),
    (RATE, f"{TIER}'attr.level == gold'], amount = 5 }}] }}", "award.rebate.pay.rows[0]"),
    (RATE, f"{TIER}'sales > attr.target'], amount = 5 }}] }}", "award.rebate.pay.rows[0]"),
    ('hold = "7d"', 'hold_from = "last_delivery"', "settlement.hold_from"),
    ('hold = "7d"', 'announce = "1d"', "settlement.announce"),
    ('hold = "7d"', 'appeal = "5bd"', "settlement.appeal"),
    ('pay = "20bd"', 'pay = "7d"', "settlement.pay"),
    ('hold = "7d"', 'clawback = "30d"', "settlement.clawback"),
    ('hold = "7d"', 'review = "3bd"', "settlement.review"),
    ('hold = "7d"', "minimum = 10", "settlement.minimum"),
]
LATER = "[window.later]\nstart = 2031-03-08T00:00:00\nend = 2031-03-20T00:00:00\n"
# The same for what takes more than one change.
TEXTS = [
    (
        SPRING.replace('"rebate"\nwindow = "main"', '"rebate"\nwindow = "later"') + LATER,
        "award.rebate.window",
    ),
    (
        changed('source = "order"', 'source = "order"\nwindow = "later"') + LATER + 'every = "day"\n',
        "metric.sales.window",
    ),
    (SPRING.replace('window = "main"', 'window = "main"\ngroup = "one"'), "award.best.group"),
    (SPRING[: SPRING.index("[[award]]")] + SPRING[SPRING.rindex("[[award]]") :], "award"),
    (SPRING.replace('"account"', '"agency"') + '[subject]\nunit = "agency"\n', "subject.unit"),
]


def test_what_is_built_is_not_named() -> None:
    assert unbuilt(spring()) == []
    assert unbuilt(parse_spring('late = "48h"', 'close = "manual"')) == []
    assert unbuilt(parse_spring('by = ["visitor"]', 'by = ["visitor", "product"]')) == []
    assert unbuilt(parse_spring('calendar = "US-FED"\n', "")) == []


@pytest.mark.parametrize(("toml", "path"), [(changed(old, new), path) for old, new, path in CASES] + TEXTS)
def test_what_is_not_built_is_named_by_its_path(toml: str, path: str) -> None:
    assert path in [sentence.split(": ")[0] for sentence in unbuilt(parse_toml(toml))]


def test_each_row_of_the_table_is_tried() -> None:
    texts = [changed(old, new) for old, new, _ in CASES] + [toml for toml, _ in TEXTS]

    named = {sentence.split(": ", 1)[1] for toml in texts for sentence in unbuilt(parse_toml(toml))}

    assert {row.sentence for row in NOT_BUILT} <= named


def test_what_decides_who_qualifies_is_built() -> None:
    text = (
        changed('at = "open"\nrequire = ["attr.kind == partner"]', 'at = "close"\nany = ["attr.a == attr.b"]')
        .replace("limit = 3", 'limit = 3\ncohort = "fresh"')
        .replace('"on_air >= 2h"', '"on_air >= attr.target", "attr.medal == gold"')
        .replace('action = "hold"', 'action = "exclude"')
        .replace('"return_rate >= 30%"', '"return_rate >= attr.rate", "attr.new == false"')
    )
    before = """
[window.before]
start = 2031-02-03T00:00:00
end = 2031-03-03T00:00:00
[metric.sales_before]
source = "order"
window = "before"
[cohort.fresh]
where = ["sales_before < USD 100", "attr.country in US, CA"]
as_of = "campaign_start"
"""

    assert unbuilt(parse_toml(text + before)) == []


@pytest.mark.parametrize(
    "pay",
    [
        'kind = "fixed", amount = 5',
        'kind = "rate", of = "net_sales", brackets = [{ to = 100, rate = "5%" }, { rate = "1%" }]',
        'kind = "unit", of = "visitors", amount = 1',
        'kind = "pool", amount = 90, by = "sales"',
        'kind = "tier", pick = "each", rows = [{ when = ["sales > 5"], of = "sales", rate = "5%" }]',
    ],
)
def test_every_pay_with_every_limit_is_built_for_all_and_for_the_winners_of_the_ranking(pay: str) -> None:
    limits = 'cap = 5\ncap_total = 50\nbudget = 60\noverflow = "ranked"'
    ranked = 'rank_by = "visitors"\nties = ["sales", "on_air"]\ntie_pay = "each"\nlimit = 2'
    toml = changed(RATE, f"{{ {pay} }}").replace('kind = "cash"', 'kind = "cash"\nrounding = "nearest"')

    for more in (limits, f"{limits}\n{ranked}"):
        assert unbuilt(parse_toml(toml.replace('id = "rebate"', f'id = "rebate"\n{more}'))) == []


@pytest.mark.parametrize("ties", ['["split"]', '["sales", "split"]', '["sales", "reached"]', '["on_air"]'])
def test_every_rule_on_level_scores_is_built(ties: str) -> None:
    assert unbuilt(parse_spring('["reached"]', ties)) == []


def test_metrics_of_every_kind_are_built() -> None:
    metrics = """
[window.week]
anchor = "attr.joined_at"
length = "7d"
[window.days]
start = 2031-03-03T00:00:00
end = 2031-03-10T00:00:00
every = "day"
[metric.shows]
source = "live"
where = ["cart_items > 1", "host.registered == true"]
steps = [{ by = ["session"], keep = ">= 1h" }, { by = ["day"], agg = "any" }, { agg = "streak" }]
[metric.spent]
source = "ad_spend"
window = "week"
weight = [{ where = ["paid == false"], factor = "50%" }]
at_least = 5
[metric.growth]
op = "growth"
of = ["sales", "spent"]
absent = 1
"""

    assert (
        unbuilt(
            parse_toml(SPRING.replace("[clock]", '[clock]\nday_start = "03:00"\nspan = "start"') + metrics)
        )
        == []
    )


def test_a_metric_over_the_recurring_window_of_an_award_is_built() -> None:
    toml = changed('source = "order"', 'source = "order"\nwindow = "main"')
    toml = toml.replace("end = 2031-03-10T00:00:00", 'end = 2031-03-10T00:00:00\nevery = "day"')

    assert not [sentence for sentence in unbuilt(parse_toml(toml)) if sentence.startswith("metric.")]


@given(documents())
def test_every_definition_can_be_asked(document: dict[str, Any]) -> None:
    assert all(": " in sentence for sentence in unbuilt(parse_document(document)))
