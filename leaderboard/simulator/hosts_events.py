"""Heartbeats of a simulated world as a sender would send them, all hosts in one order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from leaderboard.simulator.hosts import ACTIVITIES, CHANNELS, NO_PRODUCT

if TYPE_CHECKING:
    from leaderboard.simulator.host_worlds import Host


def events_of(hosts: Iterable[Host]) -> Iterator[dict[str, Any]]:
    """All heartbeats by their time; one that is repeated comes again unchanged."""
    return merge(*(_of_host(host) for host in hosts), key=itemgetter("at"))


def _of_host(host: Host) -> Iterator[dict[str, Any]]:
    beats = host.beats
    copies = beats.copies.tolist()
    for at in np.argsort(beats.at_ms, kind="stable").tolist():
        event = _event(host, at)
        for _ in range(copies[at]):
            yield event


def _event(host: Host, at: int) -> dict[str, Any]:
    beats, name = host.beats, host.label.host
    session, seq = int(beats.session[at]), int(beats.seq[at])
    product = int(beats.product[at])
    measured = {
        "viewers": int(beats.viewers[at]),
        "audio_db": _said(beats.audio[at]),
        "motion": _said(beats.motion[at]),
        "replies": int(beats.replies[at]),
        "ingest_bytes": int(beats.ingest[at]),
    }
    return {
        "type": "heartbeat",
        "id": f"{name}-{session}-{seq}",
        "at": int(beats.at_ms[at]),
        "account_id": host.label.account,
        "host_id": name,
        "live_session_id": f"{name}-s{session}",
        "covers": int(beats.covers_ms[at]) / 1000,
        "activity": ACTIVITIES[beats.activity[at]],
        "order_channel": CHANNELS[beats.channel[at]],
        **({} if product == NO_PRODUCT else {"product_id": f"{host.label.account}-p{product}"}),
        **{field: value for field, value in measured.items() if value is not None and value != -1},
        "seq": seq,
    }


def _said(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
