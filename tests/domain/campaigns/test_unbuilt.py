"""Each construct that is not built yet is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from leaderboard.domain.campaigns import parse_document, parse_toml, unbuilt
from leaderboard.domain.campaigns.unbuilt import NOT_BUILT

from .documents import documents
from .spring import SPRING, changed, parse_spring, spring

STEPS = 'steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]'
LATER = "[window.later]\nstart = 2031-03-08T00:00:00\nend = 2031-03-20T00:00:00\n"
COHORT = '[cohort.fresh]\nwhere = ["attr.spent < 100"]\n'

# For each row of the table one change of the campaign, and the path under which it is then named.
CASES: dict[tuple[str, str], list[tuple[str, str, str]]] = {
    ("clock", "day_start"): [("[clock]", '[clock]\nday_start = "03:00"', "clock.day_start")],
    ("clock", "week_start"): [("[clock]", '[clock]\nweek_start = "sunday"', "clock.week_start")],
    ("clock", "span"): [("[clock]", '[clock]\nspan = "start"', "clock.span")],
    ("clock", "calendar"): [('"US-FED"', '"US"', "clock.calendar")],
    ("subject", "unit"): [("[clock]", '[subject]\nunit = "agency"\n[clock]', "subject.unit")],
    ("subject", "member"): [("[clock]", '[subject]\nmember = "shop"\n[clock]', "subject.member")],
    ("registration", "mode"): [('"approve"', '"invite"', "registration.mode")],
    ("registration", "opens"): [('mode = "approve"', "opens = 2031-01-01T00:00:00", "registration.opens")],
    ("registration", "closes"): [('mode = "approve"', "closes = 2031-01-01T00:00:00", "registration.closes")],
    ("registration", "requires[]"): [('"hosts", "schedule"', '"hosts", "passport"', "registration.requires[1]")],
    ("window", "anchor"): [("[clock]", '[window.own]\nanchor = "attr.a"\nlength = "7d"\n[clock]', "window.own.anchor")],
    ("window", "every"): [("end = 2031-03-10T00:00:00", 'end = 2031-03-10T00:00:00\nevery = "day"', "window.main.every")],
    ("cohort", "where"): [("[clock]", f"{COHORT}[clock]", "cohort.fresh.where")],
    ("metric", "source"): [('source = "refund"', 'source = "ad_spend"', "metric.returned.source")],
    ("metric", "value"): [
        ('source = "refund"', 'source = "refund"\nvalue = "items"', "metric.returned.value"),
        ('source = "live"', 'source = "live"\nvalue = "count"', "metric.on_air.value"),
    ],
    ("metric", "where[]"): [
        ('["effective == true"]', '["effective == true", "cart_items > 1"]', "metric.on_air.where[1]"),
        ('["effective == true"]', '["effective == false"]', "metric.on_air.where[0]"),
        ('source = "order"', 'source = "order"\nwhere = ["valid == true"]', "metric.sales.where[0]"),
    ],
    ("metric", "window"): [('source = "order"', f'source = "order"\nwindow = "later"\n{LATER}', "metric.sales.window")],
    ("metric", "weight"): [('source = "order"', 'source = "order"\nweight = [{ factor = 2 }]', "metric.sales.weight")],
    ("metric", "steps"): [
        ('source = "order"', 'source = "order"\nsteps = [{ by = ["day"], agg = "max" }]', "metric.sales.steps"),
        ("[metric.sales]", '[metric.views]\nsource = "view"\n[metric.sales]', "metric.views.steps"),
        ("[metric.sales]", f'[metric.both]\nsource = "view"\n{STEPS.replace("r]", "r]")}\n[metric.sales]'.replace(
            '"visitor"', '"visitor", "product"'), "metric.both.steps"),
    ],
    ("metric", "at_least"): [('source = "order"', 'source = "order"\nat_least = 5', "metric.sales.at_least")],
    ("metric", "at_most"): [('source = "order"', 'source = "order"\nat_most = 5', "metric.sales.at_most")],
    ("metric", "op"): [('op = "minus"', 'op = "plus"', "metric.net_sales.op")],
    ("metric", "absent"): [('op = "minus"', 'op = "minus"\nabsent = 1', "metric.net_sales.absent")],
    ("eligibility", "at"): [('at = "open"', 'at = "close"', "eligibility.partners.at")],
    ("eligibility", "any"): [("require = [\"attr.kind", "any = [\"attr.kind", "eligibility.partners.any")],
    ("eligibility", "require[]"): [
        ('"attr.kind == partner"', '"sales > 100"', "eligibility.partners.require[0]"),
        ('"attr.kind == partner"', '"attr.kind == attr.x"', "eligibility.partners.require[0]"),
    ],
    ("validator", "scope"): [('scope = "account"', 'scope = "session"', "validator.returns.scope")],
    ("validator", "when[]"): [
        ('"return_rate >= 30%"', '"attr.rate >= 30%"', "validator.returns.when[0]"),
        ('"return_rate >= 30%"', '"return_rate >= attr.rate"', "validator.returns.when[0]"),
    ],
    ("validator", "action"): [('action = "hold"', 'action = "exclude"', "validator.returns.action")],
    ("validator", "bar"): [('action = "hold"', 'action = "hold"\nbar = "30d"', "validator.returns.bar")],
    ("validator", "strikes"): [('action = "hold"', 'action = "hold"\nstrikes = 2', "validator.returns.strikes")],
    ("instrument", "kind"): [('kind = "cash"', 'kind = "wallet"', "instrument.bank.kind")],
    ("instrument", "available"): [('kind = "cash"', 'kind = "cash"\navailable = "1d"', "instrument.bank.available")],
    ("instrument", "expires"): [('kind = "cash"', 'kind = "cash"\nexpires = "1d"', "instrument.bank.expires")],
    ("instrument", "needs[]"): [('needs = ["bank_account"]', 'needs = ["shop"]', "instrument.bank.needs[0]")],
    ("instrument", "rounding"): [('kind = "cash"', 'kind = "cash"\nrounding = "up"', "instrument.bank.rounding")],
    ("instrument", "fx"): [('kind = "cash"', 'kind = "cash"\nfx = "at_issue"', "instrument.bank.fx")],
    ("instrument", "terms"): [('kind = "cash"', 'kind = "cash"\nterms = "in May"', "instrument.bank.terms")],
    ("award", "window"): [('"rebate"\nwindow = "main"', f'"rebate"\nwindow = "later"\n{LATER}[[award]]\nid="x"\nwindow="main"', "award.rebate.window")],
    ("award", "subject"): [("limit = 3", 'limit = 3\nsubject = "host"', "award.best.subject")],
    ("award", "cohort"): [("[clock]", f"{COHORT}[clock]", "award.best.cohort")],
    ("award", "require[]"): [('"on_air >= 2h"', '"attr.medal == gold"', "award.best.require[0]")],
    ("award", "rank_by"): [
        ('rank_by = "visitors"', 'rank_by = "sales"', "award.best.rank_by"),
        ('"rebate"', '"rebate"\nrank_by = "visitors"\nties = ["reached"]', "award.rebate.rank_by"),
    ],
    ("award", "ties"): [
        ('["reached"]', '["sales", "reached"]', "award.best.ties"),
        ('ties = ["reached"]', 'tie_pay = "each"', "award.best.ties"),
    ],
    ("award", "tie_pay"): [("limit = 3", 'limit = 3\ntie_pay = "split"', "award.best.tie_pay")],
    ("award", "cap"): [("limit = 3", "limit = 3\ncap = 100", "award.best.cap")],
    ("award", "cap_total"): [("limit = 3", "limit = 3\ncap_total = 100", "award.best.cap_total")],
    ("award", "budget"): [('id = "rebate"', 'id = "rebate"\nbudget = 100', "award.rebate.budget")],
    ("award", "overflow"): [("limit = 3", 'limit = 3\noverflow = "scale"', "award.best.overflow")],
    ("award", "once"): [("limit = 3", 'limit = 3\nonce = "seller"', "award.best.once")],
    ("award", "pay"): [('id = "rebate"', 'id = "rebate"\nrank_by = "visitors"\nties = ["reached"]', "award.rebate.pay")],
    ("award.pay", "kind"): [('{ kind = "rate", of = "net_sales", rate = "5%" }', '{ kind = "fixed", amount = 1 }', "award.rebate.pay.kind")],
    ("award.pay", "brackets"): [('rate = "5%" }', 'brackets = [{ rate = "5%" }] }', "award.rebate.pay.brackets")],
    ("award.pay", "cumulative"): [('rate = "5%" }', 'rate = "5%", cumulative = true }', "award.rebate.pay.cumulative")],
    ("settlement", "hold_from"): [('hold = "7d"', 'hold_from = "last_delivery"', "settlement.hold_from")],
    ("settlement", "announce"): [('hold = "7d"', 'announce = "1d"', "settlement.announce")],
    ("settlement", "appeal"): [('hold = "7d"', 'appeal = "5bd"', "settlement.appeal")],
    ("settlement", "pay"): [('pay = "20bd"', 'pay = "7d"', "settlement.pay")],
    ("settlement", "clawback"): [('hold = "7d"', 'clawback = "30d"', "settlement.clawback")],
    ("settlement", "review"): [('hold = "7d"', 'review = "3bd"', "settlement.review")],
    ("settlement", "minimum"): [('hold = "7d"', "minimum = 10", "settlement.minimum")],
}
