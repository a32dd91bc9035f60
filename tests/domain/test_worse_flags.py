"""Flags that become worse: since when they bear on the account, and which decisions do not stand any more."""

from __future__ import annotations

import pytest

from leaderboard.domain.checkpoints import merged
from leaderboard.domain.findings import Asked
from leaderboard.domain.flags import settled
from tests.domain.test_checkpoints import EARLY_MS, FLAG, LATE_MS, decided, finding, first


@pytest.mark.parametrize(
    ("before", "after", "bears_ms"),
    [
        (("review", 0), ("review", 0), 0),
        (("review", 0), ("hold", 0), LATE_MS),
        (("review", 0), ("review", 5), LATE_MS),
        (("warn", 0), ("hold", 0), LATE_MS),
        (("warn", 0), ("warn", 5), LATE_MS),
        (("warn", 5), ("warn", 9), EARLY_MS),
        (("hold", 5), ("warn", 5), EARLY_MS),
        (("hold", 5), ("hold", 0), EARLY_MS),
        (("hold", 5), ("review", 0), 0),
    ],
)
def test_a_flag_bears_since_it_first_bore_or_became_worse(
    before: tuple[Asked, int], after: tuple[Asked, int], bears_ms: int
) -> None:
    flags = first(finding(asks=before[0], excess_uv=before[1]))
    later = [finding(asks=after[0], excess_uv=after[1])]

    found = merged(flags, later, {}, number=2, at_ms=LATE_MS)[FLAG]

    assert (found.bears_ms, found.first_ms) == (bears_ms, EARLY_MS)


def test_what_bears_anew_after_a_while_bears_since_then() -> None:
    flags = first(finding())
    for number, asks in enumerate(("review", "hold", "hold"), 2):
        found = finding(asks=asks, excess_uv=0)  # type: ignore[arg-type]
        flags = merged(flags, [found], {}, number=number, at_ms=number * 1_000)

    assert flags[FLAG].bears_ms == 3_000


@pytest.mark.parametrize(
    ("known", "found", "is_open"),
    [("warn", "hold", True), ("review", "warn", True), ("hold", "warn", False), ("hold", "hold", False)],
)
def test_a_decision_stands_until_worse_is_asked_for(known: Asked, found: Asked, is_open: bool) -> None:
    decisions = decided()
    after = merged(first(finding(asks=known)), [finding(asks=found)], decisions, number=2, at_ms=LATE_MS)

    assert (FLAG not in settled(after, decisions)) == is_open


def test_what_becomes_worse_step_by_step_is_held_against_what_was_decided_on() -> None:
    flags, decisions = first(finding(asks="warn")), decided()
    for number, asks in enumerate(("review", "warn", "hold"), 2):
        found = finding(asks=asks)  # type: ignore[arg-type]
        flags = merged(flags, [found], decisions, number=number, at_ms=number * 2_000)

    assert flags[FLAG].reopened_ms == 8_000


@pytest.mark.parametrize(
    ("known", "found", "is_open"),
    [
        (["ana"], ["ana"], False),
        (["ana", "bo"], ["bo"], False),
        (["ana"], ["bo"], True),
        (["ana"], ["ana", "bo"], True),
        ([""], ["ana"], True),
        (["ana"], [""], False),
    ],
)
def test_a_decision_stands_for_the_hosts_that_it_was_made_on(
    known: list[str], found: list[str], is_open: bool
) -> None:
    decisions = decided()
    before = first(*(finding(excess_uv=0, host=host) for host in known))
    later = [finding(excess_uv=0, host=host) for host in found]

    after = merged(before, later, decisions, number=2, at_ms=LATE_MS)

    assert (FLAG not in settled(after, decisions)) == is_open


def test_neither_another_host_nor_worse_lifts_a_disqualification() -> None:
    decisions = decided("disqualify")
    flags = merged(first(finding(asks="warn")), [finding(host="bo")], decisions, number=2, at_ms=LATE_MS)

    assert settled(flags, decisions) == {FLAG: "disqualify"}
