"""Views that the door has marked, in the facts and in the audit's own count; a recount needs no list."""

from __future__ import annotations

from msgspec import structs

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.campaigns.integrity import Integrity, Mode
from leaderboard.recount.audit import recount
from leaderboard.recount.settings import CampaignSettings
from tests.recount.archive_lines import START_MS, Line, a_view, definition, in_order, settings
from tests.recount.test_facts import facts, rows

LINES = in_order(
    [
        (a_view(1, 1), START_MS),
        (a_view(2, 1, invalid="data_centre"), START_MS + 1),
        (a_view(3, 2, invalid="crawler"), START_MS + 2),
        (a_view(4, 2, invalid="prefetch"), START_MS + 3),
    ]
)
# The same view from two addresses, at first from a data centre.
TWICE = in_order([(a_view(1, 1, invalid="data_centre"), START_MS), (a_view(1, 1), START_MS + 9)])


def in_mode(mode: Mode) -> Definition:
    return structs.replace(definition(), integrity=Integrity(mode=mode))


def figures(lines: list[Line], given: CampaignSettings) -> tuple[int, int, int]:
    """Score, visitors with invalid views only, and when the score was reached, of account a1."""
    with facts(lines, given) as connection:
        found = recount(connection, given)["a1"]
    return found.score, found.invalid_uv, found.reached_ms


def test_a_view_is_valid_unless_it_is_marked() -> None:
    query = "SELECT visitor, valid FROM view_rows ORDER BY ALL"

    assert rows(LINES, query) == [(1, False), (1, True), (2, False), (2, False)]


def test_where_integrity_only_reports_every_view_is_valid() -> None:
    query = "SELECT DISTINCT valid FROM view_rows"

    assert rows(LINES, query, settings({"a1": 0}, in_mode("shadow"))) == [True]


def test_who_has_a_valid_view_counts_and_who_has_none_stands_beside() -> None:
    assert figures(LINES, settings({"a1": 0})) == (1, 1, START_MS)


def test_where_integrity_only_reports_they_count_like_others() -> None:
    assert figures(LINES, settings({"a1": 0}, in_mode("shadow"))) == (2, 0, START_MS + 2)


def test_of_the_same_view_twice_the_valid_one_counts() -> None:
    assert figures(TWICE, settings({"a1": 0})) == (1, 0, START_MS + 9)


def test_where_all_views_count_the_first_one_does() -> None:
    assert figures(TWICE, settings({"a1": 0}, in_mode("off"))) == (1, 0, START_MS)
