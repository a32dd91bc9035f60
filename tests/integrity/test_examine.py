"""A whole examination: all detectors, one list, and the figures that are left."""

from __future__ import annotations

from leaderboard.integrity.examine import examine
from leaderboard.integrity.figures import AccountFigures, figures
from leaderboard.integrity.thresholds import RULES_VERSION, rule
from tests.integrity.crowds import add_people, honest_platform, joined


def test_an_honest_platform_has_no_findings_and_loses_nobody() -> None:
    connection = honest_platform()

    assert examine(connection) == []
    assert connection.execute("SELECT count(*) FROM doubtful").fetchone() == (0,)
    assert {(one.gross_uv - one.counted_uv, one.excess_uv) for one in figures(connection).values()} == {
        (0, 0)
    }


def test_it_can_be_done_again_and_comes_to_the_same() -> None:
    connection = honest_platform()
    for account in ("bea", "ann"):
        joined(connection, account)
        add_people(
            connection, account, 300, label="bots", known=0, multi=0, cart=0, agent=3, network=f"{account}/24"
        )

    findings = examine(connection)

    assert [(one.account, one.detector) for one in findings] == [
        ("ann", "cells"),
        ("ann", "fresh"),
        ("bea", "cells"),
        ("bea", "fresh"),
    ]
    assert examine(connection) == findings


def test_an_empty_campaign_has_nothing_to_find() -> None:
    connection = honest_platform(accounts=0)

    assert examine(connection) == []
    assert figures(connection) == {}


def test_an_account_without_views_has_figures_of_nothing() -> None:
    connection = honest_platform(accounts=0)
    connection.execute("INSERT INTO participants VALUES ('ann', 'agency', NULL)")

    examine(connection)

    assert figures(connection) == {"ann": AccountFigures(0, 0, 0, 0)}


def test_a_rule_is_named_with_its_version() -> None:
    assert rule("cells") == f"cells/{RULES_VERSION}"
