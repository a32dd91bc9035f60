"""The state that a campaign is in as the clock goes, before anybody has noted it."""

from __future__ import annotations

from leaderboard.domain.lifecycle import Life, state_now

from .spring import parse_spring, spring

START_MS, END_MS = 1_930_280_400_000, 1_930_881_600_000
SCHEDULED = Life(state="scheduled")


def test_a_campaign_is_live_from_its_start_up_to_its_end() -> None:
    definition = spring()

    states = [state_now(definition, SCHEDULED, now) for now in (START_MS - 1, START_MS, END_MS - 1, END_MS)]

    assert states == ["scheduled", "live", "live", "closing"]


def test_a_campaign_that_people_close_is_live_until_they_do() -> None:
    manual = parse_spring('late = "48h"', 'close = "manual"')

    assert state_now(manual, SCHEDULED, END_MS + 1) == "live"
    assert state_now(manual, Life(state="closing", version=2), END_MS + 1) == "closing"


def test_a_campaign_without_a_common_span_is_live() -> None:
    window = "start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00"
    definition = parse_spring(window, 'anchor = "attr.joined_at"\nlength = "7d"')

    assert state_now(definition, SCHEDULED, 0) == "live"


def test_the_clock_opens_no_draft_and_revives_nothing_that_was_cancelled() -> None:
    states = [state_now(spring(), Life(state=state, version=1), END_MS) for state in ("draft", "cancelled")]

    assert states == ["draft", "cancelled"]
