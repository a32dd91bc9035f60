from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from leaderboard.domain.events import Event, Heartbeat
from leaderboard.simulator.campaigns import CampaignPlan, make_campaign
from leaderboard.simulator.plan import PlanError

PLAN = CampaignPlan(accounts=12, days=1, attacks=["farm", "loop", "farm", "self_refund"], share=0.3)


def test_its_events_are_as_the_contract_has_them_in_the_order_of_time_each_with_an_id_of_its_own() -> None:
    campaign = make_campaign(3, PLAN)

    events = [msgspec.convert(event, Event, strict=True) for event in campaign.events()]
    times = [event.at for event in events if isinstance(event.at, int)]
    ids = [(type(event), event.account_id, event.id) for event in events if not isinstance(event, Heartbeat)]

    assert len(events) == len(times) == len(campaign)
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert len(set(ids)) == len(ids)
    assert any(isinstance(event, Heartbeat) for event in events)


def test_the_same_seed_makes_the_same_events() -> None:
    first = msgspec.json.encode(list(make_campaign(3, PLAN).events()))
    second = msgspec.json.encode(list(make_campaign(3, PLAN).events()))

    assert first == second


def test_hosts_that_cheat_work_at_accounts_of_their_own() -> None:
    labels = make_campaign(3, PLAN).labels()
    cheats = [label for label in labels if any(host["kind"] == "attack" for host in label["hosts"])]

    assert [label["kind"] for label in cheats] == ["honest"]
    assert {host["name"] for host in cheats[0]["hosts"]} == {"loop"}
    assert sorted(label["name"] for label in labels if label["kind"] == "attack") == [
        "farm",
        "farm",
        "self_refund",
    ]
    assert all(label["hosts"] for label in labels)


def test_too_few_accounts_for_the_attacks_say_how_many_it_takes() -> None:
    with pytest.raises(PlanError, match="accounts = 3: too few for these attacks; give 5 or more"):
        _ = CampaignPlan(accounts=3, attacks=["farm"] * 3).traffic
