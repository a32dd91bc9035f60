"""One made-up world of traffic, loaded once: all honest kinds and all attacks, small."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from leaderboard.simulator.plan import TRAFFIC_ATTACKS, TrafficPlan
from leaderboard.simulator.traffic_worlds import TrafficWorld, make_traffic_world

PLAN = TrafficPlan(
    days=7, ordinary=60, hard=4, attacks=dict.fromkeys(TRAFFIC_ATTACKS, 2), scale=0.6, share=0.4
)


@pytest.fixture(scope="package")
def world() -> TrafficWorld:
    return make_traffic_world(5, PLAN)


@pytest.fixture(scope="package")
def database(world: TrafficWorld) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        world.load(connection)
        connection.execute(
            """CREATE TABLE marked AS SELECT v.*, t.fake, a.kind, a.name FROM views v
            JOIN truth_visitors t USING (account, visitor) JOIN truth_accounts a USING (account)"""
        )
        yield connection
