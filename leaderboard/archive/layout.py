"""Where everything lies in an archive's directory. Reads names, no content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from leaderboard.archive import durable

_SEGMENT = re.compile(r"(\d{8,})(\.open)?\.ndjson\.zst")


@dataclass(frozen=True, slots=True)
class Layout:
    """The names in an archive."""

    directory: Path

    @property
    def segments(self) -> Path:
        return self.directory / "segments"

    @property
    def manifest(self) -> Path:
        return self.directory / "manifest.ndjson"

    @property
    def settings(self) -> Path:
        return self.directory / "settings.json"

    @property
    def documents(self) -> Path:
        return self.directory / "documents"

    def sealed(self, number: int) -> Path:
        return self.segments / f"{number:08d}.ndjson.zst"

    def open(self, number: int) -> Path:
        return self.segments / f"{number:08d}.open.ndjson.zst"

    def draft(self, number: int) -> Path:
        """A segment that is being sealed; without a meaning after a crash."""
        return self.segments / f"{number:08d}.sealing"

    def cut_draft(self, number: int) -> Path:
        """A sealed segment with cut addresses, which takes the place of the other when the manifest has it."""
        return self.segments / f"{number:08d}.cut"

    def make(self) -> None:
        """Makes the directories where they are missing."""
        durable.make_directory(self.directory)
        durable.make_directory(self.segments)

    def numbers(self) -> tuple[list[int], list[int]]:
        """The numbers of the sealed files and of the open ones, ascending. For a moment a segment may be both."""
        found = [_SEGMENT.fullmatch(path.name) for path in self.segments.glob("*.zst")]
        return (
            sorted(int(match[1]) for match in found if match and not match[2]),
            sorted(int(match[1]) for match in found if match and match[2]),
        )
