"""The state that the clock alone gives a campaign."""

from __future__ import annotations

from leaderboard.domain.campaigns import state_by_clock

from .spring import parse_spring, spring

START_MS, END_MS = 1_930_280_400_000, 1_930_881_600_000


def test_a_campaign_is_live_from_its_start_up_to_its_end() -> None:
    definition = spring()

    states = [state_by_clock(definition, now) for now in (START_MS - 1, START_MS, END_MS - 1, END_MS)]

    assert states == ["scheduled", "live", "live", "closing"]


def test_a_manual_campaign_whose_window_has_passed_is_closing_too() -> None:
    assert state_by_clock(parse_spring('late = "48h"', 'close = "manual"'), END_MS + 1) == "closing"


def test_a_campaign_without_a_common_span_is_live() -> None:
    window = "start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00"
    definition = parse_spring(window, 'anchor = "attr.joined_at"\nlength = "7d"')

    assert state_by_clock(definition, 0) == "live"
