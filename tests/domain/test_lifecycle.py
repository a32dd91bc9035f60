"""The life of a campaign: due at the right millisecond, and each state only after those that it may follow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, get_args

import pytest

from leaderboard.domain.campaigns import Definition, State, parse_toml
from leaderboard.domain.exclusions import NEVER_MS
from leaderboard.domain.lifecycle import (
    FOLLOWING,
    PIN_AHEAD_MS,
    Certification,
    IllegalMove,
    Life,
    Upcoming,
    cancelled,
    certified,
    closed_by_hand,
    cutoff_ms,
    due,
    end_ms,
    last_moment_ms,
    paid,
    refused,
    requested,
    state_now,
    upcoming,
)
from leaderboard.domain.times import to_ms

from .campaigns.spring import SPRING, parse_spring, spring
from .lives import END_MS, LATE_MS, MANUAL, START_MS, lived

STATES: Final = get_args(State)
SCHEDULED = Life(state="scheduled")
LIVE = Life(state="live", version=1, since_ms=START_MS)
CLOSING = Life(state="closing", version=2, since_ms=END_MS)
REVIEW = Life(state="review", version=3, snapshot_sha256="ab")
PIN_MS = 7_000 + PIN_AHEAD_MS
ASKED = Certification(requested_ms=5, actor="ana")
OWN = (
    "start = 2031-03-03T00:00:00\nend = 2031-03-10T00:00:00",
    'anchor = "attr.joined_at"\nlength = "7d"',
)

LEGAL = {
    ("draft", "scheduled"),
    ("scheduled", "live"),
    ("live", "closing"),
    ("closing", "review"),
    ("review", "review"),
    ("review", "certified"),
    ("certified", "certified"),
    ("certified", "paid"),
    ("paid", "paid"),
    ("draft", "cancelled"),
    ("scheduled", "cancelled"),
    ("live", "cancelled"),
    ("closing", "cancelled"),
    ("review", "cancelled"),
}


def utc(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def over(zone: str, start: str, end: str, *, every: str = "", day_start: str = "00:00") -> Definition:
    """The spring sale at another time and place; an hour later it is too late."""
    clock = f'zone = "{zone}"\nday_start = "{day_start}"'
    recurring = f'\nevery = "{every}"' if every else ""
    toml = SPRING.replace('zone = "America/New_York"', clock).replace('late = "48h"', 'late = "1h"')
    toml = toml.replace("start = 2031-03-03T00:00:00", f"start = {start}")
    return parse_toml(toml.replace("end = 2031-03-10T00:00:00", f"end = {end}{recurring}"))


LOS_ANGELES = "America/Los_Angeles"
SPRING_SWITCH = over(LOS_ANGELES, "2026-03-08T02:30:00", "2026-03-09T00:00:00")
AUTUMN_SWITCH = over(LOS_ANGELES, "2026-10-31T00:00:00", "2026-11-01T01:30:00")
IN_JAKARTA = over("Asia/Jakarta", "2026-03-08T00:00:00", "2026-03-09T00:00:00")
IN_BANGKOK = over("Asia/Bangkok", "2026-11-01T00:00:00", "2026-11-02T00:00:00")
FROM_THREE = over(LOS_ANGELES, "2026-03-07T03:00:00", "2026-03-09T03:00:00", every="day", day_start="03:00")
NEW_YEAR = over("Asia/Jakarta", "2026-12-31T00:00:00", "2027-01-01T00:00:00")


@pytest.mark.parametrize(
    ("definition", "opens", "ends"),
    [
        (SPRING_SWITCH, "2026-03-08T10:30", "2026-03-09T07:00"),
        (AUTUMN_SWITCH, "2026-10-31T07:00", "2026-11-01T08:30"),
        (IN_JAKARTA, "2026-03-07T17:00", "2026-03-08T17:00"),
        (IN_BANGKOK, "2026-10-31T17:00", "2026-11-01T17:00"),
        (FROM_THREE, "2026-03-07T11:00", "2026-03-09T10:00"),
        (NEW_YEAR, "2026-12-30T17:00", "2026-12-31T17:00"),
    ],
)
def test_a_campaign_opens_ends_and_freezes_on_the_millisecond(
    definition: Definition, opens: str, ends: str
) -> None:
    opens_ms, ends_ms = utc(opens), utc(ends)
    cut_ms = ends_ms + 3_600_000

    assert lived(definition, [0, opens_ms - 1, opens_ms]) == [(opens_ms, "open")]
    assert lived(definition, [opens_ms, opens_ms + 1, ends_ms - 1]) == [(opens_ms, "open")]
    assert lived(definition, [opens_ms, ends_ms - 1, ends_ms, cut_ms - 1, cut_ms, cut_ms + 1, NEVER_MS]) == [
        (opens_ms, "open"),
        (ends_ms, "end"),
        (cut_ms + 1, "freeze"),
    ]


def test_after_a_downtime_everything_is_due_one_after_the_other() -> None:
    assert lived(spring(), [NEVER_MS - 1]) == [
        (NEVER_MS - 1, "open"),
        (NEVER_MS - 1, "end"),
        (NEVER_MS - 1, "freeze"),
    ]


@pytest.mark.parametrize("change", [MANUAL, OWN])
def test_what_people_close_never_ends_by_the_clock(change: tuple[str, str]) -> None:
    definition = parse_spring(*change)

    assert lived(definition, [START_MS, END_MS, NEVER_MS]) == [(START_MS, "open")]
    assert cutoff_ms(definition, LIVE) == NEVER_MS
    assert state_now(definition, SCHEDULED, NEVER_MS) == "live"
    assert upcoming(definition, LIVE, NEVER_MS) == Upcoming("closing", None, "somebody to close it")


def test_what_people_close_is_frozen_right_after_the_moment_of_the_close() -> None:
    manual, closed = parse_spring(*MANUAL), closed_by_hand(LIVE, 7_000)

    assert (closed.state, closed.since_ms, cutoff_ms(manual, closed)) == ("closing", 7_000, PIN_MS)
    assert [due(manual, closed, now_ms) for now_ms in (PIN_MS, PIN_MS + 1)] == [None, "freeze"]


def test_the_cut_off_is_that_of_the_definition_unless_the_life_has_its_own() -> None:
    assert cutoff_ms(spring(), LIVE) == END_MS + LATE_MS
    assert cutoff_ms(spring(), closed_by_hand(LIVE, 7_000)) == PIN_MS


@pytest.mark.parametrize("state", ["draft", "review", "certified", "paid", "cancelled"])
def test_nothing_is_due_by_the_clock_for_the_other_states(state: State) -> None:
    assert due(spring(), Life(state=state, version=1), NEVER_MS) is None


def test_a_certification_that_was_asked_for_is_due_in_review_and_after_it() -> None:
    asked = requested(REVIEW, ASKED, 7_000)
    correction = requested(certified(asked, 8_000), ASKED, 9_000)

    # What is received in the pin's own millisecond counts.
    assert [due(spring(), asked, now_ms) for now_ms in (PIN_MS, PIN_MS + 1)] == [None, "certify"]
    assert due(spring(), correction, 9_000) == "certify"
    assert due(spring(), refused(asked, 6), 6) is None
    assert due(spring(), certified(asked, 6), 6) is None


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_state_follows_on_those_that_it_may_and_on_no_other(before: State, after: State) -> None:
    life = Life(state=before, version=4, since_ms=1)

    if (before, after) in LEGAL:
        assert life.moved(after, 2) == Life(state=after, version=5, since_ms=1 if after == before else 2)
    else:
        with pytest.raises(IllegalMove, match=f"a campaign that is {before} cannot become {after}"):
            life.moved(after, 2)


def test_every_state_is_in_the_table() -> None:
    assert set(FOLLOWING) == set(STATES)
    assert {(before, after) for before, states in FOLLOWING.items() for after in states} == LEGAL


@pytest.mark.parametrize(
    ("life", "now_ms", "expected"),
    [
        (Life(state="draft"), 0, Upcoming("scheduled", None, "its publication: apply it without --draft")),
        (SCHEDULED, START_MS - 1, Upcoming("live", START_MS, "its start")),
        # What the clock alone decides has happened, whoever is awake.
        (SCHEDULED, START_MS, Upcoming("closing", END_MS, "its end")),
        (LIVE, END_MS - 1, Upcoming("closing", END_MS, "its end")),
        (LIVE, END_MS, Upcoming("review", END_MS + LATE_MS + 1, "its cut-off")),
        (CLOSING, END_MS, Upcoming("review", END_MS + LATE_MS + 1, "its cut-off")),
        (closed_by_hand(LIVE, 7_000), 7_000, Upcoming("review", PIN_MS + 1, "its cut-off")),
        (REVIEW, END_MS, Upcoming("certified", None, "somebody to certify it")),
        (
            requested(REVIEW, ASKED, 5),
            END_MS,
            Upcoming("certified", None, "the certification to be carried out"),
        ),
        (Life(state="certified"), END_MS, Upcoming("paid", None, "its payouts")),
        (Life(state="paid"), END_MS, None),
        (Life(state="cancelled"), END_MS, None),
    ],
)
def test_what_comes_next_is_told_with_its_time_or_what_it_waits_for(
    life: Life, now_ms: int, expected: Upcoming | None
) -> None:
    assert upcoming(spring(), life, now_ms) == expected


def test_what_is_received_after_a_cancellation_is_late() -> None:
    given_up = cancelled(spring(), LIVE, 7_000)

    assert (given_up.state, given_up.since_ms, cutoff_ms(spring(), given_up)) == ("cancelled", 7_000, PIN_MS)
    assert given_up.refunds_until_ms == PIN_MS


def test_a_cancellation_keeps_the_earlier_cut_off_of_who_closed_it() -> None:
    by_hand = cancelled(spring(), closed_by_hand(LIVE, 7_000), 9_000)
    by_the_clock = cancelled(spring(), CLOSING, END_MS + LATE_MS + 1)

    assert cutoff_ms(spring(), by_hand) == PIN_MS
    assert cutoff_ms(spring(), by_the_clock) == END_MS + LATE_MS


def test_the_first_request_to_certify_fixes_until_when_refunds_count() -> None:
    first = requested(REVIEW, ASKED, 7_000)
    second = requested(refused(first, 7_500), ASKED, 7_800)
    correction = requested(certified(second, 8_000), ASKED, 9_000)

    assert [life.refunds_until_ms for life in (REVIEW, first, second, correction)] == [
        None,
        PIN_MS,
        PIN_MS,
        PIN_MS,
    ]
    assert [life.version for life in (first, second, correction)] == [4, 6, 8]


def test_a_cancelled_campaign_is_not_being_certified() -> None:
    assert cancelled(spring(), requested(REVIEW, ASKED, 5), 6).certifying is None


def test_a_certified_campaign_is_paid_once() -> None:
    settled = paid(Life(state="certified", version=4, since_ms=5, result=2), 7_000)

    assert settled == Life(state="paid", version=5, since_ms=7_000, result=2)
    assert paid(settled, 8_000).since_ms == 7_000


@pytest.mark.parametrize("state", ["draft", "scheduled", "live", "closing", "review", "cancelled"])
def test_nothing_is_paid_before_it_is_certified(state: State) -> None:
    with pytest.raises(IllegalMove, match=f"a campaign that is {state} cannot become paid"):
        paid(Life(state=state), 7_000)


def test_it_was_over_when_its_last_window_was_or_when_people_closed_it() -> None:
    early, late = (closed_by_hand(LIVE, now_ms) for now_ms in (7_000, END_MS + 5))
    without_end = parse_spring(*OWN)

    assert [end_ms(spring(), life) for life in (LIVE, early, late)] == [END_MS, PIN_MS + 1, END_MS]
    assert [end_ms(without_end, life) for life in (LIVE, early)] == [None, PIN_MS + 1]


def test_a_correction_leaves_the_state_and_counts_the_results() -> None:
    settled = Life(state="paid", version=9, result=1)

    corrected = certified(requested(settled, ASKED, 5), 6)

    assert (corrected.state, corrected.result, corrected.certifying) == ("paid", 2, None)


def test_a_move_that_sets_a_pin_is_made_before_it_and_any_other_at_any_time() -> None:
    closed, asked = closed_by_hand(LIVE, 7_000), requested(REVIEW, ASKED, 7_000)

    assert last_moment_ms(LIVE, closed) == PIN_MS
    assert last_moment_ms(REVIEW, asked) == PIN_MS
    assert last_moment_ms(LIVE, cancelled(spring(), LIVE, 7_000)) == PIN_MS
    assert last_moment_ms(asked, refused(asked, 7_001)) is None
    assert last_moment_ms(asked, requested(refused(asked, 8_000), ASKED, 9_000)) is None
