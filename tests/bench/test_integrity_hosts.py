"""The host half of the bench: what it counts of findings, of hours, and which bars it holds them to."""

from __future__ import annotations

import duckdb
import pytest

from leaderboard.bench.integrity_agreement import ASKED_MS, Timed, advised_rules, agreement, timed
from leaderboard.bench.integrity_bars import Proportion
from leaderboard.bench.integrity_hosts import HostScore, Looked, host_bars, score_hosts, summed
from leaderboard.domain.live_beats import LiveRules
from leaderboard.simulator.host_worlds import HostPlan, make_host_world

HOUR_MS = 3_600_000


def looked(name: str, *asked: str, kind: str = "honest", hard: bool = False) -> Looked:
    detectors = frozenset({"idle"} if asked else ())
    return Looked(account="a", kind=kind, name=name, hard=hard, asked=frozenset(asked), detectors=detectors)


def host(true_h: float, found_h: float, *, kind: str = "honest", held: bool = False) -> Timed:
    return Timed("a", kind, "chatty", int(true_h * HOUR_MS), int(found_h * HOUR_MS), held)


def test_a_review_flags_nobody_and_a_warning_does() -> None:
    score = summed([looked("chatty"), looked("chatty", "review"), looked("chatty", "warn", "review")], [])

    assert score.honest.flagged == Proportion(1, 3)
    assert score.honest.held == Proportion(0, 3)
    assert score.honest.any == Proportion(2, 3)
    assert score.kinds[0].by == {"idle": 2}


def test_honest_kinds_come_first_and_the_hard_ones_after_the_others() -> None:
    accounts = [looked("loop", kind="attack"), looked("flaky", hard=True), looked("music"), looked("chatty")]

    names = [one.name for one in summed(accounts, []).kinds]

    assert names == ["chatty", "music", "flaky", "loop"]


def test_exactly_14_hours_are_not_enough_on_either_side() -> None:
    agreed = agreement([host(14.0, 13.9), host(14.0, 14.001), host(14.1, 14.0), host(14.1, 14.2)])

    assert agreed.all == Proportion(2, 4)
    assert agreed.denied == Proportion(1, 2)


def test_hosts_just_below_are_left_out_apart() -> None:
    agreed = agreement([host(13.6, 14.2), host(12.0, 12.0), host(15.0, 15.5)])

    assert (agreed.all, agreed.apart) == (Proportion(2, 3), Proportion(2, 2))
    assert agreed.error_h == pytest.approx((0.6 + 0.5) / 3, abs=1e-3)


def test_cheats_without_the_hours_are_granted_them_unless_held() -> None:
    cheats = [
        host(2.0, 15.0, kind="attack"),
        host(2.0, 15.0, kind="attack", held=True),
        host(2.0, 3.0, kind="attack"),
        host(15.0, 15.0, kind="attack"),
    ]

    agreed = agreement(cheats)

    assert agreed.granted == Proportion(2, 3)
    assert agreed.granted_unheld == Proportion(1, 3)


def test_a_bar_is_asked_of_each_attack_that_can_be_found() -> None:
    accounts = [looked("loop", "hold", kind="attack"), looked("loop_partial", kind="attack", hard=True)]

    bars = {bar.name: bar.met for bar in host_bars(summed([*accounts, looked("chatty")], [host(15, 15)]))}

    assert bars == {
        "honest accounts warned or held": True,
        "loop warned or held": True,
        "same answer about 14 h": True,
    }


def test_the_product_credits_honest_hours_and_no_empty_room() -> None:
    plan = HostPlan(honest={"chatty": 3}, attacks={"idle_static": 3})
    with duckdb.connect() as connection:
        make_host_world(100, plan).load(connection)

        hosts = list(timed(connection, advised_rules(), ()))
        without_rules = list(timed(connection, LiveRules(), ()))

    assert all(abs(one.found_ms - one.true_ms) < 0.5 * HOUR_MS for one in hosts if one.kind == "honest")
    assert all(
        asked.found_ms < taken.found_ms
        for asked, taken in zip(hosts, without_rules, strict=True)
        if asked.kind == "attack"
    )
    assert sum(one.found_ms > ASKED_MS for one in without_rules if one.kind == "attack") >= 2


def test_worlds_are_scored_together() -> None:
    plan = HostPlan(honest={"chatty": 2}, attacks={"schedule_stuffing": 1}, days=14)

    score = score_hosts([100, 101], plan)

    assert isinstance(score, HostScore)
    assert score.honest.flagged.of == 4
    assert [(one.name, one.flagged.of) for one in score.kinds] == [("chatty", 4), ("schedule_stuffing", 2)]
    assert score.hours.all.of == 4
