"""The summary of a replay, for people and as JSON, and whether it went well."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from leaderboard.replay.rebase import Shift
from leaderboard.replay.tally import Cause, Tally


class Outcome(Struct, frozen=True):
    """`failure` is the one clear line of a replay that did not get to its end."""

    tally: Tally
    seconds: float
    dry_run: bool = False
    shift: Shift | None = None
    failure: str | None = None

    @property
    def events_per_s(self) -> int:
        done = self.tally.events if self.dry_run else self.tally.accepted + self.tally.rejected_total
        return round(done / self.seconds) if self.seconds > 0 else 0

    @property
    def problems(self) -> list[str]:
        """Why this counts as failed. Lines that were skipped and events that were rejected are no failure."""
        found = [*self.tally.broken, *([self.failure] if self.failure else [])]
        return found or self._nothing_went_in()

    def _nothing_went_in(self) -> list[str]:
        if not self.tally.events:
            return [f"there was no event to send in {_count(self.tally.lines, 'line')}"]
        if self.tally.rejected_total >= self.tally.events:
            return [f"every event was rejected ({', '.join(self.tally.rejected)})"]
        return []


def as_json(outcome: Outcome) -> bytes:
    """One JSON object; times and rates in the units of their names."""
    tally = outcome.tally
    summary = {
        "dry_run": outcome.dry_run,
        "files": tally.files,
        "lines": tally.lines,
        "left_out": tally.left_out,
        "grouped": tally.grouped,
        "events": tally.events,
        "rounded": tally.rounded,
        "skipped": {"total": tally.skipped_total, "by_code": tally.skipped},
        "sent": tally.sent,
        "accepted": tally.accepted,
        "rejected": {"total": tally.rejected_total, "by_code": tally.rejected},
        "unanswered": 0 if outcome.dry_run else tally.unanswered,
        "retries": tally.retries,
        "waited_s": round(tally.waited_s, 3),
        "seconds": round(outcome.seconds, 3),
        "events_per_s": outcome.events_per_s,
        "rebase": outcome.shift and {"offset_ms": outcome.shift.offset_ms, "id_suffix": outcome.shift.suffix},
        "problems": outcome.problems,
    }
    return msgspec.json.format(msgspec.json.encode(summary), indent=2)


def as_text(outcome: Outcome) -> str:
    """A line for what was read, one for what was sent, and one for each reason why something was not."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    yield _read_line(outcome.tally)
    if outcome.shift is not None:
        yield f"moved by {outcome.shift.offset_ms:+,} ms, ids end in {outcome.shift.suffix or 'nothing new'}"
    yield _checked_line(outcome) if outcome.dry_run else _sent_line(outcome)
    yield from _cause_lines("rejected", outcome.tally.rejected)
    yield from _cause_lines("skipped", outcome.tally.skipped)
    if outcome.tally.rounded.count:
        yield from _cause_lines("rounded", {"amounts": outcome.tally.rounded})


def _read_line(tally: Tally) -> str:
    left_out = f", {tally.left_out:,} left out by --where" if tally.left_out else ""
    read = f"{_count(tally.files, 'file')}, {_count(tally.lines, 'line')}: {_count(tally.events, 'event')}"
    grouped = f" of {_count(tally.grouped, 'row')}" if tally.grouped else ""
    return f"{read}{grouped}{left_out}, {tally.skipped_total:,} skipped"


def _checked_line(outcome: Outcome) -> str:
    rejected = f"{outcome.tally.rejected_total:,} would be rejected"
    return f"dry run: nothing was sent, {rejected}; {_rate(outcome)}"


def _sent_line(outcome: Outcome) -> str:
    tally = outcome.tally
    parts = [f"sent {tally.sent:,}", f"accepted {tally.accepted:,}", f"rejected {tally.rejected_total:,}"]
    if tally.unanswered:
        parts.append(f"without an answer {tally.unanswered:,}")
    if tally.retries:
        parts.append(f"tried again {tally.retries:,} times, waiting {tally.waited_s:.1f} s in all")
    return f"{', '.join(parts)}; {_rate(outcome)}"


def _rate(outcome: Outcome) -> str:
    return f"{outcome.seconds:.1f} s, {outcome.events_per_s:,} events/s"


def _cause_lines(what: str, causes: dict[str, Cause]) -> Iterator[str]:
    for code, cause in sorted(causes.items(), key=lambda item: -item[1].count):
        first, *others = cause.examples
        also = ", ".join(f"{other.file}:{other.line}" for other in others)
        more = ", …" if cause.count > len(cause.examples) else ""
        yield f"  {what} {cause.count:,} {code}: {first.file}:{first.line}: {first.detail}" + (
            f" (also {also}{more})" if also else ""
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
