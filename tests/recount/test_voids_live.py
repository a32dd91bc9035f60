"""Live time taken out of the facts: hosts and outages, against the rules written out millisecond by millisecond."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.adjustments import NOTHING, Voided
from leaderboard.domain.campaigns import Live
from leaderboard.domain.kept_events import KeptHeartbeat
from leaderboard.domain.rescorings import ExcludeHost, Outage, VoidViews, What
from leaderboard.recount.audit import Recounted, recount
from leaderboard.recount.settings import CampaignSettings, Span
from leaderboard.recount.voids import dead_spans, excluded_hosts
from tests.recount.archive_lines import START_MS
from tests.recount.test_facts_live import (
    WINDOW,
    a_random_beat,
    a_slot,
    beat_at,
    facts,
    session_by_ms,
    with_rules,
)

HOST_1, HOST_2 = ExcludeHost(account="a1", host="h1"), ExcludeHost(account="a1", host="h2")


def seconds(begin: int, end: int, *, live: bool = True) -> Outage:
    return Outage(from_ms=START_MS + begin * 1_000, until_ms=START_MS + end * 1_000, live=live)


def voided(
    beats: Iterable[KeptHeartbeat], *voids: What, slots: dict[str, list[Span]] | None = None
) -> Recounted:
    given = structs.replace(with_rules(Live(), slots), voids=voids)
    with facts(beats, given) as connection:
        return recount(connection, given)["a1"]


def live_rows(given: CampaignSettings, beats: Sequence[KeptHeartbeat]) -> list[tuple[str, int, int]]:
    query = f"""SELECT host, start_ms - {START_MS}, end_ms - {START_MS} FROM live_rows ORDER BY ALL"""
    with facts(beats, given) as connection:
        return connection.execute(query).fetchall()


def test_the_time_of_an_excluded_host_does_not_count_and_the_others_does() -> None:
    beats = [beat_at(20), beat_at(30, 20, live_session_id="s2", host_id="h2")]

    assert voided(beats, HOST_1).effective_ms == 20_000
    assert voided(beats, HOST_2).effective_ms == 20_000
    assert voided(beats, HOST_1, HOST_2).effective_ms == 0
    assert voided(beats).effective_ms == 30_000


def test_what_is_voided_is_the_time_that_no_other_host_was_live() -> None:
    beats = [beat_at(20), beat_at(30, 20, live_session_id="s2", host_id="h2")]

    assert voided(beats, HOST_1).voided == Voided(effective_ms=10_000)


def test_a_host_of_the_same_id_of_another_account_stays() -> None:
    assert voided([beat_at(20)], ExcludeHost(account="a2", host="h1")).voided == NOTHING


def test_an_outage_takes_live_time_out_only_where_it_says_so() -> None:
    slots = {"h1": [(START_MS, START_MS + 15_000)]}

    with_live = voided([beat_at(20)], seconds(5, 8), slots=slots)
    without = voided([beat_at(20)], seconds(5, 8, live=False), slots=slots)

    assert (with_live.effective_ms, with_live.kept_ms) == (17_000, 12_000)
    assert (without.effective_ms, without.kept_ms) == (20_000, 15_000)


def test_outages_that_overlap_are_taken_out_once() -> None:
    assert voided([beat_at(20)], seconds(5, 8), seconds(7, 10), seconds(5, 8)).effective_ms == 15_000


def test_a_filter_of_views_takes_no_live_time_out() -> None:
    assert voided([beat_at(20)], VoidViews(session="s1")).voided == NOTHING


def test_rows_of_live_time_are_cut_where_an_outage_begins_and_ends() -> None:
    given = structs.replace(with_rules(Live()), voids=(seconds(5, 8), seconds(8, 9), seconds(18, 30)))

    assert live_rows(given, [beat_at(20)]) == [("h1", 0, 5_000), ("h1", 9_000, 18_000)]


def test_rows_of_an_excluded_host_are_gone() -> None:
    given = structs.replace(with_rules(Live()), voids=(HOST_1,))

    assert live_rows(given, [beat_at(20), beat_at(20, host_id="h2")]) == [("h2", 0, 20_000)]


def test_dead_spans_do_not_touch_each_other() -> None:
    voids: list[What] = [
        seconds(9, 12),
        seconds(1, 3),
        seconds(3, 4),
        seconds(2, 3),
        seconds(6, 7, live=False),
        HOST_1,
    ]

    assert [(a - START_MS, b - START_MS) for a, b in dead_spans(voids)] == [(1_000, 4_000), (9_000, 12_000)]
    assert excluded_hosts([HOST_2, HOST_1, HOST_2, *voids]) == [("a1", "h1"), ("a1", "h2")]


# ── Millisecond by millisecond ──────────────────────────────────────────────────────────────────

AN_OUTAGE = st.builds(
    lambda begin, length, live: Outage(
        from_ms=START_MS + begin, until_ms=START_MS + begin + length, live=live
    ),
    st.integers(-2_000, 16_000),
    st.integers(1, 6_000),
    st.sampled_from([True, True, False]),
)
VOIDS = st.lists(AN_OUTAGE | st.sampled_from([HOST_1, HOST_2]), max_size=3)


def slowly(
    beats: Sequence[KeptHeartbeat], live: Live, slots: dict[str, list[Span]], voids: Sequence[What]
) -> tuple[int, int]:
    """(effective ms, kept ms) that are left of the account."""
    sessions: dict[tuple[str, str], list[KeptHeartbeat]] = {}
    for beat in beats:
        is_inside = beat.at_ms > WINDOW[0] and beat.at_ms - beat.covers_ms < WINDOW[1]
        if is_inside and ExcludeHost(account="a1", host=beat.host_id) not in voids:
            sessions.setdefault((beat.host_id, beat.live_session_id), []).append(beat)
    effective, kept = set[int](), set[int]()
    for (host, _), own in sessions.items():
        own_effective, own_claimed = session_by_ms(own, live)
        effective |= own_effective
        kept |= own_claimed & {ms for start, end in slots.get(host, []) for ms in range(start, end)}
    alive = set(range(*WINDOW))
    for void in voids:
        if isinstance(void, Outage) and void.live:
            alive -= set(range(void.from_ms, void.until_ms))
    return len(effective & alive), len(kept & alive)


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    st.lists(a_random_beat, min_size=2, max_size=10, unique_by=lambda beat: beat.id),
    st.builds(Live, bridge_s=st.integers(0, 2), evidence_s=st.sampled_from([None, 2])),
    st.lists(a_slot, max_size=2),
    VOIDS,
)
def test_the_time_that_is_left_is_what_the_rules_say(
    beats: list[KeptHeartbeat], live: Live, slots: list[Span], voids: list[What]
) -> None:
    promised = {"h1": slots, "h2": slots}
    given = structs.replace(with_rules(live, promised, WINDOW), voids=tuple(voids))
    with facts(beats, given) as connection:
        found = recount(connection, given)["a1"]

    assert (found.counted_effective_ms, found.counted_kept_ms) == slowly(beats, live, promised, [])
    assert (found.effective_ms, found.kept_ms) == slowly(beats, live, promised, voids)
