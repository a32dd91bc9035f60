"""Cells: what is crowded, idle and alike is found and taken off; what is only one of these is left alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leaderboard.domain.findings import Finding
from leaderboard.integrity.cell_rules import Typical, signs
from leaderboard.integrity.cells_sql import Alike, Cell
from leaderboard.integrity.examine import traffic_findings
from leaderboard.integrity.figures import AccountFigures, figures, removed
from leaderboard.integrity.thresholds import THRESHOLDS
from tests.integrity.crowds import add_people, honest_platform, joined

NETWORK = "203.0.113.0/24"
BOTS: dict[str, Any] = {"label": "bots", "known": 0, "multi": 0, "cart": 0}


def found_with(*, of: str = "ann", accounts: int = 12, **people: Any) -> list[Finding]:
    """What is found of an honest account to which these people came as well."""
    connection = honest_platform(accounts)
    joined(connection, "ann")
    add_people(connection, "ann", **people)
    return [one for one in traffic_findings(connection) if one.account == of]


def detectors(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(one.detector, one.asks) for one in findings}


def test_nothing_is_found_of_honest_accounts() -> None:
    connection = honest_platform()

    assert traffic_findings(connection) == []


def test_a_farm_behind_one_network_is_held_and_taken_off() -> None:
    (cells, *_) = found_with(count=300, network=NETWORK, agent=3, **BOTS)

    assert (cells.detector, cells.asks, cells.excess_uv) == ("cells", "hold", 300)
    assert set(cells.families) >= {"concentration", "devices", "engagement"}
    assert not cells.links_partner


def test_nothing_is_found_of_the_neighbours_of_a_farm() -> None:
    assert found_with(of="peer-3", count=300, network=NETWORK, agent=3, **BOTS) == []


def test_the_sentence_says_where_when_and_what_not() -> None:
    (cells, *_) = found_with(count=300, network=NETWORK, agent=3, first_h=26, hours=1, **BOTS)

    assert re.fullmatch(
        r"35% of the visitors \(300 of 86\d\) came from one network \(203\.0\.113\.0/24\) between 02:0\d and 02:5\d "
        r"UTC on 15 Feb; 1 device model for 300 visitors, peers 4\d; no carts, \d\d expected, "
        r"nobody saw several products, 1\d\d expected, nobody is known from other accounts, 1\d\d expected; "
        r"in all, 300 visitors are estimated not to be people",
        cells.sentence,
    )


def test_no_visitor_and_no_whole_address_is_named() -> None:
    connection = honest_platform()
    joined(connection, "ann")
    add_people(connection, "ann", 300, network=NETWORK, agent=3, **BOTS)
    connection.execute("UPDATE views SET address = '203.0.113.77' WHERE network = ?", [NETWORK])
    visitors = {str(row[0]) for row in connection.execute("SELECT DISTINCT visitor FROM views").fetchall()}

    texts = " ".join(one.sentence for one in traffic_findings(connection))

    assert "203.0.113.0/24" in texts
    assert "203.0.113.77" not in texts
    assert visitors.isdisjoint(re.findall(r"\d+", texts))


def test_a_carrier_that_many_share_is_left_alone() -> None:
    """Small regions are behind one network, whose people are as good as any."""
    assert found_with(label="region", count=400, network=NETWORK) == []


def test_strangers_with_the_same_device_who_look_around_are_left_alone() -> None:
    assert found_with(label="hall", count=300, network=NETWORK, agent=3, known=0) == []


def test_a_crowd_at_one_venue_is_left_alone() -> None:
    assert found_with(label="venue", count=300, network=NETWORK, first_h=40, hours=2) == []


def test_many_of_the_same_device_are_left_alone_when_they_look_around() -> None:
    """Tablets of one room, strangers all, who buy nothing."""
    pupils = found_with(
        label="school", count=400, network=NETWORK, agent=3, known=0, cart=0, multi=0.3, first_h=33, hours=3
    )

    assert pupils == []


def test_many_of_the_same_device_are_held_when_they_come_day_and_night() -> None:
    machines = found_with(count=400, label="bots", network=NETWORK, agent=3, known=0, cart=0, multi=0.15)

    assert ("cells", "hold") in detectors(machines)


def test_a_handful_is_left_alone() -> None:
    assert found_with(count=12, network=NETWORK, agent=3, **BOTS) == []


def test_few_idle_visitors_are_for_a_look_and_nothing_is_taken_off() -> None:
    (one,) = found_with(count=28, network=NETWORK, agent=3, **BOTS)

    assert (one.detector, one.asks, one.excess_uv) == ("cells", "review", 0)


def test_a_device_with_many_visitors_is_held() -> None:
    findings = found_with(count=300, devices=4, **BOTS)

    assert ("cells", "hold") in detectors(findings)


def test_a_bought_burst_over_all_networks_is_held() -> None:
    findings = found_with(count=300, agent=3, first_h=50, hours=1, **BOTS)

    assert ("cells", "hold") in detectors(findings)


def test_a_raid_of_people_is_left_alone() -> None:
    assert found_with(label="raid", count=300, first_h=50, hours=1) == []


def test_an_account_without_peers_gets_no_verdict() -> None:
    assert found_with(accounts=0, count=300, network=NETWORK, agent=3, **BOTS) == []


def test_views_that_the_door_took_for_invalid_are_out_of_all() -> None:
    connection = honest_platform()
    joined(connection, "ann")
    add_people(connection, "ann", 300, network=NETWORK, agent=3, **BOTS)
    connection.execute("UPDATE views SET invalid = 'data_centre' WHERE network = ?", [NETWORK])

    assert traffic_findings(connection) == []
    ann = figures(connection)["ann"]
    assert (ann.gross_uv - ann.counted_uv, ann.invalid_uv, ann.excess_uv) == (300, 300, 0)


def test_the_order_of_rows_does_not_matter() -> None:
    connection = honest_platform()
    joined(connection, "ann")
    add_people(connection, "ann", 300, network=NETWORK, agent=3, **BOTS)
    first = traffic_findings(connection)
    connection.execute("CREATE TABLE turned AS FROM views ORDER BY hash(visitor, at_ms)")
    connection.execute("DELETE FROM views")
    connection.execute("INSERT INTO views FROM turned")

    assert traffic_findings(connection) == first


def test_nobody_is_taken_off_twice_and_buyers_never() -> None:
    connection = honest_platform()
    joined(connection, "ann")
    add_people(connection, "ann", 300, network=NETWORK, agent=3, first_h=9, hours=1, **BOTS)
    connection.execute(
        "INSERT INTO steps SELECT account, at_ms, 'AddToCart', visitor, product FROM views WHERE network = ? LIMIT 1",
        [NETWORK],
    )

    findings = traffic_findings(connection)

    assert connection.execute("SELECT count(*), count(DISTINCT visitor) FROM doubtful").fetchone() == (
        299,
        299,
    )
    taken = figures(connection)["ann"]
    assert isinstance(taken, AccountFigures)
    assert (
        taken.excess_uv
        == sum(one.excess_uv for one in findings)
        == round(removed(connection, findings)["ann"])
    )


def alike(**told: Any) -> Alike:
    of_people = Alike(0.02, 100, 1.0, 50, 50, 0.7, 0.2, 0.6, 0, 1)
    return of_people._replace(**told)


@pytest.mark.parametrize(
    ("told", "sign"),
    [
        ({}, ()),
        ({"agents_alike": 0.2}, ("agents",)),
        ({"dwell_spread": 0.3}, ("dwell",)),
        ({"gap_spread": 0.1}, ("timing",)),
        ({"devices": 10}, ("devices",)),
        ({"agents_alike": None, "dwell_spread": None, "gap_spread": None, "devices": 0}, ()),
    ],
)
def test_each_sign_of_machines_is_read_by_its_own_figure(told: dict[str, Any], sign: tuple[str, ...]) -> None:
    cell = Cell("network", 1, 1, 100, 0.0)

    assert signs(cell, alike(**told), Typical(0.02, 1.0), THRESHOLDS) == sign


def test_what_a_cell_is_made_of_is_no_sign_in_it() -> None:
    cell = Cell("time_and_agent", 1, 1, 100, 0.0)

    assert signs(cell, alike(agents_alike=1.0), Typical(0.02, 1.0), THRESHOLDS) == ()


def test_peers_whose_figures_are_not_known_are_no_measure() -> None:
    cell = Cell("network", 1, 1, 100, 0.0)

    assert signs(cell, alike(agents_alike=1.0, dwell_spread=0.0), Typical(None, None), THRESHOLDS) == ()
