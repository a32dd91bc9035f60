"""The tables of `bench integrity`. Knows how to show, and scores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from leaderboard.bench.integrity import IntegrityScore
from leaderboard.bench.integrity_bars import Bar, Proportion, TrafficScore
from leaderboard.bench.integrity_hosts import HostScore
from leaderboard.bench.tables import table


def as_json(score: IntegrityScore) -> bytes:
    """All of it as one JSON object."""
    return msgspec.json.encode(score)


def show(score: IntegrityScore, console: Console) -> None:
    """Every table there is something for."""
    for part in _parts(score):
        console.print(part)


def _parts(score: IntegrityScore) -> Iterator[Table]:
    if score.plain:
        yield from _traffic("held-out worlds", score.plain, score.plain_bars)
    if score.shifted:
        yield from _traffic("shifted worlds", score.shifted, score.shifted_bars)
    if score.hosts:
        yield from _hosts(score.hosts, score.host_bars)


def _traffic(what: str, score: TrafficScore, found: Sequence[Bar]) -> Iterator[Table]:
    title = f"Attacks, {what} ({score.worlds}, {score.views:,} views, examined in {score.took_s:,.0f} s)"
    columns = ("accounts", "held", "held or queued", "held, share >= .2", "fakes taken out", "at the door")
    attacks = table(title, "attack", *columns, "own visitors lost")
    for one in score.attacks:
        attacks.add_row(
            one.name,
            f"{one.held.of:,}",
            share(one.held),
            share(one.asked),
            share(one.held_enough),
            share(one.removed, bounds=False),
            share(one.at_door, bounds=False),
            share(one.honest_lost, bounds=False),
        )
    yield attacks
    segments = table(
        f"Honest accounts, {what}", "kind", "accounts", "held", "held or queued", "visitors lost", "held by"
    )
    for segment in (*score.segments, score.ordinary):
        by = ", ".join(f"{name} {count}" for name, count in sorted(segment.by.items()))
        name = f"{segment.name} (hard)" if segment.hard else segment.name
        lost = f"{segment.lost.share:.4%}"
        segments.add_row(
            name, f"{segment.held.of:,}", share(segment.held), share(segment.asked), lost, by or "nothing"
        )
    yield segments
    yield _bars(f"Bars, {what}", found)


def _hosts(score: HostScore, found: Sequence[Bar]) -> Iterator[Table]:
    hosts = table("Hosts", "kind", "hosts", "flagged", "of them held")
    for one in score.kinds:
        hosts.add_row(one.name, f"{one.flagged.of:,}", share(one.flagged), share(one.held))
    yield hosts
    yield _bars("Bars, hosts", found)


def _bars(title: str, found: Sequence[Bar]) -> Table:
    made = table(title, "bar", "wanted", "reached", "")
    for one in found:
        made.add_row(one.name, one.wanted, one.reached, "met" if one.met else "MISSED")
    return made


def share(one: Proportion, *, bounds: bool = True) -> str:
    """`97.5% (95.1-98.9)`."""
    if not one.of:
        return "-"
    shown = f"{one.share:.1%}"
    return f"{shown} ({one.low * 100:.1f}-{one.high * 100:.1f})" if bounds else shown
