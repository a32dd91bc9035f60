"""Hypothesis strategies for whole campaigns as documents, with every construct of the format."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

DURATIONS = st.sampled_from(["14h", "30m", "7d", "90s", "1h30m", "0s"])
DELAYS = st.sampled_from(["20bd", "0bd", "48h"])
SHARES = st.sampled_from(["5%", "0.5%", "150%", "0.05", 1])
AMOUNTS = st.sampled_from([1, 100, "7", "USD 12", "1200"])
ROWS = st.sampled_from(["valid == true", "channel in a, b", "rank <= 15", "host.level != x", "paid > USD 5"])
CONDITIONS = st.sampled_from(
    [
        "time >= 14h",
        "time > 0",
        "count >= 10",
        "count > attr.target",
        "money >= 100",
        "money < USD 5",
        "share >= 30.50%",
        "attr.kind == partner",
        "attr.country not in US, CA",
        "attr.score >= 3.50",
        "host.new == false",
    ]
)
STEPS = st.sampled_from(
    [
        {"by": ["session"], "keep": ">= 30m"},
        {"by": ["day"], "agg": "sum", "cap": "2h"},
        {"agg": "mean", "over": "day", "keep": "> 1h"},
    ]
)
PERIODS = st.sampled_from(["day", "week", "month", "quarter", "14d"])
BOUNDS = {"at_least": st.sampled_from(["attr.floor", 0]), "at_most": st.just("0")}

METRICS: dict[str, Strategy] = {
    "time": st.fixed_dictionaries({"source": st.just("live")}, optional={"steps": st.lists(STEPS), **BOUNDS}),
    "count": st.fixed_dictionaries(
        {"source": st.sampled_from(["view", "order", "gift"]), "value": st.just("count")},
        optional={"where": st.lists(ROWS, max_size=2), "window": st.just("main")},
    ),
    "money": st.fixed_dictionaries(
        {"source": st.sampled_from(["order", "refund", "ad_spend"])},
        optional={"weight": st.just([{"where": ["kind == x"], "factor": "80%"}, {"factor": "-1.5"}])},
    ),
    "more": st.just({"op": "plus", "of": ["money", "money"], "absent": "0.10"}),
    "share": st.fixed_dictionaries(
        {"op": st.sampled_from(["ratio", "growth"]), "of": st.just(["count", "count"])}
    ),
}

PAYS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("fixed"), "amount": AMOUNTS}),
    st.fixed_dictionaries({"kind": st.just("rate"), "of": st.just("money"), "rate": SHARES}),
    st.just(
        {
            "kind": "rate",
            "of": "more",
            "cumulative": True,
            "brackets": [{"to": 5, "rate": "9%"}, {"rate": "1%"}],
        }
    ),
    st.fixed_dictionaries({"kind": st.just("unit"), "of": st.just("count"), "amount": AMOUNTS}),
    st.fixed_dictionaries({"kind": st.just("pool"), "amount": AMOUNTS}, optional={"by": st.just("time")}),
    st.fixed_dictionaries(
        {
            "kind": st.just("tier"),
            "rows": st.lists(
                st.fixed_dictionaries({"when": st.lists(CONDITIONS, min_size=1), "amount": AMOUNTS})
                | st.just({"when": ["count > 1"], "of": "money", "rate": "3%"}),
                min_size=1,
                max_size=3,
            ),
        },
        optional={"pick": st.sampled_from(["highest", "each"])},
    ),
)
PLACES = st.just({"kind": "place", "table": [{"to": 1, "amount": 40}, {"to": 5, "amount": "10"}]})
RANKED = st.fixed_dictionaries(
    {
        "rank_by": st.sampled_from(["count", "money", "share"]),
        "ties": st.sampled_from([["reached"], ["money", "split"], ["time", "count"]]),
        "pay": PLACES,
    },
    optional={"tie_pay": st.just("split"), "limit": st.just(5), "budget": st.just("USD 80")},
)
UNRANKED = st.fixed_dictionaries({"pay": PAYS}, optional={"budget": AMOUNTS})
OVERFLOW = st.fixed_dictionaries({}, optional={"overflow": st.sampled_from(["prorate", "ranked"])})
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "cohort": st.just("fresh"),
        "subject": st.just("host"),
        "require": st.lists(CONDITIONS, max_size=3),
        "cap": AMOUNTS,
        "cap_total": AMOUNTS,
        "once": st.just("seller"),
    },
)
WINDOWS = st.one_of(
    st.fixed_dictionaries(
        {"start": st.just("2031-03-03T00:00:00"), "end": st.just("2031-03-10T04:30")},
        optional={"every": PERIODS},
    ),
    st.fixed_dictionaries(
        {"anchor": st.just("attr.joined_at"), "length": st.just("7d")}, optional={"after": DURATIONS}
    ),
)
INSTRUMENT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["cash", "ad_credit", "wallet"])},
    optional={
        "available": DURATIONS,
        "expires": DURATIONS,
        "needs": st.just(["bank_account"]),
        "rounding": st.sampled_from(["down", "up", "nearest"]),
        "fx": st.just("at_issue"),
        "terms": st.text("ab §", min_size=1).filter(str.strip),
    },
)
SETTLEMENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("late", "hold", "clawback"), DURATIONS),
        **dict.fromkeys(("announce", "appeal", "pay", "review"), DELAYS),
        "minimum": AMOUNTS,
        "close": st.sampled_from(["clock", "manual"]),
        "hold_from": st.sampled_from(["window_end", "last_delivery"]),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A valid document. The first award may rank, the second never does."""
    awards = [draw(RANKED | UNRANKED), draw(UNRANKED)]
    for index, award in enumerate(awards):
        award |= draw(LIMITS) | {"id": f"award-{index}", "window": "main", "instrument": "bank"}
        award |= draw(OVERFLOW) if "budget" in award else {}
    document = {
        "schema": 1,
        "id": draw(st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,63}", fullmatch=True)),
        "title": draw(st.text("abc ü漢", min_size=1).filter(str.strip)),
        "region": "US",
        "currency": "USD",
        "clock": draw(
            st.fixed_dictionaries(
                {"zone": st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"])},
                optional={
                    "day_start": st.just("03:00"),
                    "span": st.just("start"),
                    "week_start": st.just("sunday"),
                },
            )
        ),
        "window": {"main": draw(WINDOWS)},
        "registration": draw(
            st.fixed_dictionaries(
                {}, optional={"mode": st.just("open"), "opens": st.just("2031-01-01T00:00:00")}
            )
        ),
        "cohort": {"fresh": {"where": ["attr.spent < 100"]}},
        "metric": {name: draw(metric) for name, metric in METRICS.items()},
        "eligibility": [
            {"id": "one", draw(st.sampled_from(["require", "any"])): draw(st.lists(CONDITIONS, min_size=1))}
        ],
        "validator": [
            draw(
                st.fixed_dictionaries(
                    {"id": st.just("v"), "when": st.lists(CONDITIONS, min_size=1), "action": st.just("hold")},
                    optional={"bar": st.sampled_from(["forever", "30d"]), "strikes": st.just(3)},
                )
            )
        ],
        "instrument": {"bank": draw(INSTRUMENT)},
        "award": awards,
        "settlement": draw(SETTLEMENT),
    }
    document |= draw(st.fixed_dictionaries({}, optional={"public": st.booleans()}))
    return deepcopy(document)  # the strategies hand out the same tables again


def shuffled(value: Any, chance: Any) -> Any:
    """The same document with the keys of its tables in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(entry, chance) for entry in value] if isinstance(value, list) else value
