"""The rules of a campaign in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from leaderboard.cli.campaign_rules import rules_of
from leaderboard.domain.campaigns import canonical, in_words, parse_toml, span


@pytest.mark.parametrize(
    ("span_s", "words"),
    [
        (0, "0 s"),
        (90, "1 min 30 s"),
        (50_400, "14 h"),
        (172_800, "2 d"),
        (176_400, "49 h"),
        (5_400, "1 h 30 min"),
    ],
)
def test_lengths_of_time_are_in_the_units_that_people_use(span_s: int, words: str) -> None:
    assert span(span_s) == words


def test_conditions_read_as_words(apollo: Callable[..., str]) -> None:
    definition = parse_toml(apollo())

    assert [in_words(condition) for condition in definition.validators[0].when] == [
        "orders at least 10",
        "refund_rate at least 30%",
    ]


def test_a_definition_of_another_version_still_shows_its_head(apollo: Callable[..., str]) -> None:
    definition = canonical(parse_toml(apollo()))
    campaign = {
        "id": "a",
        "title": "Apollo\x1b[2J",
        "state": "live",
        "zone": "America/Los_Angeles",
        "starts_at": "2022-02-14T08:00:00.000Z",
        "ends_at": "2022-02-28T08:00:00.000Z",
        "metric": "Score: visitors.",
        "tie_rule": "Level scores: first.",
        "definition": definition | {"new": 1},
        "definition_hash": "0",
    }

    lines = list(rules_of(campaign))

    assert lines[0] == "Apollo\N{REPLACEMENT CHARACTER}[2J (a)"
    assert "this version cannot read them" in lines[-1]


def test_a_campaign_that_people_close_takes_events_until_they_do(apollo: Callable[..., str]) -> None:
    by_hand, by_clock = (parse_toml(apollo(close=close)) for close in ("manual", "clock"))
    head = {"id": "a", "title": "A", "state": "live", "zone": "UTC", "metric": "", "tie_rule": ""}
    head |= {"starts_at": "2022-02-14T08:00:00Z", "ends_at": "2022-02-28T08:00:00Z", "definition_hash": ""}

    texts = ["\n".join(rules_of({**head, "definition": canonical(one)})) for one in (by_hand, by_clock)]

    assert "what is received after the campaign is closed does not count" in texts[0]
    assert "what is received more than 2 d after the end does not count" in texts[1]


LIVE = '[live]\nbridge = "2m"\nevidence = "5m"\nopening_grace = "10m"\n'
FEATURED = '[metric.featured]\nsource = "view"\nwhere = ["promoted == true"]\n'


def test_live_rules_and_where_each_metric_comes_from_are_told(apollo: Callable[..., str]) -> None:
    head = {"id": "a", "title": "A", "state": "live", "zone": "UTC", "metric": "", "tie_rule": ""}
    head |= {"starts_at": "2022-02-14T08:00:00Z", "ends_at": "2022-02-28T08:00:00Z", "definition_hash": ""}
    plain = re.sub(r"(?m)^\[live\].*\n([^\[\n].*\n|\n)*", "", apollo())

    without, ruled = (
        "\n".join(rules_of({**head, "definition": canonical(parse_toml(text))}))
        for text in (plain, f"{plain}\n{LIVE}{FEATURED}")
    )

    assert "live time" not in without
    assert "recounted" not in without
    assert "live time     a silence of up to 2 min between two effective spans counts" in ruled
    assert "live time     each window of 5 min needs a sign of life to count: motion, " in ruled
    assert "live time     the first 10 min of a session need none" in ruled
    assert "recounted     featured, from the archive" in ruled
    assert re.search(r"^kept live     .*product_uv", ruled, re.MULTILINE)
