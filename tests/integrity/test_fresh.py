"""Strangers who do little while acquaintances do as ever: bought. Strangers, or doing little, alone: not."""

from __future__ import annotations

from typing import Any

from leaderboard.domain.findings import Finding
from leaderboard.integrity.examine import traffic_findings
from leaderboard.integrity.figures import figures
from tests.integrity.crowds import add_people, honest_platform, joined

PROXIES: dict[str, Any] = {"label": "proxies", "known": 0, "multi": 0.03, "cart": 0.02}


def found_with(*, detector: str = "fresh", accounts: int = 12, **people: Any) -> list[Finding]:
    connection = honest_platform(accounts)
    joined(connection, "ann")
    add_people(connection, "ann", **people)
    return [one for one in traffic_findings(connection) if one.account == "ann" and one.detector == detector]


def test_idle_strangers_from_everywhere_are_held() -> None:
    (one,) = found_with(count=400, **PROXIES)

    assert (one.asks, one.families, one.sample > 900) == ("hold", ("novelty", "engagement"), True)
    assert 320 <= one.excess_uv <= 420
    assert "known from other accounts" in one.sentence


def test_a_launch_among_strangers_is_left_alone() -> None:
    assert found_with(label="launch", count=800, known=0) == []


def test_a_dull_show_is_left_alone() -> None:
    """All do little there, strangers and acquaintances alike."""
    connection = honest_platform()
    joined(connection, "ann", multi=0.1, cart=0.04, known=0.3)
    add_people(connection, "ann", 600, label="more", multi=0.1, cart=0.04, known=0.3)

    assert traffic_findings(connection) == []


def test_few_visitors_get_no_verdict() -> None:
    connection = honest_platform()
    add_people(connection, "bea", 80, **PROXIES)

    assert [one for one in traffic_findings(connection) if one.detector == "fresh"] == []


def test_without_peers_there_is_no_verdict() -> None:
    assert found_with(accounts=3, count=400, **PROXIES) == []


def test_accounts_of_one_agency_do_not_vouch_for_each_other() -> None:
    """Bots sent to both accounts of an agency are strangers at both."""
    connection = honest_platform()
    for account in ("ann", "bea"):
        connection.execute("INSERT INTO participants VALUES (?, 'theirs', NULL)", [account])
        add_people(connection, account, 600)
        add_people(connection, account, 400, label="bots", known=1, multi=0.03, cart=0.02, pool="bots")

    held = {one.account for one in traffic_findings(connection) if one.detector == "fresh"}

    assert held == {"ann", "bea"}


def test_an_account_never_loses_more_visitors_than_it_has() -> None:
    connection = honest_platform()
    joined(connection, "ann")
    add_people(connection, "ann", 9_000, **PROXIES)

    traffic_findings(connection)

    ann = figures(connection)["ann"]
    assert 8_000 < ann.excess_uv <= ann.counted_uv


def test_stays_of_one_length_by_idle_strangers_are_for_a_look() -> None:
    (one,) = found_with(detector="dwell", count=400, dwell_s=20.0, **PROXIES)

    assert (one.asks, one.excess_uv, one.families) == ("review", 0, ("dwell", "engagement"))


def test_stays_of_one_length_are_left_alone_where_people_look_around() -> None:
    assert found_with(detector="dwell", label="clip", count=400, dwell_s=20.0) == []


def test_without_a_single_dwell_time_nothing_is_said_of_it() -> None:
    connection = honest_platform()
    joined(connection, "ann")
    add_people(connection, "ann", 400, **PROXIES)
    connection.execute("UPDATE views SET dwell_s = NULL")

    assert {one.detector for one in traffic_findings(connection)} == {"fresh"}
