"""Problems: safe to print, with a path for people."""

from __future__ import annotations

from leaderboard.domain.campaigns import DefinitionError, Problem
from leaderboard.domain.campaigns.errors import Notes, Spot, did_you_mean, shown


def test_a_path_names_rows_by_label_or_index() -> None:
    spot = Spot().at("award").row(2, "best").at("pay").at("table").row(0).at("to")

    assert spot == Spot("award.best.pay.table[0].to", ("award", 2, "pay", "table", 0, "to"))


def test_a_key_that_is_no_plain_word_is_quoted() -> None:
    assert Spot().at("a.b\n").path == '"a.b\\n"'


def test_foreign_texts_are_cut_and_made_printable() -> None:
    assert shown("x" * 100) == "x" * 40 + "…"
    assert shown("\ud800\x1b[31m").isprintable()


def test_a_near_miss_is_suggested_and_a_far_one_is_not() -> None:
    assert did_you_mean("tie", ["ties", "limit"]) == "; did you mean `ties`?"
    assert did_you_mean("colour", ["ties", "limit"]) == ""
    assert did_you_mean("t" * 10_000, ["ties"]) == ""


def test_a_problem_reads_as_a_line() -> None:
    error = DefinitionError([Problem("a.b", "is required", 3), Problem("", "not TOML")])

    assert str(error) == "line 3: a.b: is required\nnot TOML"


def test_what_has_no_line_takes_that_of_the_table_around_it() -> None:
    notes = Notes({("clock",): 7})
    notes.add(Spot().at("clock").at("zone"), "is required")
    notes.add(Spot().at("title"), "is required")

    try:
        notes.refuse_if_any()
    except DefinitionError as error:
        lines = [problem.line for problem in error.problems]

    assert lines == [None, 7]
