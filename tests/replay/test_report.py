from __future__ import annotations

import json

from leaderboard.replay.rebase import Shift
from leaderboard.replay.report import Outcome, as_json, as_text
from leaderboard.replay.tally import EXAMPLES_KEPT, Tally


def busy_tally() -> Tally:
    tally = Tally(
        files=2, lines=1_010, left_out=3, events=1_000, sent=1_000, accepted=990, retries=2, waited_s=1.25
    )
    for line in range(7):
        tally.skip("columns", "a.csv", line, "it has 8 columns")
    for line in (9, 12):
        tally.reject("future", "a.csv", line, "at: is ahead")
    return tally


def test_people_get_a_line_for_each_thing_and_the_first_places_of_each_cause() -> None:
    assert as_text(Outcome(busy_tally(), 2.0, shift=Shift(-16))).splitlines() == [
        "2 files, 1,010 lines: 1,000 events, 3 left out by --where, 7 skipped",
        "moved by -16 ms, ids end in ~-10",
        "sent 1,000, accepted 990, rejected 2, without an answer 8, tried again 2 times, waiting 1.2 s in all; "
        "2.0 s, 496 events/s",
        "  rejected 2 future: a.csv:9: at: is ahead (also a.csv:12)",
        "  skipped 7 columns: a.csv:0: it has 8 columns (also a.csv:1, a.csv:2, a.csv:3, a.csv:4, …)",
    ]


def test_json_has_the_same_numbers() -> None:
    summary = json.loads(as_json(Outcome(busy_tally(), 2.0, shift=Shift(-16), failure="full")))

    assert summary["accepted"] == 990
    assert summary["unanswered"] == 8
    assert summary["rejected"]["by_code"]["future"]["examples"][1] == {
        "file": "a.csv",
        "line": 12,
        "detail": "at: is ahead",
    }
    assert summary["skipped"]["total"] == 7
    assert len(summary["skipped"]["by_code"]["columns"]["examples"]) == EXAMPLES_KEPT
    assert summary["rebase"] == {"offset_ms": -16, "id_suffix": "~-10"}
    assert summary["problems"] == ["full"]


def test_grouped_rows_and_rounded_amounts_are_told() -> None:
    tally = Tally(files=1, lines=8, events=2, grouped=7)
    tally.rounded.add("a.csv", 2, "0.008 to 0.01 GBP")
    outcome = Outcome(tally, 1.0, dry_run=True)

    first, _, last = as_text(outcome).splitlines()
    summary = json.loads(as_json(outcome))

    assert first == "1 file, 8 lines: 2 events of 7 rows, 0 skipped"
    assert last == "  rounded 1 amounts: a.csv:2: 0.008 to 0.01 GBP"
    assert (summary["grouped"], summary["rounded"]["count"]) == (7, 1)


def test_a_dry_run_says_that_nothing_was_sent() -> None:
    tally = Tally(files=1, lines=1, events=1)

    text = as_text(Outcome(tally, 0.5, dry_run=True))

    assert (
        text
        == "1 file, 1 line: 1 event, 0 skipped\ndry run: nothing was sent, 0 would be rejected; 0.5 s, 2 events/s\n"
    )


def test_skipped_and_rejected_ones_are_no_problem_while_something_goes_in() -> None:
    assert Outcome(busy_tally(), 1.0).problems == []


def test_nothing_to_send_is_a_problem() -> None:
    assert Outcome(Tally(lines=3), 1.0).problems == ["there was no event to send in 3 lines"]


def test_nothing_taken_is_a_problem() -> None:
    tally = Tally(events=1, sent=1)
    tally.reject("future", "f", 1, "")

    assert Outcome(tally, 1.0).problems == ["every event was rejected (future)"]


def test_files_that_were_cut_off_and_a_stop_are_problems() -> None:
    assert Outcome(Tally(events=1, accepted=1, broken=["a: cut off"]), 1.0, failure="full").problems == [
        "a: cut off",
        "full",
    ]
