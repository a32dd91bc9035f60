"""Live time in SQL, held against the rules written out millisecond by millisecond."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.campaigns import Live
from leaderboard.domain.kept_events import KeptHeartbeat
from leaderboard.recount.audit import Recounted, recount
from leaderboard.recount.facts import open_facts
from leaderboard.recount.settings import CampaignSettings, CountedWindow, Span
from tests.recount.archive_lines import START_MS, a_beat, definition, in_order, settings, write_archive

SECOND = 1_000


def with_rules(
    live: Live, slots: dict[str, list[Span]] | None = None, window: Span | None = None
) -> CampaignSettings:
    """Account a1 with hosts h1 and h2; `window` replaces Apollo's."""
    given = settings({"a1": 0}, definition(live=live), slots={"a1": slots or {}})
    if window is None:
        return given
    return structs.replace(given, windows={given.definition.id: CountedWindow(*window)})


@contextmanager
def facts(beats: Iterable[KeptHeartbeat], given: CampaignSettings) -> Iterator[DuckDBPyConnection]:
    with TemporaryDirectory() as directory:
        files = write_archive(Path(directory), in_order((beat, START_MS) for beat in beats))
        with open_facts(files, given, threads=1) as connection:
            yield connection


def recounted(beats: Iterable[KeptHeartbeat], given: CampaignSettings) -> Recounted:
    with facts(beats, given) as connection:
        return recount(connection, given)["a1"]


def effective_s(beats: Iterable[KeptHeartbeat], live: Live | None = None) -> float:
    return recounted(beats, with_rules(live or Live())).effective_ms / 1000


def beat_at(second: int, covers_s: int = 20, **more: Any) -> KeptHeartbeat:
    """Attests the seconds up to `second` of the campaign."""
    return a_beat(
        f"{second}-{covers_s}-{sorted(more.items())}", START_MS + second * SECOND, covers_s * SECOND, **more
    )


@pytest.mark.parametrize(
    "not_effective",
    [
        {"activity": "idle"},
        {"activity": "away"},
        {"recorded": True},
        {"product_id": None},
        {"order_channel": "none"},
    ],
)
def test_only_time_in_which_one_could_order_a_shown_product_is_effective(
    not_effective: dict[str, Any],
) -> None:
    assert (
        effective_s([beat_at(20, **not_effective), beat_at(40, activity="displaying", recorded=False)]) == 20
    )


def test_two_phones_count_once_and_the_better_of_two_heartbeats_wins() -> None:
    idle = beat_at(25, activity="idle")
    other_phone = beat_at(30, live_session_id="s2", host_id="h2")

    assert effective_s([beat_at(20), idle, other_phone]) == 30
    assert effective_s([beat_at(20), beat_at(15, 5, live_session_id="s2", host_id="h2")]) == 20


def test_a_span_is_cut_to_the_window() -> None:
    assert effective_s([beat_at(5, 20), beat_at(14 * 86_400 + 15, 20), beat_at(0, 20)]) == 10


def test_a_silence_is_bridged_up_to_its_length_between_effective_spans_only() -> None:
    apart = [beat_at(20), beat_at(70)]
    after_idle = [beat_at(20), beat_at(25, 5, activity="idle"), beat_at(70)]
    before_idle = [beat_at(20), beat_at(50, 5, activity="idle"), beat_at(70)]

    assert effective_s(apart, Live(bridge_s=30)) == 70
    assert effective_s(apart, Live(bridge_s=29)) == 40
    assert effective_s(after_idle, Live(bridge_s=30)) == 40
    assert effective_s(before_idle, Live(bridge_s=30)) == 40


@pytest.mark.parametrize(
    ("sign", "is_alive"),
    [
        ({"motion": 0.05}, True), ({"motion": 0.049}, False), ({"audio_db": -44.9}, True), ({"audio_db": -45.0}, False),
        ({"replies": 1}, True), ({"replies": 0}, False), ({"product_id": "p2"}, True), ({}, False),
    ],
)  # fmt: skip
def test_a_window_without_a_sign_of_life_is_not_effective(sign: dict[str, Any], is_alive: bool) -> None:
    beats = [beat_at(280), beat_at(300, **sign), beat_at(620)]

    assert effective_s(beats, Live(evidence_s=300)) == (40 if is_alive else 0)


def test_no_sign_of_life_is_asked_for_in_the_opening_of_a_session() -> None:
    beats = [beat_at(20), beat_at(40), beat_at(60)]

    assert effective_s(beats, Live(evidence_s=300, opening_grace_s=50)) == 50


def test_kept_time_is_live_time_of_any_kind_in_the_hosts_own_slots() -> None:
    slots = {"h1": [(START_MS + 10_000, START_MS + 50_000)], "h2": [(START_MS + 40_000, START_MS + 60_000)]}
    beats = [beat_at(20, activity="away"), beat_at(60, host_id="h2", live_session_id="s2")]

    found = recounted(beats, with_rules(Live(), slots))

    assert (found.kept_ms, found.promised_ms) == (30_000, 50_000)


def test_rows_are_cut_where_their_session_changes() -> None:
    beats = [beat_at(20, activity="idle", cart_items=3), beat_at(25, 10, cart_items=4)]
    query = f"""SELECT (start_ms - {START_MS}) // 1000, (end_ms - {START_MS}) // 1000, effective, cart_items
                FROM live_rows ORDER BY ALL"""

    with facts(beats, with_rules(Live())) as connection:
        found = connection.execute(query).fetchall()

    assert found == [(0, 15, False, 3), (15, 20, True, 3), (15, 25, True, 4)]


# ── Millisecond by millisecond ──────────────────────────────────────────────────────────────────

