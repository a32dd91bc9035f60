"""The files of a made-up campaign: its events, who is what, and the settings that a service needs for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
from msgspec import Struct

from leaderboard.cli.opening import CannotRun
from leaderboard.demo.recording import as_json, written_whole
from leaderboard.simulator.settings import settings_of

if TYPE_CHECKING:
    from leaderboard.simulator.campaigns import Campaign

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
    with written_whole(files.events) as file:
        while batch := list(islice(events, _BATCH)):
            file.write(b"".join(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in batch))
            count += len(batch)
            step()
    files.labels.write_bytes(as_json({"accounts": campaign.labels()}))
    files.settings.write_bytes(as_json(settings_of(campaign, enrolled_in)))
    return count
