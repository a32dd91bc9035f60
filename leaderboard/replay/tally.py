"""What a replay has counted so far: lines, events, answers, and examples of what did not go in."""

from __future__ import annotations

from msgspec import Struct, field

EXAMPLES_KEPT = 5


class Example(Struct, frozen=True):
    file: str
    line: int
    detail: str


class Cause(Struct):
    """How often something happened, and the first few places."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, file: str, line: int, detail: str) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES_KEPT:
            self.examples.append(Example(file, line, detail))


class Tally(Struct):
    """One side (reading or sending) writes each number, so that a thread for each needs no lock.

    `grouped` rows were put together to events of several rows.
    """

    bytes_total: int = 0
    bytes_read: int = 0
    files: int = 0
    lines: int = 0
    left_out: int = 0
    grouped: int = 0
    events: int = 0
    rounded: Cause = field(default_factory=Cause)
    skipped: dict[str, Cause] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    sent: int = 0
    accepted: int = 0
    rejected: dict[str, Cause] = field(default_factory=dict)
    retries: int = 0
    waited_s: float = 0.0

    def skip(self, code: str, file: str, line: int, detail: str) -> None:
        """A line that is no event: counted under a stable `code`."""
        self.skipped.setdefault(code, Cause()).add(file, line, detail)

    def reject(self, code: str, file: str, line: int, detail: str) -> None:
        """An event that the door did not take: counted under the door's own code."""
        self.rejected.setdefault(code, Cause()).add(file, line, detail)

    @property
    def skipped_total(self) -> int:
        return sum(cause.count for cause in self.skipped.values())

    @property
    def rejected_total(self) -> int:
        return sum(cause.count for cause in self.rejected.values())

    @property
    def unanswered(self) -> int:
        """Sent, but no final answer came: they may or may not have been kept."""
        return self.sent - self.accepted - self.rejected_total
