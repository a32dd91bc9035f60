"""The files of a made-up campaign: its events, who is what, and the settings that a service needs for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import orjson
import zstandard
from msgspec import Struct

from leaderboard.cli.opening import CannotRun
from leaderboard.simulator.campaigns import Campaign
from leaderboard.simulator.settings import settings_of

SUFFIXES: Final = (".ndjson.zst", ".ndjson")
_BATCH: Final = 1_000


class SimulatedFiles(Struct, frozen=True):
    """Where they lie."""

    events: Path
    labels: Path
    settings: Path

    @classmethod
    def at(cls, events: Path, labels: Path | None, settings: Path | None) -> SimulatedFiles:
        """CannotRun when the name of the events has another ending, or one of the files is there already."""
        suffix = next((suffix for suffix in SUFFIXES if events.name.endswith(suffix)), None)
        if suffix is None:
            raise CannotRun(f"--output {events}: its name must end in {' or '.join(reversed(SUFFIXES))}")
        stem = events.name.removesuffix(suffix)
        files = cls(
            events,
            labels or events.with_name(f"{stem}.labels.json"),
            settings or events.with_name(f"{stem}.settings.json"),
        )
        for path in (files.events, files.labels, files.settings):
            if path.exists():
                raise CannotRun(f"{path} is there already, and is not overwritten; name another --output")
        return files


def write(
    files: SimulatedFiles, campaign: Campaign, enrolled_in: str | None, step: Callable[[], None]
) -> int:
    """How many events were written. `step` is called after each thousand."""
    files.events.parent.mkdir(parents=True, exist_ok=True)
    events, count = campaign.events(), 0
    with _written_whole(files.events) as file:
        while batch := list(islice(events, _BATCH)):
            file.write(b"".join(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in batch))
            count += len(batch)
            step()
    files.labels.write_bytes(_json({"accounts": campaign.labels()}))
    files.settings.write_bytes(_json(settings_of(campaign, enrolled_in)))
    return count


def _json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@contextmanager
def _written_whole(path: Path) -> Iterator[IO[bytes]]:
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
