"""`settings.json`: a snapshot of all settings beside the events. Knows its form, and not what settings mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from leaderboard.archive import durable
from leaderboard.archive.errors import DamagedArchive
from leaderboard.archive.layout import Layout

FORMAT: Final = 1


def write(directory: Path, keys: dict[str, Any], at_ms: int) -> None:
    """Replaces the snapshot. Bytes that are no UTF-8 stand in texts as lone surrogates, and come back as they were."""
    document = {"format": FORMAT, "at_ms": at_ms, "keys": keys}
    content = json.dumps(document, separators=(",", ":"), sort_keys=True)
    durable.write_whole(Layout(directory).settings, content.encode("ascii"))


def read(directory: Path) -> dict[str, Any] | None:
    """The keys of the snapshot, or None where there is none; DamagedArchive where it cannot be read."""
    path = Layout(directory).settings
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise DamagedArchive(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise DamagedArchive(f"{path} is not a settings snapshot of format {FORMAT}")
    keys = document.get("keys")
    if not isinstance(keys, dict):
        raise DamagedArchive(f"{path} holds no keys")
    return keys