WINDOW: Span = (START_MS + 2_000, START_MS + 14_000)
AXIS = range(START_MS - 4_000, START_MS + 20_000)


def is_effective(beat: KeptHeartbeat) -> bool:
    is_shown = beat.activity in ("explaining", "displaying") and beat.product_id is not None
    return is_shown and not beat.recorded and beat.order_channel != "none"


def is_alive(beats: Sequence[KeptHeartbeat]) -> bool:
    signs = [b for b in beats if (b.motion or 0) >= 0.05 or (b.replies or 0) > 0 or (b.audio_db or -99) > -45]
    return bool(signs) or len({beat.product_id for beat in beats} - {None}) > 1


def session_by_ms(beats: Sequence[KeptHeartbeat], live: Live) -> tuple[set[int], set[int]]:
    """(the effective milliseconds, the claimed ones) of one session."""
    spans = [(beat, range(beat.at_ms - beat.covers_ms, beat.at_ms)) for beat in beats]
    claimed = {ms for _, span in spans for ms in span}
    effective = {ms for beat, span in spans if is_effective(beat) for ms in span}
    gap: list[int] = []
    bridged: set[int] = set()
    for ms in AXIS:
        if ms not in claimed:
            gap.append(ms)
            continue
        if gap and len(gap) <= live.bridge_s * SECOND and gap[0] - 1 in effective and ms in effective:
            bridged.update(gap)
        gap = []
    effective, claimed = effective | bridged, claimed | bridged
    if live.evidence_s:
        graced_ms = min(span.start for _, span in spans) + live.opening_grace_s * SECOND
        length_ms = live.evidence_s * SECOND
        alive = {
            k
            for k in {ms // length_ms for ms in claimed}
            if is_alive(
                [
                    beat
                    for beat, span in spans
                    if span.start < (k + 1) * length_ms and span.stop > k * length_ms
                ]
            )
        }
        effective = {ms for ms in effective if ms // length_ms in alive or ms < graced_ms}
    return effective, claimed


def by_ms(beats: Sequence[KeptHeartbeat], live: Live, slots: dict[str, list[Span]]) -> tuple[int, int]:
    """(effective ms, kept ms) of the account."""
    sessions: dict[tuple[str, str], list[KeptHeartbeat]] = {}
    for beat in beats:
        if beat.at_ms > WINDOW[0] and beat.at_ms - beat.covers_ms < WINDOW[1]:
            sessions.setdefault((beat.host_id, beat.live_session_id), []).append(beat)
    effective, kept = set[int](), set[int]()
    for (host, _), own in sessions.items():
        own_effective, own_claimed = session_by_ms(own, live)
        effective |= own_effective
        promised = {ms for start, end in slots.get(host, []) for ms in range(start, end)}
        kept |= own_claimed & promised
    inside = set(range(*WINDOW))
    return len(effective & inside), len(kept & inside)


_EFFECTIVE: dict[str, Any] = {"activity": "explaining", "product_id": "p1"}
KINDS: list[dict[str, Any]] = [
    *[_EFFECTIVE] * 4,
    {"activity": "displaying", "product_id": "p2"},
    {"activity": "idle"},
    {"activity": "away"},
    {"product_id": None},
    {"order_channel": "none"},
    {"recorded": True},
]
SIGNS: list[dict[str, Any]] = [{}, {}, {"motion": 0.05}, {"audio_db": -40.0}, {"replies": 2}]
# Most of them follow each other in one session, since there the rules meet; some are of other sessions and hosts.
a_random_beat = st.builds(
    lambda number, place, jitter, covers, session, kind, sign: a_beat(
        number, START_MS + place * 1_000 + jitter, covers, **session, **{**kind, **sign}
    ),
    st.integers(0, 10_000),
    st.integers(0, 16),
    st.sampled_from([0, 0, 1, 499]),
    st.sampled_from([1, 500, 1_000, 1_000, 2_500]),
    st.sampled_from([{}, {}, {}, {"live_session_id": "s2"}, {"host_id": "h2"}]),
    st.sampled_from(KINDS),
    st.sampled_from(SIGNS),
)
a_slot = st.tuples(st.integers(0, 15_000), st.integers(1, 5_000)).map(
    lambda one: (START_MS + one[0], START_MS + one[0] + one[1])
)


@hypothesis_settings(max_examples=80, deadline=None)
@given(
    st.lists(a_random_beat, min_size=2, max_size=12, unique_by=lambda beat: beat.id),
    st.builds(
        Live,
        bridge_s=st.integers(0, 3),
        evidence_s=st.sampled_from([None, 2, 3]),
        opening_grace_s=st.integers(0, 2),
    ),
    st.lists(a_slot, max_size=2),
    st.lists(a_slot, max_size=1),
)
def test_live_time_is_what_the_rules_say_to_the_millisecond(
    beats: list[KeptHeartbeat], live: Live, first: list[Span], second: list[Span]
) -> None:
    slots = {"h1": first, "h2": second}

    given = with_rules(live, slots, WINDOW)
    with facts(beats, given) as connection:
        found = recount(connection, given)["a1"]
        pieces = connection.execute(
            "SELECT start_ms, end_ms, effective, in_schedule FROM live_rows"
        ).fetchall()

    assert (found.effective_ms, found.kept_ms) == by_ms(beats, live, slots)
    assert (found.effective_ms, found.kept_ms) == (covered(pieces, 2), covered(pieces, 3))


def covered(pieces: Sequence[tuple[int, int, bool, bool]], flag: int) -> int:
    """The milliseconds of the window in pieces whose flag is set, each once. All beats here are of registered hosts."""
    found = {ms for piece in pieces if piece[flag] for ms in range(piece[0], piece[1])}
    return len(found & set(range(*WINDOW)))
