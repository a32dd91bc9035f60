"""What a new version of a definition may change once its campaign has started: nothing that was counted by.

Events may be a little ahead of our clock, so ends are moved only where none can have been compared with them yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from leaderboard.domain.kept_events import FUTURE_TOLERANCE_MS

from .definition import Definition
from .ranking import Ranking
from .windows import Window

Refusal = tuple[str, str]
"""The path of a part, and why it may not change, as a sentence without its subject."""

# part → its fields, or all of them; and why they stand.
_FIXED: Final = (
    ("clock", ("zone", "day_start", "week_start", "span"), "days and windows are counted by it"),
    ("subject", (), "it says for whom events count"),
    ("live", (), "live time is counted by it"),
    ("integrity", ("mode",), "it says whether invalid views count"),
    ("registration", (), "accounts have registered by it"),
    ("settlement", ("close",), "it says who closes the campaign"),
)
_BORDERS: Final = ("start", "every", "anchor", "after_s", "length_s")
_COUNTED: Final = "events are counted by it"
_TOLERANCE: Final = f"{FUTURE_TOLERANCE_MS // 60_000} minutes"


def refusals(old: Definition, new: Definition, from_ms: int) -> list[Refusal]:
    """All that keeps `new` from following on `old` at `from_ms`; nothing where it may."""
    windows = list(_windows(old, new, from_ms))
    # Where a window is refused, its campaign's span is as well, and has nothing to add.
    span = () if windows else _whole_span(old, new, from_ms)
    parts = (_names(old, new), _fixed_parts(old, new), windows, _ranking(old, new), _holds(old, new), span)
    return [refusal for part in parts for refusal in part]


def _stands(path: str, why: str) -> Refusal:
    return path, f"may not change after the start: {why}"


def _names(old: Definition, new: Definition) -> Iterator[Refusal]:
    if new.id != old.id:
        yield _stands("id", "it names the campaign")
    if new.currency != old.currency:
        yield _stands("currency", "money is counted in it")


def _fixed_parts(old: Definition, new: Definition) -> Iterator[Refusal]:
    for part, names, why in _FIXED:
        before: Struct = getattr(old, part)
        for name in names or before.__struct_fields__:
            if getattr(before, name) != getattr(getattr(new, part), name):
                yield _stands(f"{part}.{name.removesuffix('_s')}", why)


def _windows(old: Definition, new: Definition, from_ms: int) -> Iterator[Refusal]:
    for name, before in old.windows.items():
        if name in new.windows:
            after = new.windows[name]
            yield from _borders(name, before, after)
            if before.end != after.end and _is_too_late(old.window_ms(name), new.window_ms(name), from_ms):
                yield f"window.{name}.end", _too_late("this end")


def _borders(name: str, before: Window, after: Window) -> Iterator[Refusal]:
    for border in _BORDERS:
        if getattr(before, border) != getattr(after, border):
            yield _stands(f"window.{name}.{border.removesuffix('_s')}", _COUNTED)


def _is_too_late(before: tuple[int, int] | None, after: tuple[int, int] | None, from_ms: int) -> bool:
    if before is None or after is None:
        return True
    return min(before[1], after[1]) < from_ms + FUTURE_TOLERANCE_MS


def _too_late(what: str) -> str:
    return (
        f"the version must be in force {_TOLERANCE} before {what}, as it was and as it is to be: "
        "events that far ahead of the clock are taken"
    )


def _ranking(old: Definition, new: Definition) -> Iterator[Refusal]:
    before, after = old.ranking, new.ranking
    if before is None:
        return
    if after is None or after.award_id != before.award_id:
        yield "award", f"`{before.award_id}` must stay the first that ranks: it makes the standings"
        return
    yield from _rules_of_ranking(before, after)
    if new.metrics.get(before.metric) != old.metrics[before.metric]:
        yield _stands(f"metric.{before.metric}", "it is the score")


def _rules_of_ranking(before: Ranking, after: Ranking) -> Iterator[Refusal]:
    for key, rule in (("rank_by", "metric"), ("window", "window"), ("ties", "ties")):
        if getattr(before, rule) != getattr(after, rule):
            yield _stands(f"award.{before.award_id}.{key}", "it makes the standings")


def _holds(old: Definition, new: Definition) -> Iterator[Refusal]:
    """A reviewer's decision is on a hold by its name, and stands until it is decided anew."""
    holds = {one.id for one in new.validators if one.action == "hold"}
    for before in old.validators:
        if before.action == "hold" and before.id not in holds:
            yield f"validator.{before.id}", "must stay a hold: reviewers may have decided on it, by its name"


def last_moment_ms(old: Definition, new: Definition) -> int:
    """Until when `new` may be saved as following on `old`: before the end, and before an end that it moves is in reach
    of any event."""
    ends = [old.ends_at_ms or 0]
    for name, before in old.windows.items():
        after = new.windows.get(name)
        spans = (old.window_ms(name), new.window_ms(name) if after else None)
        if after and before.end != after.end:
            ends += [span[1] - FUTURE_TOLERANCE_MS for span in spans if span]
    if old.ends_at_ms != new.ends_at_ms:
        ends += [(one.ends_at_ms or 0) - FUTURE_TOLERANCE_MS for one in (old, new)]
    return min(ends)


def moves_an_end(old: Definition, new: Definition) -> str | None:
    """The path of an end that is another one; None where all stay."""
    for name, before in old.windows.items():
        if name in new.windows and new.windows[name].end != before.end:
            return f"window.{name}.end"
    return "award" if old.ends_at_ms != new.ends_at_ms else None


def _whole_span(old: Definition, new: Definition, from_ms: int) -> Iterator[Refusal]:
    """Awards that come or go take their windows with them, and the campaign runs over all of those."""
    before, after = (old.starts_at_ms, old.ends_at_ms), (new.starts_at_ms, new.ends_at_ms)
    if before[0] != after[0]:
        yield "award", "the first window of the awards must begin when it did: events have counted since"
    if before[1] != after[1] and min(before[1] or 0, after[1] or 0) < from_ms + FUTURE_TOLERANCE_MS:
        yield "award", _too_late("the last window of the awards is over")
