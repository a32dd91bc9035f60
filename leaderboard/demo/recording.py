"""The made-up events as files: to be replayed and audited elsewhere, with the settings they need. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final

import orjson
import zstandard
from msgspec import Struct

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.campaign import (
    CAMPAIGN_ID,
    DemoCampaign,
    account_setting,
    agency_setting,
    apollo_now,
    closed_by_hand,
    enrolled,
    enrollment,
)
from leaderboard.demo.client import DemoError
from leaderboard.demo.history import history
from leaderboard.demo.network import Network
from leaderboard.demo.traffic import BATCH, Traffic
from leaderboard.demo.world import World

# The evening of the tenth day of the published Apollo: its window is then that of the recording.
RECORDED_AT_MS: Final = 1_645_668_000_000  # 2022-02-23T18:00:00-08:00
SUFFIXES: Final = (".ndjson.zst", ".ndjson")


class Files(Struct, frozen=True):
    """Where a recording lies: its events, and beside them the definition, the settings and who is what."""

    events: Path
    campaign: Path
    settings: Path
    labels: Path

    @classmethod
    def at(cls, events: Path) -> Files:
        """DemoError when the name has another ending, or one of them is there already."""
        suffix = next((suffix for suffix in SUFFIXES if events.name.endswith(suffix)), None)
        if suffix is None:
            raise DemoError(f"--record {events}: its name must end in {' or '.join(reversed(SUFFIXES))}")
        stem = events.name.removesuffix(suffix)
        names = (f"{stem}.toml", f"{stem}.settings.json", f"{stem}.labels.json")
        files = cls(events, *(events.with_name(name) for name in names))
        for path in (events, files.campaign, files.settings, files.labels):
            if path.exists():
                raise DemoError(f"--record {events}: {path} is there already, and is not overwritten")
        return files


def record(files: Files, world: World, count: int, rate: float, step: Callable[[], None]) -> None:
    """Writes `count` events and what belongs to them. `step` is called after each thousand."""
    campaign = closed_by_hand(apollo_now(RECORDED_AT_MS))
    events = islice(recorded_events(world, campaign, rate), count)
    files.events.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(files.events) as file:
        while batch := list(islice(events, BATCH)):
            file.write(b"".join(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in batch))
            step()
    files.campaign.write_text(campaign.toml, "utf-8")
    files.settings.write_bytes(as_json(settings_of(world, campaign)))
    files.labels.write_bytes(as_json(world.labels()))


def recorded_events(world: World, campaign: DemoCampaign, rate: float) -> Iterator[RawEvent]:
    """Without end: the days that are over, then `rate` events a second, in the order of their arrival."""
    # What a door would refuse is no part of a recording.
    network = Network(world.seed, campaign.starts_at_ms, world.accounts[0].id, garbles=False)
    parcels = network.carry(Traffic(world, RECORDED_AT_MS, rate).ticks())
    return chain.from_iterable(chain(history(world, campaign), (parcel.events for parcel in parcels)))


def settings_of(world: World, campaign: DemoCampaign) -> dict[str, Any]:
    """What `leaderboard settings apply` reads."""
    return {
        "agencies": {agency_id: agency_setting(name) for agency_id, name in world.agencies},
        "accounts": {account.id: account_setting(account) for account in world.accounts},
        "hosts": {
            account.id: {host.id: {"name": host.name} for host in account.hosts if host.registered}
            for account in world.accounts
        },
        "enrollments": {CAMPAIGN_ID: {one.id: enrollment(one, campaign) for one in enrolled(world)}},
    }


def in_words(files: Files, count: int, accounts: int) -> str:
    """What was written, and the commands that bring it to a service."""
    return f"""\
{count:,} made-up events of {accounts:,} accounts in {files.events}; who is honest and who is not in {files.labels}.
To count them, with `leaderboard up` running:
  leaderboard campaign apply {files.campaign}
  leaderboard settings apply {files.settings}
  leaderboard replay {files.events}
  leaderboard status --wait 600
  leaderboard standings {CAMPAIGN_ID}
  leaderboard audit {CAMPAIGN_ID}
"""


def as_json(document: Any) -> bytes:
    """For people to read, and for commands."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when all of it is written; compressed where its name says so."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            if path.suffix == ".zst":
                with zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False) as compressed:
                    yield compressed
            else:
                yield file
        part.rename(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
