"""Detectors on logs that nobody here made: web logs with labelled sessions, and visits with repeated pairs.

Neither has what a campaign has: no networks, no dwell, no carts, few accounts. What is found in them, and what is not,
says how far detectors reach where little is known.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
from msgspec import Struct
from rich.console import Console

from leaderboard.bench.tables import table
from leaderboard.domain.crawlers import known_crawlers
from leaderboard.domain.findings import Finding
from leaderboard.integrity import tables
from leaderboard.integrity.examine import examine

_LINE: Final = re.compile(
    r'^\S+ \S+ \[(?P<at>[^\]]+)\] "(?P<verb>\S+) (?P<path>\S+)[^"]*" \d+ \S+ "[^"]*" '
    r'(?P<session>\S+) "(?P<agent>[^"]*)"'
)
_PAGE: Final = re.compile(r"\.(css|js|png|jpe?g|gif|ico|svg|woff2?|map)(\?|$)", re.IGNORECASE)


class LabelledSessions(Struct, frozen=True, kw_only=True):
    """Sessions of one label: how many there are in the logs, with how many pages, and how many agents are crawlers'."""

    label: str
    labelled: int
    sessions: int
    pages: int
    by_agent: int
    findings: tuple[Finding, ...]


class Visits(Struct, frozen=True, kw_only=True):
    """Visits of visitors at accounts. `repeated`: pairs that came more than once, `most` the most times that one did.
    `uv`: distinct pairs, which is what counts; `flagged`: accounts that anything was found of, by detector."""

    events: int
    visitors: int
    accounts: int
    uv: int
    repeated: int
    most: int
    flagged: dict[str, int]
    held: int


class _Page(NamedTuple):
    session: str
    at_ms: int
    path: str
    agent: str


def web_logs(directory: Path) -> list[LabelledSessions]:
    """Each label as an account of its own; sessions as visitors, pages as products."""
    labels = _labels(directory)
    pages: dict[str, list[_Page]] = defaultdict(list)
    for file in sorted(directory.glob("*.log.gz")):
        with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
            for page in _pages(lines):
                if page.session in labels:
                    pages[labels[page.session]].append(page)
    if not pages:
        raise ValueError(f"{directory} has no *.log.gz with sessions that its ann_*.txt name")
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_progress_bar = false")
        tables.create(connection)
        for label, found in sorted(pages.items()):
            connection.execute("INSERT INTO participants VALUES (?, 'logs', NULL)", [label])
            _load(connection, label, found)
        findings = examine(connection)
    return [
        _summary(label, list(labels.values()).count(label), pages[label], findings) for label in sorted(pages)
    ]


def _summary(label: str, labelled: int, pages: list[_Page], findings: Iterable[Finding]) -> LabelledSessions:
    agents = {page.session: page.agent for page in pages}
    return LabelledSessions(
        label=label,
        labelled=labelled,
        sessions=len(agents),
        pages=len(pages),
        by_agent=sum(map(known_crawlers(), agents.values())),
        findings=tuple(one for one in findings if one.account == label),
    )


def _labels(directory: Path) -> dict[str, str]:
    """Session → its label, of all lists of labels."""
    found: dict[str, str] = {}
    for file in sorted(directory.glob("ann_*.txt")):
        for line in file.read_text("utf-8").split("\n"):
            session, _, label = line.strip().partition(" ")
            if label:
                found[session] = label.strip()
    return found


def _pages(lines: Iterable[str]) -> Iterator[_Page]:
    for line in lines:
        found = _LINE.match(line)
        if found and found["verb"] == "GET" and found["session"] != "-" and not _PAGE.search(found["path"]):
            at = datetime.strptime(found["at"], "%d/%b/%Y:%H:%M:%S %z")
            yield _Page(found["session"], int(at.timestamp() * 1000), found["path"], found["agent"])


def _load(connection: duckdb.DuckDBPyConnection, account: str, pages: list[_Page]) -> None:
    connection.execute(
        """INSERT INTO views (account, at_ms, received_ms, visitor, product, agent)
           SELECT $1, unnest($2::BIGINT[]) AS at_ms, at_ms, unnest($3::UBIGINT[]), unnest($4::VARCHAR[]),
                  unnest($5::VARCHAR[])""",
        [
            account,
            [page.at_ms for page in pages],
            [_hash(page.session) for page in pages],
            [page.path for page in pages],
            [page.agent for page in pages],
        ],
    )


def _hash(identity: str) -> int:
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest(), "big")


def visits(file: Path) -> Visits:
    """A table of `reviewerId,vendorId,…,date`, each line a visit."""
    visitors, accounts, times = [], [], []
    with bz2.open(file, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            visitors.append(_hash(row["reviewerId"]))
            accounts.append(row["vendorId"])
            at = datetime.strptime(row["date"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            times.append(int(at.timestamp() * 1000))
    pairs = Counter(zip(accounts, visitors, strict=True))
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_progress_bar = false")
        tables.create(connection)
        connection.execute(
            "INSERT INTO participants SELECT DISTINCT unnest($1::VARCHAR[]), 'all', NULL", [accounts]
        )
        connection.execute(
            """INSERT INTO views (account, at_ms, received_ms, visitor, product)
               SELECT unnest($1::VARCHAR[]), unnest($2::BIGINT[]) AS at_ms, at_ms, unnest($3::UBIGINT[]), 'p'""",
            [accounts, times, visitors],
        )
        findings = examine(connection)
    return Visits(
        events=len(visitors),
        visitors=len(set(visitors)),
        accounts=len(set(accounts)),
        uv=len(pairs),
        repeated=sum(times > 1 for times in pairs.values()),
        most=max(pairs.values()),
        flagged=dict(Counter(one.detector for one in findings)),
        held=len({one.account for one in findings if one.asks == "hold"}),
    )


def show_sessions(found: list[LabelledSessions], console: Console) -> None:
    """A line a label. Findings are of accounts, so they say whether anything was found of all its sessions together."""
    made = table(
        "Labelled sessions", "label", "labelled", "in the logs", "pages", "crawlers by agent", "findings"
    )
    for one in found:
        counts = (one.labelled, one.sessions, one.pages, one.by_agent, len(one.findings))
        made.add_row(one.label, *(f"{count:,}" for count in counts))
    console.print(made)


def show_visits(found: Visits, console: Console) -> None:
    """What repeated pairs do to a score, and which accounts would be looked at."""
    made = table("Visits", "what", "count")
    made.add_row("events", f"{found.events:,}")
    made.add_row("visitors", f"{found.visitors:,}")
    made.add_row("accounts", f"{found.accounts:,}")
    made.add_row("distinct pairs, which count", f"{found.uv:,}")
    made.add_row("pairs that came more than once", f"{found.repeated:,}")
    made.add_row("the most times that one came", f"{found.most:,}")
    for detector, accounts in sorted(found.flagged.items()):
        made.add_row(f"accounts with findings of {detector}", f"{accounts:,}")
    made.add_row("accounts held", f"{found.held:,}")
    console.print(made)
