"""Each construct that is not built yet is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from leaderboard.domain.campaigns import parse_document, parse_toml, unbuilt
from leaderboard.domain.campaigns.unbuilt import NOT_BUILT

from .documents import documents
from .spring import SPRING, changed, parse_spring, spring

# A change of the campaign, and the path under which it is then named.
CASES = [
    ("[clock]", '[clock]\nday_start = "03:00"', "clock.day_start"),
    ("[clock]", '[clock]\nweek_start = "sunday"', "clock.week_start"),
    ("[clock]", '[clock]\nspan = "start"', "clock.span"),
    ('"US-FED"', '"US"', "clock.calendar"),
    ("[clock]", '[subject]\nmember = "shop"\n[clock]', "subject.member"),
    ('"approve"', '"invite"', "registration.mode"),
    ('mode = "approve"', "opens = 2031-01-01T00:00:00", "registration.opens"),
    ('mode = "approve"', "closes = 2031-01-01T00:00:00", "registration.closes"),
    ('"hosts", "schedule"', '"hosts", "passport"', "registration.requires[1]"),
    ("[clock]", '[window.own]\nanchor = "attr.a"\nlength = "7d"\n[clock]', "window.own.anchor"),
    ("end = 2031-03-10T00:00:00", 'end = 2031-03-10T00:00:00\nevery = "day"', "window.main.every"),
    ("[clock]", '[cohort.fresh]\nwhere = ["attr.spent < 100"]\n[clock]', "cohort.fresh.where"),
    ('source = "refund"', 'source = "ad_spend"', "metric.returned.source"),
    ('source = "refund"', 'source = "refund"\nvalue = "items"', "metric.returned.value"),
    ('["effective == true"]', '["effective == true", "cart_items > 1"]', "metric.on_air.where[1]"),
    ('["effective == true"]', '["effective == false"]', "metric.on_air.where[0]"),
    ('source = "order"', 'source = "order"\nwhere = ["valid == true"]', "metric.sales.where[0]"),
    ('source = "order"', 'source = "order"\nweight = [{ factor = 2 }]', "metric.sales.weight"),
    ('source = "order"', 'source = "order"\nsteps = [{ by = ["day"], agg = "max" }]', "metric.sales.steps"),
    ("[metric.sales]", '[metric.views]\nsource = "view"\n[metric.sales]', "metric.views.steps"),
    ('source = "order"', 'source = "order"\nat_least = 5', "metric.sales.at_least"),
    ('source = "order"', 'source = "order"\nat_most = 5', "metric.sales.at_most"),
    ('op = "minus"', 'op = "plus"', "metric.net_sales.op"),
    ('op = "minus"', 'op = "minus"\nabsent = 1', "metric.net_sales.absent"),
    ('at = "open"', 'at = "close"', "eligibility.partners.at"),
    ('require = ["attr.kind', 'any = ["attr.kind', "eligibility.partners.any"),
    ('"attr.kind == partner"', '"sales > 100"', "eligibility.partners.require[0]"),
    ('"attr.kind == partner"', '"attr.kind == attr.x"', "eligibility.partners.require[0]"),
    ('scope = "account"', 'scope = "session"', "validator.returns.scope"),
    ('"return_rate >= 30%"', '"attr.rate >= 30%"', "validator.returns.when[0]"),
    ('"return_rate >= 30%"', '"return_rate >= attr.rate"', "validator.returns.when[0]"),
    ('action = "hold"', 'action = "exclude"', "validator.returns.action"),
    ('action = "hold"', 'action = "hold"\nbar = "30d"', "validator.returns.bar"),
    ('action = "hold"', 'action = "hold"\nstrikes = 2', "validator.returns.strikes"),
    ('kind = "cash"', 'kind = "wallet"', "instrument.bank.kind"),
    ('kind = "cash"', 'kind = "cash"\navailable = "1d"', "instrument.bank.available"),
    ('kind = "cash"', 'kind = "cash"\nexpires = "1d"', "instrument.bank.expires"),
    ('needs = ["bank_account"]', 'needs = ["shop"]', "instrument.bank.needs[0]"),
    ('kind = "cash"', 'kind = "cash"\nrounding = "up"', "instrument.bank.rounding"),
    ('kind = "cash"', 'kind = "cash"\nfx = "at_issue"', "instrument.bank.fx"),
    ('kind = "cash"', 'kind = "cash"\nterms = "in May"', "instrument.bank.terms"),
    ("limit = 3", 'limit = 3\nsubject = "host"', "award.best.subject"),
    ('"on_air >= 2h"', '"attr.medal == gold"', "award.best.require[0]"),
    ('rank_by = "visitors"', 'rank_by = "sales"', "award.best.rank_by"),
    ('"rebate"', '"rebate"\nrank_by = "visitors"\nties = ["reached"]', "award.rebate.rank_by"),
    ('["reached"]', '["sales", "reached"]', "award.best.ties"),
    ('ties = ["reached"]', 'tie_pay = "each"', "award.best.ties"),
    ("limit = 3", 'limit = 3\ntie_pay = "split"', "award.best.tie_pay"),
    ("limit = 3", "limit = 3\ncap = 100", "award.best.cap"),
    ("limit = 3", "limit = 3\ncap_total = 100", "award.best.cap_total"),
    ('id = "rebate"', 'id = "rebate"\nbudget = 100', "award.rebate.budget"),
    ("limit = 3", 'limit = 3\noverflow = "scale"', "award.best.overflow"),
    ("limit = 3", 'limit = 3\nonce = "seller"', "award.best.once"),
    ('id = "rebate"', 'id = "rebate"\nrank_by = "visitors"\nties = ["reached"]', "award.rebate.pay"),
    (
        '{ kind = "rate", of = "net_sales", rate = "5%" }',
        '{ kind = "fixed", amount = 1 }',
        "award.rebate.pay.kind",
    ),
    ('rate = "5%" }', 'brackets = [{ rate = "5%" }] }', "award.rebate.pay.brackets"),
    ('rate = "5%" }', 'rate = "5%", cumulative = true }', "award.rebate.pay.cumulative"),
    ('hold = "7d"', 'hold_from = "last_delivery"', "settlement.hold_from"),
    ('hold = "7d"', 'announce = "1d"', "settlement.announce"),
    ('hold = "7d"', 'appeal = "5bd"', "settlement.appeal"),
    ('pay = "20bd"', 'pay = "7d"', "settlement.pay"),
    ('hold = "7d"', 'clawback = "30d"', "settlement.clawback"),
    ('hold = "7d"', 'review = "3bd"', "settlement.review"),
    ('hold = "7d"', "minimum = 10", "settlement.minimum"),
]
LATER = "[window.later]\nstart = 2031-03-08T00:00:00\nend = 2031-03-20T00:00:00\n"
COHORT = '[cohort.fresh]\nwhere = ["attr.spent < 100"]\n'
PAIRS = '[metric.pairs]\nsource = "view"\nsteps = [{ by = ["visitor", "product"], agg = "any" }, { agg = "sum" }]\n'
# The same for what takes more than one change.
TEXTS = [
    (
        SPRING.replace('"rebate"\nwindow = "main"', '"rebate"\nwindow = "later"') + LATER,
        "award.rebate.window",
    ),
    (changed('source = "order"', 'source = "order"\nwindow = "later"') + LATER, "metric.sales.window"),
    (changed("limit = 3", 'limit = 3\ncohort = "fresh"') + COHORT, "award.best.cohort"),
    (SPRING.replace('window = "main"', 'window = "main"\ngroup = "one"'), "award.best.group"),
    (SPRING[: SPRING.index("[[award]]")] + SPRING[SPRING.rindex("[[award]]") :], "award"),
    (SPRING + PAIRS, "metric.pairs.steps"),
    (SPRING + '[metric.shows]\nsource = "live"\nvalue = "count"\n', "metric.shows.value"),
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

    assert named == {row.sentence for row in NOT_BUILT}


def test_a_relative_window_is_refused_in_a_sentence() -> None:
    sentences = unbuilt(parse_spring("[clock]", '[window.week]\nanchor = "attr.a"\nlength = "7d"\n[clock]'))

    assert sentences == ["window.week.anchor: participant-relative windows are not built yet"]


@given(documents())
def test_every_definition_can_be_asked(document: dict[str, Any]) -> None:
    assert all(": " in sentence for sentence in unbuilt(parse_document(document)))
