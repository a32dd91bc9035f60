"""The demo's Apollo: the packaged rules, a window around now, schedules that can be kept."""

from __future__ import annotations

import itertools
import tomllib
from datetime import datetime
from importlib import resources

import msgspec

from leaderboard.demo.campaign import (
    CAMPAIGN_ID,
    EXAMPLE,
    account_setting,
    apollo_now,
    closed_by_hand,
    enrolled,
    enrollment,
    promised,
)
from leaderboard.demo.world import make_world
from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import parse_toml, unbuilt
from leaderboard.domain.enrollments import Enrollment, problems
from leaderboard.domain.times import DAY_MS, to_ms

# Daylight saving time ended in the campaign's zone on 1 November 2026.
NOW_MS = to_ms(datetime.fromisoformat("2026-11-05T12:00:00-08:00"))


def test_only_the_names_and_the_window_differ_from_the_packaged_rules() -> None:
    packaged = tomllib.loads(resources.files("leaderboard").joinpath("examples", EXAMPLE).read_text("utf-8"))
    ours = tomllib.loads(apollo_now(NOW_MS).toml)

    assert ours["id"] == CAMPAIGN_ID
    assert "made-up data" in ours["title"]
    assert {key for key in packaged if packaged[key] != ours[key]} == {"id", "title", "operator", "window"}


def test_the_window_is_two_local_weeks_of_which_nine_days_are_over() -> None:
    campaign = apollo_now(NOW_MS)
    window = tomllib.loads(campaign.toml)["window"]["main"]

    assert (window["start"], window["end"]) == (datetime(2026, 10, 27), datetime(2026, 11, 10))  # noqa: DTZ001
    assert campaign.starts_at_ms == to_ms(datetime.fromisoformat("2026-10-27T00:00:00-07:00"))
    assert campaign.ends_at_ms == to_ms(datetime.fromisoformat("2026-11-10T00:00:00-08:00"))


def test_promised_slots_lie_in_the_window_and_never_overlap() -> None:
    campaign = apollo_now(NOW_MS)
    for account in make_world(1).accounts:
        slots = promised(account, campaign)

        assert campaign.starts_at_ms <= slots[0][1] < slots[-1][2] <= campaign.ends_at_ms
        assert sum(end - start for _, start, end in slots) <= 14 * account.slot_minutes * 60_000
        assert all(before[2] < after[1] for before, after in itertools.pairwise(slots))


def test_an_enrollment_names_the_registered_hosts_and_their_slots() -> None:
    [account] = make_world(1).of_role("unregistered_host")
    hosts = enrollment(account, apollo_now(NOW_MS))["hosts"]

    assert [host["host_id"] for host in hosts] == [host.id for host in account.hosts if host.registered]
    assert sum(len(host["schedule"]) for host in hosts) == 14
    assert all(slot["start"] < slot["end"] for host in hosts for slot in host["schedule"])


def test_closed_by_hand_it_takes_a_recording_however_old() -> None:
    campaign = apollo_now(NOW_MS)
    ours = tomllib.loads(closed_by_hand(campaign).toml)

    assert ours["settlement"].pop("close") == "manual"
    assert ours == tomllib.loads(campaign.toml)
    assert unbuilt(parse_toml(closed_by_hand(campaign).toml)) == []


def test_the_window_begins_within_ten_days_before_now() -> None:
    assert 9 * DAY_MS <= NOW_MS - apollo_now(NOW_MS).starts_at_ms < 10 * DAY_MS + 3_600_000


def test_the_service_takes_the_definition_and_every_enrollment() -> None:
    campaign = apollo_now(NOW_MS)
    definition = parse_toml(campaign.toml)

    assert (definition.id, definition.zone) == (CAMPAIGN_ID, campaign.zone)
    assert unbuilt(definition) == []
    for account in enrolled(make_world(1)):
        assert problems(msgspec.convert(enrollment(account, campaign), Enrollment)) == []
        msgspec.convert(account_setting(account), Account)
