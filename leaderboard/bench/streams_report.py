"""The table of `bench streams`. Knows how to show, and measures nothing."""

from __future__ import annotations

import msgspec
from rich.console import Console

from leaderboard.bench.spread import Spread
from leaderboard.bench.streams import TARGET_MS, Held, StreamScore
from leaderboard.bench.tables import cpu, table


def as_json(score: StreamScore) -> bytes:
    """All of it as one JSON object."""
    return msgspec.json.encode(score)


def show(score: StreamScore, console: Console) -> None:
    """Both side by side, then the ratios."""
    plan = score.plan
    title = (
        f"{plan.streams:,} streams of {plan.limit:,} places, {plan.changes_per_s:.0f} changes a second for "
        f"{plan.seconds:.0f} s; ms from a publication"
    )
    columns = ("to the first, p50", "to the middle, p50", "to the last, p50", "p99", "worst")
    times = table(title, "", *columns)
    costs = table("What it costs", "", "messages a stream", "bytes each", "processor s", "µs a message")
    for one in (score.ours, score.empty):
        times.add_row(one.name, _ms(one.to_first), _ms(one.to_middle), *_slow_end(one.to_last))
        costs.add_row(one.name, *_costs(one))
    console.print(times)
    console.print(costs)
    verdict = "met" if score.is_met else "missed"
    console.print(
        f"Ours takes {score.ratio_p50:.2f} times as long as the empty loop to the last stream (p50), "
        f"{score.ratio_p99:.2f} times (p99), and {score.cpu_ratio:.2f} times the processor time a message. "
        f"p99 under {TARGET_MS:,.0f} ms: {verdict}."
    )


def _ms(one: Spread) -> str:
    return f"{one.p50_ms:,.0f}"


def _slow_end(one: Spread) -> tuple[str, str, str]:
    return f"{one.p50_ms:,.0f}", f"{one.p99_ms:,.0f}", f"{one.worst_ms:,.0f}"


def _costs(one: Held) -> tuple[str, str, str, str]:
    each = f"{one.process_us_per_message:,.1f}"
    return f"{one.messages_per_stream:,.1f}", f"{one.message_bytes:,.0f}", cpu(one.cpu_s), each
