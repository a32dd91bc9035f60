"""What cannot be counted is refused by its path, with what there is instead."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import parse_toml, unbuilt

from .spring import SPRING

FIELDS = {
    "view": "dwell_s, product, promoted, session, source, valid, visitor",
    "live": "activity, cart_items, effective, host, host.registered, idle, in_schedule, order_channel, product, "
    "recorded, session, viewers",
    "schedule": "host",
    "order": "buyer, channel, currency, live, plan, session, status, valid",
    "refund": "channel, currency, order_id, plan, reason, session",
    "ad_spend": "currency, paid",
    "award": "award, rank",
}
LIVE = 'source = "live"\nsteps = '


def refused(metric: str) -> list[str]:
    return [
        sentence
        for sentence in unbuilt(parse_toml(f"{SPRING}[metric.x]\n{metric}"))
        if sentence.startswith("metric.x.")
    ]


@pytest.mark.parametrize("source", FIELDS)
def test_an_unknown_field_is_answered_with_those_there_are(source: str) -> None:
    sentences = refused(
        f'source = "{source}"\nvalue = "count"\nwhere = ["colour == red"]\n'
        'steps = [{ by = ["colour"], agg = "any" }]\nweight = [{ where = ["colour == red"], factor = 2 }]'
    )

    there_are = f"rows of {source} have only the fields {FIELDS[source]}, and day and week to go by"
    assert sentences == [
        f"metric.x.{path}: {there_are}" for path in ("where[0]", "weight[0].where[0]", "steps[0].by")
    ]


@pytest.mark.parametrize(
    ("metric", "path"),
    [
        ('source = "order"\nwhere = ["chanel == app"]', "where[0]"),
        ('source = "order"\nvalue = "chanel"', "value"),
        ('source = "order"\nsteps = [{ by = ["day", "chanel"], agg = "any" }]', "steps[0].by"),
    ],
)
def test_a_misspelt_field_is_answered_with_the_one_that_is_meant(metric: str, path: str) -> None:
    [sentence] = refused(metric)

    assert sentence.startswith(f"metric.x.{path}: rows of order have only the fields ")
    assert sentence.endswith("; did you mean `channel`?")


@pytest.mark.parametrize(
    ("metric", "path", "words"),
    [
        ('source = "gift"', "source", "gifts are not counted yet"),
        ('source = "award"', "value", "amount to nothing by themselves"),
        ('source = "order"\nvalue = "channel"', "value", "rows of order have only the fields"),
        ('source = "view"\nwhere = ["dwell_s == true"]', "where[0]", "a literal of its own kind"),
        ('source = "view"\nwhere = ["product > 5"]', "where[0]", "only numbers and times have an order"),
        ('source = "view"\nwhere = ["visitor == 5"]', "where[0]", "a literal of its own kind"),
        (
            f'{LIVE}[{{ by = ["day"], agg = "sum" }}, {{ by = ["host"], agg = "any" }}]',
            "steps[1].by",
            "has kept",
        ),
        (f'{LIVE}[{{ agg = "streak" }}]', "steps[0].agg", "days or weeks"),
        (f'{LIVE}[{{ by = ["host"], agg = "any" }}, {{ agg = "streak" }}]', "steps[1].agg", "days or weeks"),
    ],
)
def test_what_cannot_be_counted_is_named(metric: str, path: str, words: str) -> None:
    [sentence] = refused(metric)

    assert sentence.startswith(f"metric.x.{path}: ")
    assert words in sentence


@pytest.mark.parametrize(
    "metric",
    [
        'source = "live"\nsteps = [{ by = ["day"], agg = "any" }, { by = ["week"], agg = "streak" }]',
        'source = "live"\nsteps = [{ by = ["session"], keep = ">= 1h" }, { by = ["host"], agg = "max" }]',
        'source = "view"\nvalue = "dwell_s"\nwhere = ["dwell_s >= 10s", "product in 1, 2", "session == attr.s"]',
        'source = "award"\nvalue = "rank"\nwhere = ["rank <= 15"]',
    ],
)
def test_what_can_be_counted_is_not_named(metric: str) -> None:
    assert refused(metric) == []
