"""The metrics of published programmes, by hand: just below, at and just above every threshold that money hangs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.domain.campaigns import Condition, Definition, parse_toml, unbuilt
from leaderboard.recount.conditions import of_participants, on_values
from leaderboard.recount.metrics import evaluate

from .tables import DAY_MS, HOUR_MS, MINUTE_MS, Facts

PROGRAMMES = Path(__file__).parent / "programmes"
AWARD_SIDE = (
    "registration.",
    "instrument.",
    "award",
    "eligibility.",
    "validator.",
    "cohort.",
)


def programme(name: str) -> Definition:
    return parse_toml((PROGRAMMES / f"{name}.toml").read_text("utf-8"))


def opens_ms(definition: Definition, window: str) -> int:
    span_ms = definition.window_ms(window)
    assert span_ms is not None
    return span_ms[0]


def passes(facts: Facts, definition: Definition, window: str, *conditions: Condition, index: int = 0) -> bool:
    """Whether account `a` passes all of them."""
    columns = evaluate(facts.connection, definition, window)
    tests = [on_values(one, columns, of_participants(definition.currency)) for one in conditions]
    found = facts.connection.execute(
        f"SELECT {' AND '.join(tests)} FROM metric_values JOIN participants USING (account) "
        "WHERE account = 'a' AND window_index = ?",
        [index],
    ).fetchone()
    return bool(found and found[0])


def award(definition: Definition, award_id: str) -> tuple[Condition, ...]:
    [require] = [award.require for award in definition.awards if award.id == award_id]
    return require


@pytest.mark.parametrize("path", sorted(PROGRAMMES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_metric_of_the_programmes_is_built(path: Path) -> None:
    refused = [sentence.split(": ")[0] for sentence in unbuilt(parse_toml(path.read_text("utf-8")))]

    assert [where for where in refused if not where.startswith((*AWARD_SIDE, "settlement."))] == []


def test_there_are_six_programmes() -> None:
    assert len(list(PROGRAMMES.glob("*.toml"))) == 6


# Apollo.


@pytest.mark.parametrize(
    ("live_ms", "passing"),
    [
        (14 * HOUR_MS - 1_000, False),
        (14 * HOUR_MS - 1, False),
        (14 * HOUR_MS, True),
        (14 * HOUR_MS + 1, True),
    ],
)
def test_apollo_asks_for_fourteen_hours(live_ms: int, passing: bool) -> None:
    apollo = programme("apollo-us-2022")
    start = opens_ms(apollo, "main") + HOUR_MS
    facts = Facts().enroll("a")
    facts.live((start, start + 9 * HOUR_MS), (start + 8 * HOUR_MS, start + 9 * HOUR_MS))
    # Two phones at once, and the rest a day later.
    facts.live((start + 2 * HOUR_MS, start + 5 * HOUR_MS), host="other")
    facts.live((start + DAY_MS, start + DAY_MS + live_ms - 9 * HOUR_MS), session="t")
    facts.live((start + 2 * DAY_MS, start + 3 * DAY_MS), effective=False)
    facts.live((start + 4 * DAY_MS, start + 5 * DAY_MS), registered=False)

    assert facts.value(apollo, "effective_live", "main") == live_ms
    assert passes(facts, apollo, "main", *award(apollo, "top_five")) is passing


def test_apollo_counts_a_visitor_once_and_inside_the_window() -> None:
    apollo = programme("apollo-us-2022")
    span_ms = apollo.window_ms("main")
    assert span_ms is not None
    start, end = span_ms
    facts = Facts().enroll("a")
    facts.add("view", *({"visitor": 7, "at_ms": start + n, "product": f"p{n}"} for n in range(3)))
    facts.add("view", {"visitor": 8, "at_ms": start - 1}, {"visitor": 9, "at_ms": end})
    facts.add("view", {"visitor": 10, "at_ms": end - 1}, {"visitor": 11, "at_ms": start, "valid": False})

    assert facts.value(apollo, "product_uv", "main") == 2


@pytest.mark.parametrize(
    ("orders", "refunds", "held"),
    [
        (9, 9, False),
        (10, 2, False),
        (10, 3, True),
        (10, 4, True),
        (70, 20, False),
        (70, 21, True),
        (70, 22, True),
        (0, 0, False),
    ],
)
def test_apollo_holds_from_ten_orders_and_thirty_percent_on(orders: int, refunds: int, held: bool) -> None:
    apollo = programme("apollo-us-2022")
    at_ms = opens_ms(apollo, "main")
    facts = Facts().enroll("a")
    facts.add("order", *({"id": f"o{n}", "at_ms": at_ms} for n in range(orders)))
    # Each refund comes in two parts: it is one order refunded.
    facts.add(
        "refund",
        *({"id": f"r{n}", "order_id": f"o{n % refunds}", "at_ms": at_ms} for n in range(2 * refunds)),
    )

    assert passes(facts, apollo, "main", *apollo.validators[0].when) is held


def test_apollo_nets_the_sales_in_its_own_currency() -> None:
    apollo = programme("apollo-us-2022")
    at_ms = opens_ms(apollo, "main")
    facts = Facts().enroll("a")
    facts.add(
        "order", {"at_ms": at_ms, "value_minor": 1234}, {"at_ms": at_ms, "value_minor": 5, "currency": "EUR"}
    )
    facts.add("refund", {"at_ms": at_ms, "value_minor": 234})

    assert facts.value(apollo, "net_gmv", "main") == 1000
    assert facts.value(apollo, "orders", "main") == 2


@pytest.mark.parametrize(("kept_ms", "warned"), [(HOUR_MS - 1, True), (HOUR_MS, False), (HOUR_MS + 1, False)])
def test_apollo_warns_below_half_of_the_schedule(kept_ms: int, warned: bool) -> None:
    apollo = programme("apollo-us-2022")
    start = opens_ms(apollo, "main")
    facts = Facts().enroll("a")
    facts.add("schedule", {"start_ms": start - HOUR_MS, "end_ms": start + 2 * HOUR_MS})
    facts.add("schedule", {"start_ms": start, "end_ms": start + HOUR_MS, "host": "other"})
    facts.live((start, start + kept_ms), in_schedule=True, effective=False, registered=False)

    assert passes(facts, apollo, "main", *apollo.validators[1].when) is warned


def test_apollo_has_no_adherence_without_a_schedule_and_warns_nobody() -> None:
    apollo = programme("apollo-us-2022")
    facts = Facts().enroll("a")

    assert facts.value(apollo, "schedule_adherence", "main") is None
    assert not passes(facts, apollo, "main", *apollo.validators[1].when)


# October GMV sprint.


@pytest.mark.parametrize(("increment", "passing"), [(9_999, False), (10_000, True), (10_001, True)])
def test_the_sprint_asks_for_a_hundred_dollars_more_than_before(increment: int, passing: bool) -> None:
    sprint = programme("gmv-sprint-us-2025-10")
    baseline, main = opens_ms(sprint, "baseline"), opens_ms(sprint, "main")
    facts = Facts().enroll("a")
    facts.add("order", {"at_ms": baseline, "value_minor": 50_000}, {"at_ms": main - 1, "value_minor": 30_000})
    facts.add(
        "order", {"at_ms": baseline - 1, "value_minor": 1}, {"at_ms": main + 30 * DAY_MS, "value_minor": 1}
    )
    facts.add("order", {"at_ms": main, "value_minor": 80_000 + increment})

    assert facts.value(sprint, "incremental_gmv", "main") == increment
    assert passes(facts, sprint, "main", *award(sprint, "sprint")) is passing


# Live every day.


@pytest.mark.parametrize(
    ("live_ms", "cart_items", "passing"),
    [
        (HOUR_MS - 1_000, 2, False),
        (HOUR_MS, 2, True),
        (HOUR_MS + 1_000, 2, True),
        (HOUR_MS, 1, False),
        (HOUR_MS, None, False),
    ],
)
def test_a_session_of_an_hour_with_a_cart_earns_the_day(
    live_ms: int, cart_items: int | None, passing: bool
) -> None:
    daily = programme("live-every-day-uk")
    start = opens_ms(daily, "whole") + DAY_MS + 12 * HOUR_MS
    facts = Facts().enroll("a").live((start, start + live_ms), cart_items=cart_items)

    assert passes(facts, daily, "daily", *award(daily, "daily"), index=1) is passing
    assert not passes(facts, daily, "daily", *award(daily, "daily"), index=0)


def test_two_sessions_of_half_an_hour_are_not_one_of_an_hour() -> None:
    daily = programme("live-every-day-uk")
    start = opens_ms(daily, "whole") + 12 * HOUR_MS
    facts = Facts().enroll("a")
    facts.live((start, start + HOUR_MS // 2), cart_items=2)
    facts.live((start + HOUR_MS // 2, start + HOUR_MS), cart_items=2, session="t")
    facts.live((start, start + HOUR_MS), cart_items=2, session="u", recorded=True)

    assert facts.value(daily, "valid_sessions", "daily") == 0


@pytest.mark.parametrize(
    ("orders", "returns", "acts"),
    [(9, 3, False), (10, 3, True), (11, 3, False), (11, 4, True), (10, 2, False)],
)
def test_returns_are_judged_over_the_whole_month_on_every_day(orders: int, returns: int, acts: bool) -> None:
    daily = programme("live-every-day-uk")
    start = opens_ms(daily, "whole")
    facts = Facts().enroll("a")
    facts.add("order", *({"id": f"o{n}", "at_ms": start + n * DAY_MS} for n in range(orders)))
    facts.add("refund", *({"order_id": f"o{n}", "at_ms": start + n * DAY_MS} for n in range(returns)))

    outcomes = {passes(facts, daily, "daily", *daily.validators[0].when, index=day) for day in (0, 17, 29)}

    assert outcomes == {acts}


# Sponsored Media ad cashback.


@pytest.mark.parametrize("dollars", [500, 1_000, 5_000, 10_000])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_the_tiers_of_the_cashback_begin_at_their_amount(dollars: int, more: int) -> None:
    cashback = programme("lazada-ad-cashback-2024")
    tiers = {
        str(row.when[0].literal.value): row.when
        for row in cashback.awards[0].pay.rows  # type: ignore[union-attr]
    }
    second_quarter = opens_ms(cashback, "quarters") + 92 * DAY_MS
    facts = Facts().enroll("a")
    facts.add("ad_spend", {"at_ms": second_quarter, "value_minor": dollars * 100 + more})
    facts.add("ad_spend", {"at_ms": second_quarter, "value_minor": 999_999, "paid": False})
    facts.add("ad_spend", {"at_ms": second_quarter - 1, "value_minor": 100})

    assert passes(facts, cashback, "quarters", *tiers[str(dollars)], index=1) is (more >= 0)
    assert facts.value(cashback, "spend", "quarters", index=0) == 100


@pytest.mark.parametrize(
    ("spent", "passing"), [(9_999, False), (10_000, True), (49_999, True), (50_000, False)]
)
def test_first_spend_lies_between_two_amounts(spent: int, passing: bool) -> None:
    cashback = programme("lazada-ad-cashback-2024")
    facts = Facts().enroll("a")
    facts.add("ad_spend", {"at_ms": opens_ms(cashback, "quarters"), "value_minor": spent})

    assert passes(facts, cashback, "quarters", *award(cashback, "first_spend")) is passing


def test_the_quarters_of_the_cashback_begin_in_june() -> None:
    cashback = programme("lazada-ad-cashback-2024")
    facts = Facts().enroll("a")
    evaluate(facts.connection, cashback, "quarters")

    days = facts.connection.execute("SELECT days FROM window_spans ORDER BY window_index").fetchall()

    assert days == [(92,), (91,), (90,), (92,)]


# Milestones of partners.


@pytest.mark.parametrize(("increment", "passing"), [(999_999, False), (1_000_000, True), (1_000_001, True)])
def test_a_month_asks_for_ten_thousand_dollars_more_than_september(increment: int, passing: bool) -> None:
    milestone = programme("tsp-milestone-us-2025q4")
    september, november = opens_ms(milestone, "september"), opens_ms(milestone, "months") + 31 * DAY_MS
    sold = {"plan": "target", "channel": "short_video"}
    facts = Facts().enroll("a")
    facts.add("order", {"at_ms": september, "value_minor": 200, **sold})
    facts.add("order", {"at_ms": november, "value_minor": 200 + increment, **sold})
    facts.add("order", {"at_ms": november, "value_minor": 7, "plan": "open", "channel": "short_video"})
    facts.add("order", {"at_ms": november, "value_minor": 7, "plan": "target"})

    assert facts.value(milestone, "increment", "months", index=1) == increment
    assert facts.value(milestone, "increment", "months", index=0) == -200
    assert passes(facts, milestone, "months", *award(milestone, "monthly"), index=1) is passing


@pytest.mark.parametrize(
    ("ranks", "passing"), [([1, 15, 14], True), ([1, 15, 16], False), ([15, 15], False), ([1, 2, 3], True)]
)
def test_the_quarter_asks_for_fifteenth_or_better_three_times(ranks: list[int], passing: bool) -> None:
    milestone = programme("tsp-milestone-us-2025q4")
    start = opens_ms(milestone, "quarter")
    facts = Facts().enroll("a")
    facts.add(
        "award",
        *(
            {"award": "monthly", "rank": rank, "window_index": n, "at_ms": start + 30 * n * DAY_MS}
            for n, rank in enumerate(ranks)
        ),
        {"award": "every_month", "rank": 1, "at_ms": start},
    )

    assert passes(facts, milestone, "quarter", *award(milestone, "every_month")) is passing


# Cash match for new sellers.

ZOOM_MS = 1_780_000_000_000


@pytest.mark.parametrize(
    ("live_ms", "buyers", "passing"),
    [
        (2 * HOUR_MS - 1_000, 5, False),
        (2 * HOUR_MS, 5, True),
        (2 * HOUR_MS + 1_000, 6, True),
        (2 * HOUR_MS, 4, False),
    ],
)
def test_the_match_asks_for_two_hours_and_five_buyers(live_ms: int, buyers: int, passing: bool) -> None:
    match = programme("whatnot-cash-match")
    facts = Facts().enroll("a", zoom_attended_at="2026-05-28T22:26:40+02:00")
    half = live_ms // 2
    facts.live((ZOOM_MS - HOUR_MS, ZOOM_MS + half))
    facts.live((ZOOM_MS + DAY_MS, ZOOM_MS + DAY_MS + live_ms - half), session="t")
    for buyer in range(buyers):
        facts.add("order", *({"buyer": buyer, "at_ms": ZOOM_MS + n, "live": True} for n in range(2)))
    facts.add("order", {"buyer": 77, "at_ms": ZOOM_MS, "live": True, "status": "cancelled"})
    facts.add("order", {"buyer": 78, "at_ms": ZOOM_MS}, {"buyer": None, "at_ms": ZOOM_MS, "live": True})

    assert passes(facts, match, "first_week", *award(match, "match")) is passing


def test_the_week_of_the_match_is_each_sellers_own() -> None:
    match = programme("whatnot-cash-match")
    facts = Facts().enroll("a", zoom_attended_at=ZOOM_MS).enroll("b", zoom_attended_at=ZOOM_MS + DAY_MS)
    facts.enroll("c").enroll("d", zoom_attended_at="tomorrow")
    for account in "abcd":
        ends_ms = ZOOM_MS + 7 * DAY_MS
        facts.add(
            "order",
            *(
                {"account": account, "at_ms": at_ms, "value_minor": 2**n, "live": True}
                for n, at_ms in enumerate([ZOOM_MS - 1, ZOOM_MS, ZOOM_MS + DAY_MS, ends_ms - 1, ends_ms])
            ),
        )

    assert facts.value(match, "earnings", "first_week") == 2 + 4 + 8
    assert facts.value(match, "earnings", "first_week", account="b") == 4 + 8 + 16
    assert facts.accounts(match, "first_week") == ["a", "b"]


def test_the_other_reading_of_the_match_wants_one_stream_of_two_hours() -> None:
    text = (PROGRAMMES / "whatnot-cash-match.toml").read_text("utf-8")
    steps = 'steps = [{ by = ["session"], keep = ">= 2h" }, { agg = "sum" }]'
    match = parse_toml(text.replace('source = "live"', f'source = "live"\n{steps}'))
    facts = Facts().enroll("a", zoom_attended_at=ZOOM_MS)
    facts.live((ZOOM_MS, ZOOM_MS + 2 * HOUR_MS - MINUTE_MS))
    facts.live((ZOOM_MS + DAY_MS, ZOOM_MS + DAY_MS + 2 * HOUR_MS), session="t")

    assert facts.value(match, "live", "first_week") == 2 * HOUR_MS
