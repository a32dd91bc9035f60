"""Heartbeats through the whole path, beside views or alone: rates, waiting, processor time, every account's time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final

from msgspec import Struct

from leaderboard.bench.contestants import ARCHIVER, Ours, is_exact
from leaderboard.bench.freshness import Line, probing, view_line
from leaderboard.bench.live_answer import wrong_accounts
from leaderboard.bench.live_recording import LiveRecording, Part
from leaderboard.bench.load import Sent, send
from leaderboard.bench.setting_up import PROBE, PROBE_HOST
from leaderboard.bench.spread import Spread
from leaderboard.bench.throughput import MILLION
from leaderboard.bench.usage import Meter

PROBE_MS: Final = 1_000  # of live time a heartbeat of the probe adds


class LiveLoad(Struct, frozen=True):
    """One part of a recording; `rate` None: as fast as it was taken. `beats_share` of the events were heartbeats.

    `archived_s`: how long after the last event showed it was in the archive; None where no archiver runs. `cpu_s` per
    million events, by role. `wrong`: accounts with another effective or kept time than they must have.
    """

    what: str
    rate: float | None
    events: int
    beats_share: float
    accepted_per_s: float
    visible_per_s: float
    archived_s: float | None
    view_visible: Spread | None
    beat_visible: Spread | None
    cpu_s: dict[str, float]
    load_cpu_s: float
    others: float
    accounts: int
    wrong: int
    views_exact: bool

    @property
    def exact(self) -> bool:
        return self.views_exact and not self.wrong

    @property
    def beats_per_s(self) -> float:
        """Heartbeats that became visible."""
        return self.visible_per_s * self.beats_share


def measure_live(
    ours: Ours, recording: LiveRecording, part: Part, what: str, *, rate: float | None, first_ms: int
) -> LiveLoad:
    """Sends a part, waits until it shows and is archived, and compares the live time of every account.

    At a set rate a view and a heartbeat are probed all the while; the probe's own time on air begins at `first_ms`.
    """
    lines = [view_line(ours.probes), _beat_line(first_ms)] if rate else []
    run = _run(ours, recording, part, rate, lines)
    _note(ours, recording, lines)
    sent, times = run.sent, recording.answer_after(part.stop)
    return LiveLoad(
        what=what,
        rate=rate,
        events=sent.events,
        beats_share=part.beats / sent.events,
        accepted_per_s=sent.per_s,
        visible_per_s=sent.events / run.shown_s,
        archived_s=run.archived_s,
        view_visible=lines[0].visible() if lines else None,
        beat_visible=lines[1].visible() if lines else None,
        cpu_s={role: spent * MILLION / sent.events for role, spent in run.used_s.items()},
        load_cpu_s=sent.cpu_s * MILLION / sent.events,
        others=run.others,
        accounts=recording.mix.accounts,
        wrong=wrong_accounts(ours.live_times(), times),
        views_exact=is_exact(ours.shown(), recording, sent.stop),
    )


class _Run(Struct, frozen=True):
    sent: Sent
    shown_s: float
    archived_s: float | None
    used_s: dict[str, float]
    others: float


def _run(ours: Ours, recording: LiveRecording, part: Part, rate: float | None, lines: Sequence[Line]) -> _Run:
    meter = Meter(ours.roles())
    with probing(ours.door, *lines) if lines else nullcontext():
        sent = send(
            ours.door, recording, part.start, part.stop, rate=rate, connections=part.lanes, in_turn=True
        )
    ours.wait_until_shown()
    shown_s = time.monotonic() - sent.began_s
    ours.wait_until_settled()
    settled_s, used_s, machine_s = time.monotonic() - sent.began_s, meter.read(), meter.machine_s()
    return _Run(
        sent=sent,
        shown_s=shown_s,
        archived_s=settled_s - shown_s if ARCHIVER in used_s else None,
        used_s=used_s,
        others=max(0.0, machine_s - sum(used_s.values()) - sent.cpu_s) / settled_s,
    )


def _note(ours: Ours, recording: LiveRecording, lines: Sequence[Line]) -> None:
    """What the probe sent belongs to what must be shown."""
    if lines:
        views, beats = lines
        ours.note_probes(len(views.sent_s))
        recording.answer.take(beats.events)


def _beat_line(first_ms: int) -> Line:
    def beat(number: int) -> dict[str, Any]:
        return {
            "type": "heartbeat",
            "id": f"probe-beat-{number}",
            "at": first_ms + (number + 1) * PROBE_MS,
            "account_id": PROBE,
            "host_id": PROBE_HOST,
            "live_session_id": f"{PROBE_HOST}-live",
            "covers": PROBE_MS // 1000,
            "activity": "explaining",
            "order_channel": "in_app",
            "product_id": "probe-product",
            "motion": 0.5,
        }

    def shown(entry: dict[str, Any]) -> int:
        return int(entry["effective_s"])

    return Line(beat, shown, 0)
