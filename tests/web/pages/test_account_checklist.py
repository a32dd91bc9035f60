"""What an account needs as a list: marks, what every award asks for, how much of a whole is there."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.web.pages.account_checklist import checklist_of, refunds_judged_from


def part(metric: str, have: Any, need: Any, **more: Any) -> dict[str, Any]:
    holds = more.get("holds") if "holds" in more else have >= need
    found = {"operator": ">=", "holds": holds, "detail": f"{metric}.", "unit": "count"}
    return {"metric": metric, "have": have, "need": need} | found | more


def demand(code: str, *parts: dict[str, Any], rule: str = "", **more: Any) -> dict[str, Any]:
    is_met = all(one["holds"] for one in parts)
    return {"code": code, "rule": rule, "any": False, "met": is_met, "parts": list(parts)} | more


def award(*demands: dict[str, Any], reasons: tuple[str, ...] = (), name: str = "first") -> dict[str, Any]:
    told = [{"code": code, "rule": "x", "detail": f"{code}."} for code in reasons]
    return {"id": name, "demands": list(demands), "reasons": told}


def marks(award: dict[str, Any]) -> list[str]:
    return [item.mark for item in checklist_of([award]).awards[0].items]


def test_what_every_award_asks_for_is_listed_once_and_requirements_stay_with_theirs() -> None:
    shared, own = demand("eligibility", part("age", 2, 1)), demand("requirement", part("live", 1, 2))
    found = checklist_of([award(shared, own), award(shared, own, name="second")])

    assert [item.code for item in found.common] == ["eligibility"]
    assert [[item.code for item in one.items] for one in found.awards] == [["requirement"], ["requirement"]]


def test_a_single_award_has_all_on_its_own_list() -> None:
    found = checklist_of([award(demand("eligibility", part("age", 2, 1)))])

    assert found.common == ()
    assert len(found.awards[0].items) == 1


@pytest.mark.parametrize(
    ("code", "met", "mark"),
    [
        ("validator.warn", False, "warned"),
        ("validator.hold", False, "waits"),
        ("validator.exclude", False, "unmet"),
        ("validator.exclude", True, "met"),
        ("validator.warn", None, "waits"),
    ],
)
def test_a_rule_is_marked_by_what_it_does(code: str, met: bool | None, mark: str) -> None:
    assert marks(award(demand(code, part("orders", 1, 1), met=met))) == [mark]


def test_each_condition_has_its_own_mark() -> None:
    parts = part("age", 1, 2), part("live", 3, 2), part("views", 0, 1, holds=None)

    assert marks(award(demand("eligibility", *parts))) == ["unmet", "met", "waits"]


def test_alternatives_are_one_item_with_all_their_sentences() -> None:
    parts = part("age", 1, 2), part("live", 3, 2)
    (item,) = checklist_of([award(demand("eligibility", *parts, any=True, met=True))]).awards[0].items

    assert (item.kind, item.mark, item.sentences) == ("any", "met", ("age.", "live."))


def test_what_detectors_and_reviewers_say_follows_and_rules_are_not_told_twice() -> None:
    codes = ("validator.warn", "integrity.hold", "integrity.discounted", "integrity.disqualified")

    assert marks(award(reasons=codes)) == ["waits", "warned", "unmet"]


@pytest.mark.parametrize(
    ("found", "share"),
    [
        (part("live", 7, 14), 0.5),
        (part("live", 20, 14), 1.0),
        (part("live", -1, 14), 0.0),
        (part("gmv", {"amount": "25.00"}, {"amount": "100.00"}, holds=False), 0.25),
        (part("live", 0, 0), None),
        (part("refunds", 7, 14, operator="<="), None),
        (part("kind", "partner", "partner", unit=None), None),
        (part("live", None, 14, holds=False), None),
    ],
)
def test_how_much_is_there_is_known_where_more_is_better(found: dict[str, Any], share: float | None) -> None:
    (item,) = checklist_of([award(demand("requirement", found))]).awards[0].items

    assert item.share == share


def test_the_least_sample_of_the_share_of_refunds_is_that_of_its_rule() -> None:
    rate = part("refund_rate", 0.1, 0.3, unit="share")

    assert refunds_judged_from([award(demand("validator.hold", part("orders", 3, 10), rate))]) == 10
    more_than = part("orders", 3, 10, operator=">")
    assert refunds_judged_from([award(demand("validator.hold", rate, more_than))]) == 11
    assert refunds_judged_from([award(demand("validator.hold", rate))]) is None
