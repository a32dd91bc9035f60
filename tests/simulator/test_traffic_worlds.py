from __future__ import annotations

import hashlib

import duckdb
import pytest

from leaderboard.integrity import tables as read_tables
from leaderboard.simulator import tables as made_tables
from leaderboard.simulator.plan import TRAFFIC_ATTACKS, PlanError, TrafficPlan
from leaderboard.simulator.traffic_worlds import TrafficWorld, make_traffic_world

SMALL = TrafficPlan(days=2, ordinary=20, hard=2, attacks=dict.fromkeys(TRAFFIC_ATTACKS, 1), scale=0.1)


def loaded(seed: int, plan: TrafficPlan) -> str:
    """A digest of all tables."""
    digest = hashlib.sha256()
    with duckdb.connect() as connection:
        make_traffic_world(seed, plan).load(connection)
        for table in made_tables.COLUMNS:
            rows = connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            digest.update(repr(rows).encode())
    return digest.hexdigest()


def test_the_same_seed_makes_the_same_world() -> None:
    assert loaded(3, SMALL) == loaded(3, SMALL)


def test_another_seed_makes_another_world() -> None:
    assert loaded(3, SMALL) != loaded(4, SMALL)


def test_its_tables_are_those_that_detectors_read() -> None:
    shared = {name: made_tables.COLUMNS[name] for name in read_tables.COLUMNS}

    assert shared == dict(read_tables.COLUMNS)


def test_it_fills_tables_that_are_there_already() -> None:
    with duckdb.connect() as connection:
        read_tables.create(connection)
        make_traffic_world(3, SMALL).load(connection)

        assert connection.execute("SELECT count(*) FROM participants").fetchone() == (SMALL.accounts,)


def test_labels_say_what_the_tables_of_the_truth_say(
    world: TrafficWorld, database: duckdb.DuckDBPyConnection
) -> None:
    truth = database.execute("SELECT account, kind, name, fake_share, hard FROM truth_accounts").fetchall()

    assert truth == [tuple(label.values())[:5] for label in world.labels()]


def test_every_kind_and_every_attack_is_there_as_often_as_asked(database: duckdb.DuckDBPyConnection) -> None:
    count = dict(database.execute("SELECT name, count(*) FROM truth_accounts GROUP BY 1").fetchall())

    assert {name: count.pop(name) for name in TRAFFIC_ATTACKS} == dict.fromkeys(TRAFFIC_ATTACKS, 2)
    assert {name: count.pop(name) for name in ("normal", "school", "qr_raffle")} == {
        "normal": 30,
        "school": 2,
        "qr_raffle": 2,
    }
    assert set(count.values()) == {3}
    assert len(count) == 10


def test_a_share_that_is_asked_for_is_the_share_of_fake_visitors(database: duckdb.DuckDBPyConnection) -> None:
    shares = database.execute(
        """SELECT name, fake_share, avg(fake::INTEGER) FROM truth_accounts JOIN truth_visitors USING (account)
        WHERE kind = 'attack' GROUP BY account, name, fake_share"""
    ).fetchall()

    for name, said, counted in shares:
        assert said == pytest.approx(0.4, abs=0.05), name
        if name != "self_refund":
            assert counted == pytest.approx(said)


def test_honest_accounts_are_visited_by_people_only_and_by_a_few_bots_in_disguise(
    database: duckdb.DuckDBPyConnection,
) -> None:
    share = database.execute(
        "SELECT max(fake_share) FROM truth_accounts WHERE kind = 'honest' AND name != 'small'"
    ).fetchone()

    assert share is not None
    assert 0.0 < share[0] < 0.15


def test_without_disguise_nobody_at_an_honest_account_is_fake() -> None:
    plan = TrafficPlan(days=2, ordinary=20, hard=0, attacks={"farm": 1, "crowd_turf": 1}, scale=0.1)
    world = make_traffic_world(3, plan)

    assert {label["fake_share"] for label in world.labels() if label["kind"] == "honest"} == {0.0}


def test_a_visitor_is_the_same_person_with_the_same_phone_everywhere(
    database: duckdb.DuckDBPyConnection,
) -> None:
    strange = database.execute(
        """SELECT count(*) FROM (SELECT visitor FROM marked WHERE NOT fake AND agent NOT LIKE '%SM-T%'
        AND name != 'school' GROUP BY visitor HAVING count(DISTINCT agent) > 1 OR count(DISTINCT device) > 1)"""
    ).fetchone()

    assert strange == (0,)


def test_all_of_it_lies_within_the_campaign_and_refunds_a_week_after(
    world: TrafficWorld, database: duckdb.DuckDBPyConnection
) -> None:
    plan = world.plan
    for table, end_ms in (
        ("views", plan.end_ms),
        ("steps", plan.end_ms),
        ("orders", plan.end_ms),
        ("refunds", plan.end_ms + 7 * 86_400_000),
    ):
        inside = database.execute(
            f"SELECT min(at_ms) >= {plan.start_ms} AND max(at_ms) < {end_ms} FROM {table}"
        ).fetchone()
        assert inside == (True,), table


def test_refunds_are_of_orders_later_than_these_and_never_more(database: duckdb.DuckDBPyConnection) -> None:
    wrong = database.execute(
        """SELECT count(*) FROM refunds r LEFT JOIN orders o ON o.account = r.account AND o.id = r.order_id
        WHERE o.id IS NULL OR r.at_ms < o.at_ms OR r.value_minor > o.value_minor"""
    ).fetchone()

    assert wrong == (0,)


def test_networks_are_the_addresses_cut(database: duckdb.DuckDBPyConnection) -> None:
    wrong = database.execute(
        """SELECT count(*) FROM views WHERE (address IS NULL) != (network IS NULL)
        OR (address NOT LIKE '%:%' AND regexp_replace(address, '[0-9]+$', '0/24') != network)
        OR (address LIKE '%:%' AND array_to_string(string_split(address, ':')[:3], ':') || '::/48' != network)"""
    ).fetchone()

    assert wrong == (0,)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"days": 0}, "days = 0: takes 1 to 60"),
        ({"share": 1.0}, "share = 1.0: takes 0.01 to 0.95"),
        ({"attacks": {"farms": 1}}, "attacks: 'farms' is none; there are data_centre"),
    ],
)
def test_a_plan_that_cannot_be_names_the_field(wrong: dict[str, object], text: str) -> None:
    with pytest.raises(PlanError, match=text):
        TrafficPlan(**wrong)  # type: ignore[arg-type]
