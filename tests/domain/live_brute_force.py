"""Effective live time the slow and obvious way: moment by moment, straight from the words of the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from leaderboard.domain.kept_events import KeptHeartbeat
from leaderboard.domain.live_beats import LiveRules

BEST_FIRST = ("effective", "no_order_channel", "no_product", "recorded", "idle", "away")

Moments = dict[int, str]


def reason_of(beat: KeptHeartbeat) -> str:
    if beat.activity in ("away", "idle"):
        return beat.activity
    if beat.recorded is True:
        return "recorded"
    if beat.product_id is None:
        return "no_product"
    return "no_order_channel" if beat.order_channel == "none" else "effective"


def session_moments(beats: Sequence[KeptHeartbeat], rules: LiveRules) -> Moments:
    """What each claimed or bridged moment of one session is."""
    moments: Moments = {}
    for beat in beats:
        for moment in range(beat.at_ms - beat.covers_ms, beat.at_ms):
            held = moments.get(moment, "away")
            moments[moment] = min(held, reason_of(beat), key=BEST_FIRST.index)
    return _with_evidence(_bridged(moments, rules.bridge_ms), beats, rules)


def _bridged(moments: Moments, bridge_ms: int) -> Moments:
    found = dict(moments)
    claimed = sorted(moments)
    for last, following in pairwise(claimed):
        silence = range(last + 1, following)
        if 0 < len(silence) <= bridge_ms and moments[last] == "effective" == moments[following]:
            found |= dict.fromkeys(silence, "bridged")
    return found


def _with_evidence(moments: Moments, beats: Sequence[KeptHeartbeat], rules: LiveRules) -> Moments:
    if not rules.evidence_ms:
        return moments
    start = min(beat.at_ms - beat.covers_ms for beat in beats)
    found = dict(moments)
    for moment, reason in moments.items():
        window = moment // rules.evidence_ms
        graced = moment < start + rules.opening_grace_ms
        if reason in ("effective", "bridged") and not graced and not _is_alive(window, beats, rules):
            found[moment] = "no_evidence"
    return found


def _is_alive(window: int, beats: Iterable[KeptHeartbeat], rules: LiveRules) -> bool:
    start, end = window * rules.evidence_ms, (window + 1) * rules.evidence_ms
    inside = [beat for beat in beats if beat.at_ms > start and beat.at_ms - beat.covers_ms < end]
    products = {beat.product_id for beat in inside if beat.product_id is not None}
    return len(products) > 1 or any(
        (beat.motion or 0) >= 0.05
        or (beat.audio_db is not None and beat.audio_db > -45)
        or (beat.replies or 0) > 0
        for beat in inside
    )


def all_moments(beats: Iterable[KeptHeartbeat], rules: LiveRules) -> dict[tuple[str, str], Moments]:
    """(host, session) → its moments."""
    sessions = defaultdict(list)
    for beat in beats:
        sessions[beat.host_id, beat.live_session_id].append(beat)
    return {name: session_moments(of_session, rules) for name, of_session in sessions.items()}


def total(
    beats: Iterable[KeptHeartbeat],
    rules: LiveRules,
    window: tuple[int, int],
    slots: Mapping[str, Sequence[tuple[int, int]]],
) -> tuple[int, int]:
    """(effective, kept) moments of an account."""
    effective, kept = set(), set()
    for (host, _), moments in all_moments(beats, rules).items():
        promised = {moment for start, end in slots.get(host, ()) for moment in range(start, end)}
        for moment, reason in moments.items():
            if window[0] <= moment < window[1]:
                if reason in ("effective", "bridged"):
                    effective.add(moment)
                if moment in promised:
                    kept.add(moment)
    return len(effective), len(kept)
