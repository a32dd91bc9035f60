"""How the results read: tables and plain sentences. What they mean is decided in `results`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from leaderboard.bench.live_report import WHAT_IS_LIVE, live_tables
from leaderboard.bench.plan import SHARE_OF_ACCEPTED
from leaderboard.bench.recording import Mix
from leaderboard.bench.results import NAIVE_EACH, NAIVE_GROUPED, OURS, Results, Target
from leaderboard.bench.tables import cpu, table, times
from leaderboard.bench.throughput import Round, Throughput

PLAIN_WIDTH = 132
NOISY_CORES = 0.2
WHAT_IS_COMPARED = (
    "Everybody gets the same bodies in the same run. Bare loop: one script, no HTTP. Naive: aiohttp, orjson, redis, "
    "two processes and a store without a file; it takes views only, checks nothing, keeps no event, knows no campaign, "
    "order or repeated id, and its two processes may overwrite each other's count with an older one. `each` asks the "
    "store per event, `grouped` per account. Ours: `leaderboard up`, one API and "
    "one worker, append-only file on. Processor seconds are per million events. Accounts were enrolled through the "
    "store, not over HTTP."
)


def as_json(results: Results) -> bytes:
    """One JSON object, with the figures that are computed from the measured ones."""
    document = msgspec.to_builtins(results)
    document["exact"] = results.exact
    document["targets"] = [
        msgspec.to_builtins(target) | {"ratio": target.ratio, "met": target.met}
        for target in results.targets()
    ]
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def show(results: Results, console: Console) -> None:
    """All of it; without a frame where it goes into a pipe."""
    for part in _parts(results, framed=console.is_terminal):
        console.print(part)
        console.print()


def _parts(results: Results, *, framed: bool) -> Iterator[RenderableType]:
    compared = [WHAT_IS_COMPARED] if results.throughput else []
    compared += [WHAT_IS_LIVE] if results.live else []
    yield Text("\n".join([_machine(results), *map(_mix, results.mixes), "", *compared]))
    tables: list[Table] = [
        _throughput(results),
        _freshness(results),
        _pages(results),
        _by_accounts(results),
        _by_visitors(results),
        _visitor_memory(results),
        _event_memory(results),
        *live_tables(results),
        _targets(results.targets()),
    ]
    for one in tables:
        if one.row_count:
            one.box = box.ROUNDED if framed else None
            one.pad_edge = framed
            yield one
    yield Group(*_verdict(results))


def _machine(results: Results) -> str:
    one = results.machine
    return (
        f"{one.cores} cores of {one.processor}, {one.system}, Python {one.python}, {one.store}; load average before "
        f"{one.load_before}; {results.plan} bench, {results.seconds:.0f} s"
    )


def _mix(mix: Mix) -> str:
    types = ", ".join(f"{count / mix.events:.1%} {name}" for name, count in mix.types.most_common())
    return (
        f"Traffic of {mix.accounts:,} accounts: {mix.events:,} events ({types}), "
        f"{mix.visitors_per_view:.2f} unique visitors a view, {mix.body_bytes / mix.events:.0f} bytes an event"
    )


def _exact(rounds: Sequence[Round]) -> str:
    if all(one.exact for one in rounds):
        return "exact"
    worst = max(rounds, key=lambda one: abs(one.shown - one.expected))
    return f"off by {worst.shown - worst.expected:+,}"


def _throughput(results: Results) -> Table:
    rounds = len(results.throughput[0].rounds) if results.throughput else 0
    columns = ("", "accepted/s", "visible/s", "processor s", "in all", "sending", "others", "shown")
    made = table(f"Throughput, median of {rounds} rounds", *columns)
    for one in results.throughput:
        made.add_row(one.name, *_speed(one), cpu(one.cpu_s), *_costs(one), _exact(one.rounds))
    return made


def _speed(one: Throughput) -> tuple[str, str]:
    return f"{one.accepted_per_s:,.0f}", f"{one.visible_per_s:,.0f}"


def _costs(one: Throughput) -> tuple[str, str, str]:
    busy = max(round_.others for round_ in one.rounds)
    return f"{sum(one.cpu_s.values()):.1f}", f"{one.load_cpu_s:.2f}", f"{busy:.1f} cores"


def _freshness(results: Results) -> Table:
    title = f"Ours, from sending a view to seeing it, ms; at {SHARE_OF_ACCEPTED:.0%} of what is accepted, then steadily"
    made = table(title, "events/s", "reached", "samples", "p50", "p99", "worst")
    for one in results.freshness:
        made.add_row(f"{one.rate:,.0f}", f"{one.reached_per_s:,.0f}", *times(one.visible))
    return made


def _pages(results: Results) -> Table:
    columns = ("load", "reached/s", "page", "samples", "p50", "p99", "worst")
    made = table("Ours, a page of 50 while events stream in, ms", *columns)
    for one in results.pages:
        load = "full" if one.rate is None else f"{one.rate:,.0f} events/s"
        for name, spread in (("first", one.first), ("anywhere", one.anywhere)):
            made.add_row(load, f"{one.reached_per_s:,.0f}", f"{name} of {one.accounts:,}", *times(spread))
    return made


def _by_accounts(results: Results) -> Table:
    columns = ("accounts", "", "accepted/s", "visible/s", "processor s", "in all", "shown")
    made = table("As accounts grow", *columns)
    for one in (*results.throughput, *results.by_accounts) if results.by_accounts else ():
        in_all = f"{sum(one.cpu_s.values()):.1f}"
        made.add_row(f"{one.accounts:,}", one.name, *_speed(one), cpu(one.cpu_s), in_all, _exact(one.rounds))
    return made


def _by_visitors(results: Results) -> Table:
    columns = ("visitors counted before", "accepted/s", "visible/s", "processor s", "shown")
    made = table("Ours, as visitors grow", *columns)
    for growth in results.by_visitors:
        one = Throughput(OURS, 0, [growth.round])
        made.add_row(f"{growth.visitors:,}", *_speed(one), cpu(one.cpu_s), _exact(one.rounds))
    return made


def _visitor_memory(results: Results) -> Table:
    made = table("Memory per unique visitor", "", "visitors", "bytes each", "counted")
    for one in results.visitor_memory:
        counted = "exact" if one.exact else f"off by {one.counted - one.visitors:+,}"
        made.add_row(one.what, f"{one.visitors:,}", f"{one.bytes_each:.1f}", counted)
    return made


def _event_memory(results: Results) -> Table:
    memory = results.event_memory
    made = table("Ours, the whole store's memory per event", "", "bytes an event")
    if memory:
        for part, weight in memory.parts.items():
            made.add_row(part, f"{weight:.1f}")
        made.add_row(f"in all, after {memory.events:,} events", f"{memory.total:.1f}")
    return made


def _targets(targets: Iterable[Target]) -> Table:
    made = table("What we set out to reach", "", "measured", "wanted", "ratio", "")
    for one in targets:
        sign, digits = ("≥" if one.at_least else "≤"), 0 if one.wanted >= 1_000 else 2
        made.add_row(
            one.name,
            f"{one.value:,.{digits}f} {one.unit}",
            f"{sign} {one.wanted:,.{digits}f}",
            f"{one.ratio:.2f}",
            "met" if one.met else "missed",
            style="" if one.met else "yellow",
        )
    return made


def _verdict(results: Results) -> Iterator[Text]:
    missed = [target.name for target in results.targets() if not target.met]
    for name in (NAIVE_EACH, NAIVE_GROUPED):
        if ratio := results.processor_ratio(name):
            yield Text(f"For an event, `{name}` needs {ratio:.2f} times the processor time of ours.")
    if results.others > NOISY_CORES:
        yield Text(
            f"Other programs kept up to {results.others:.1f} cores busy: rates and waiting times are worse than on a "
            "quiet machine. Processor seconds bear it better."
        )
    yield Text("Every number that ours showed was exact." if results.exact else "OURS SHOWED A WRONG NUMBER.")
    yield Text(f"Missed: {'; '.join(missed)}." if missed else "Every target was met.")
