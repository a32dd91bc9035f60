"""How the results read: tables and plain sentences. What they mean is decided in `results`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from leaderboard.bench.recording import Mix
from leaderboard.bench.results import NAIVE_EACH, NAIVE_GROUPED, OURS, Results, Target
from leaderboard.bench.spread import Spread
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
    yield Text("\n".join([_machine(results), *map(_mix, results.mixes), "", WHAT_IS_COMPARED]))
    tables = (
        _throughput(results),
        _freshness(results),
        _pages(results),
        _by_accounts(results),
        _by_visitors(results),
        _visitor_memory(results),
        _event_memory(results),
        _targets(results.targets()),
    )
    for table in tables:
        if table.row_count:
            table.box = box.ROUNDED if framed else None
            table.pad_edge = framed
            yield table
    yield Group(*_verdict(results))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


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


def _cpu(cpu_s: dict[str, float]) -> str:
    shown = {role: used for role, used in cpu_s.items() if used >= 0.05}
    return ", ".join(f"{role} {used:.1f}" for role, used in shown.items()) or "not told here"


def _throughput(results: Results) -> Table:
    rounds = len(results.throughput[0].rounds) if results.throughput else 0
    columns = ("", "accepted/s", "visible/s", "processor s", "in all", "sending", "others", "shown")
    table = _table(f"Throughput, median of {rounds} rounds", *columns)
    for one in results.throughput:
        table.add_row(one.name, *_speed(one), _cpu(one.cpu_s), *_costs(one), _exact(one.rounds))
    return table


def _speed(one: Throughput) -> tuple[str, str]:
    return f"{one.accepted_per_s:,.0f}", f"{one.visible_per_s:,.0f}"


def _costs(one: Throughput) -> tuple[str, str, str]:
    busy = max(round_.others for round_ in one.rounds)
    return f"{sum(one.cpu_s.values()):.1f}", f"{one.load_cpu_s:.2f}", f"{busy:.1f} cores"


def _spread(one: Spread) -> tuple[str, ...]:
    return f"{one.samples:,}", f"{one.p50_ms:,.1f}", f"{one.p99_ms:,.1f}", f"{one.worst_ms:,.1f}"


def _freshness(results: Results) -> Table:
    table = _table(
        "Ours, from sending a view to seeing it, ms", "events/s", "reached", "samples", "p50", "p99", "worst"
    )
    for one in results.freshness:
        table.add_row(f"{one.rate:,.0f}", f"{one.reached_per_s:,.0f}", *_spread(one.visible))
    return table


def _pages(results: Results) -> Table:
    columns = ("load", "reached/s", "page", "samples", "p50", "p99", "worst")
    table = _table("Ours, a page of 50 while events stream in, ms", *columns)
    for one in results.pages:
        load = "full" if one.rate is None else f"{one.rate:,.0f} events/s"
        for name, times in (("first", one.first), ("anywhere", one.anywhere)):
            table.add_row(load, f"{one.reached_per_s:,.0f}", f"{name} of {one.accounts:,}", *_spread(times))
    return table


def _by_accounts(results: Results) -> Table:
    columns = ("accounts", "", "accepted/s", "visible/s", "processor s", "in all", "shown")
    table = _table("As accounts grow", *columns)
    for one in (*results.throughput, *results.by_accounts) if results.by_accounts else ():
        in_all = f"{sum(one.cpu_s.values()):.1f}"
        table.add_row(
            f"{one.accounts:,}", one.name, *_speed(one), _cpu(one.cpu_s), in_all, _exact(one.rounds)
        )
    return table


def _by_visitors(results: Results) -> Table:
    columns = ("visitors counted before", "accepted/s", "visible/s", "processor s", "shown")
    table = _table("Ours, as visitors grow", *columns)
    for growth in results.by_visitors:
        one = Throughput(OURS, 0, [growth.round])
        table.add_row(f"{growth.visitors:,}", *_speed(one), _cpu(one.cpu_s), _exact(one.rounds))
    return table


def _visitor_memory(results: Results) -> Table:
    table = _table("Memory per unique visitor", "", "visitors", "bytes each", "counted")
    for one in results.visitor_memory:
        counted = "exact" if one.exact else f"off by {one.counted - one.visitors:+,}"
        table.add_row(one.what, f"{one.visitors:,}", f"{one.bytes_each:.1f}", counted)
    return table


def _event_memory(results: Results) -> Table:
    memory = results.event_memory
    table = _table("Ours, the whole store's memory per event", "", "bytes an event")
    if memory:
        for part, weight in memory.parts.items():
            table.add_row(part, f"{weight:.1f}")
        table.add_row(f"in all, after {memory.events:,} events", f"{memory.total:.1f}")
    return table


def _targets(targets: Iterable[Target]) -> Table:
    table = _table("What we set out to reach", "", "measured", "wanted", "ratio", "")
    for one in targets:
        sign, digits = ("≥" if one.at_least else "≤"), 0 if one.wanted >= 1_000 else 2
        table.add_row(
            one.name,
            f"{one.value:,.{digits}f} {one.unit}",
            f"{sign} {one.wanted:,.{digits}f}",
            f"{one.ratio:.2f}",
            "met" if one.met else "missed",
            style="" if one.met else "yellow",
        )
    return table


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
