"""Filling an empty store: settings first, then every archived event through the inbox and the counting, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from leaderboard.archive import documents, reading
from leaderboard.archive.lines import Archived, Unreadable
from leaderboard.domain.standings import Row
from leaderboard.store import restoring
from leaderboard.store.batches import encode_batch
from leaderboard.store.restoring import Again
from leaderboard.store.store import Store
from workers.ingest import IngestWorker

ENTRIES_AT_A_TIME: Final = 200


@dataclass(slots=True)
class Refilled:
    """What came back: settings keys, entries, the events in them, and those among them that could not be applied."""

    settings: int = 0
    entries: int = 0
    events: int = 0
    buried: int = 0


async def refill(store: Store, archive: Path, settings: Mapping[str, Mapping[str, Any]]) -> Refilled:
    """Fills a store that has nothing. Until the end no role accepts its installation."""
    refilled, worker = Refilled(settings=len(settings)), IngestWorker(store)
    await restoring.begin(store.client, settings)
    await store.inbox.create()
    await restoring.follow_on(store.client, reading.archived_through(archive))
    await store.directory.open()
    for document in documents.kept(archive):
        await store.lifecycles.put_document(*document)
    # The rows of certified campaigns are not there yet, so they have to be made once more.
    store.judge.publishes_final = True
    await _enter_all(store, settings)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), **_shown()
    ) as progress:
        task = progress.add_task("restoring")
        for entries in _portions(archive):
            await restoring.put_into_inbox(store.client, entries)
            await _count(store, worker)
            refilled.entries += len(entries)
            refilled.events += sum(entry.events for entry in entries)
            progress.update(task, description=f"{refilled.events:,} events restored")
    await _count(store, worker)
    refilled.buried = (await store.inbox.progress(await store.now_ms())).buried
    await restoring.complete(store.client, settings)
    return refilled


def _shown() -> dict[str, Any]:
    console = Console(stderr=True)
    return {"console": console, "transient": True, "disable": not console.is_terminal}


async def _enter_all(store: Store, settings: Mapping[str, Mapping[str, Any]]) -> None:
    """Who is enrolled stands in the standings, also without any event."""
    now_ms = await store.now_ms()
    for campaign, accounts in restoring.enrolled(settings).items():
        await store.standings.publish(campaign, [Row(account, 0, 0, 0) for account in accounts], now_ms)


async def _count(store: Store, worker: IngestWorker) -> None:
    """Everything in the inbox is applied, shown and forgotten."""
    while await worker.step():
        pass
    await worker.publish()
    await store.archiving.trim()


def _portions(archive: Path) -> Iterator[list[Again]]:
    entries = (_again(*entry) for entry in reading.entries(archive))
    while portion := list(islice(entries, ENTRIES_AT_A_TIME)):
        yield portion


def _again(partition: int, entry: str, lines: list[Archived] | Unreadable) -> Again:
    if isinstance(lines, Unreadable):
        return Again(partition, entry, lines.events, lines.batch)
    return Again(partition, entry, len(lines), encode_batch([line.event for line in lines]))
