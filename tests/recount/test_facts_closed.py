"""Campaigns that are closed or being certified: until when refunds count, and whom an event still concerns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import structs

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.kept_events import KeptEvent
from leaderboard.domain.lifecycle import Life
from leaderboard.recount.facts import accounts_after
from leaderboard.recount.settings import CampaignSettings, CountedWindow, counted_window
from tests.recount.archive_lines import (
    END_MS,
    START_MS,
    a_refund,
    a_view,
    an_order,
    definition,
    in_order,
    settings,
)
from tests.recount.test_facts import APOLLO, DAY_MS, facts, rows

CUTOFF_MS = END_MS + 2 * DAY_MS
UNTIL_MS = END_MS + 10 * DAY_MS
PINNED = CountedWindow(START_MS, END_MS, CUTOFF_MS, UNTIL_MS)

Receipt = tuple[KeptEvent, int]


def pinned(window: CountedWindow = PINNED) -> CampaignSettings:
    """a1 and a2, for whose campaign refunds count until a time."""
    given = settings({"a1": 0, "a2": 0}, definition(close="clock"))
    return structs.replace(given, windows={APOLLO: window})


def refunds(*events: Receipt, given: CampaignSettings | None = None) -> list[Any]:
    return rows(in_order(events), "SELECT id FROM refund_rows ORDER BY ALL", given or pinned())


ORDER: Receipt = (an_order(1, 100), START_MS)


@pytest.mark.parametrize(("received_ms", "counted"), [(-1, ["r1"]), (0, ["r1"]), (1, [])])
def test_a_refund_counts_up_to_the_last_millisecond_at_which_refunds_do(
    received_ms: int, counted: list[str]
) -> None:
    assert refunds(ORDER, (a_refund(1, "o1", 40), UNTIL_MS + received_ms)) == counted


def test_a_refund_that_came_too_late_leaves_its_order_as_it_was() -> None:
    events: list[Receipt] = [ORDER, (a_refund(1, "o1", 40), UNTIL_MS), (a_refund(2, "o1", 60), UNTIL_MS + 1)]

    found = rows(in_order(events), "SELECT id, value_minor, status FROM order_rows", pinned())

    assert found == [("o1", 100, "refunded")]


def test_the_first_copy_of_a_refund_decides_whether_it_came_in_time() -> None:
    before, after = UNTIL_MS, UNTIL_MS + 1

    assert refunds(ORDER, (a_refund(1, "o1", 40), before), (a_refund(1, "o1", 50), after)) == ["r1"]
    assert refunds(ORDER, (a_refund(1, "o1", 40), after), (a_refund(1, "o1", 40), after + 1)) == []


def test_a_refund_that_came_too_late_does_not_count_by_its_own_time_either() -> None:
    never_closed = pinned(CountedWindow(START_MS, END_MS, None, UNTIL_MS))

    assert refunds((a_refund(1, "o1", 40), UNTIL_MS), given=never_closed) == ["r1"]
    assert refunds((a_refund(1, "o1", 40), UNTIL_MS + 1), given=never_closed) == []


def test_a_campaign_that_is_certified_takes_no_refund_from_another_one() -> None:
    elsewhere = CountedWindow(START_MS, END_MS, CUTOFF_MS, START_MS)
    places = {"a1": {APOLLO: 0, "other": 0}}
    given = settings(places, definition(close="clock"), others={"other": elsewhere})

    assert refunds(ORDER, (a_refund(1, "o1", 40), UNTIL_MS + 1), given=given) == ["r1"]


def test_a_refund_that_another_campaign_still_takes_does_not_count_for_one_that_is_certified() -> None:
    elsewhere = CountedWindow(START_MS, END_MS, None)
    given = settings({"a1": {APOLLO: 0, "other": 0}}, definition(close="clock"), others={"other": elsewhere})
    given = structs.replace(given, windows={APOLLO: PINNED, "other": elsewhere})

    assert refunds(ORDER, (a_refund(1, "o1", 40), UNTIL_MS + 1), given=given) == []


# ── Whom an event still concerns ────────────────────────────────────────────────────────────────


def in_motion(events: Sequence[Receipt], given: CampaignSettings) -> frozenset[str]:
    """Who had anything that may count after the first entry."""
    with facts(in_order(events), given) as connection:
        return accounts_after(connection, {0: f"{events[0][1]}-0"})


def test_after_the_cut_off_only_a_refund_sets_an_account_in_motion() -> None:
    late = CUTOFF_MS + 1
    views: list[Receipt] = [(a_view(n, n, account=f"a{n}"), late) for n in (1, 2)]
    others: list[Receipt] = [(an_order(2, 100), late), (a_refund(1, "o1", 40, account="a2"), late)]

    assert in_motion([ORDER, (a_view(1, 1), CUTOFF_MS)], pinned()) == {"a1"}
    assert in_motion([ORDER, *views, *others], pinned()) == {"a2"}


def test_nobody_is_in_motion_once_refunds_have_ceased_to_count() -> None:
    late = UNTIL_MS + 1
    events: list[Receipt] = [ORDER]
    events += [(a_view(1, 1), late), (an_order(2, 100), late), (a_refund(1, "o1", 40), late)]
    elsewhere = structs.replace(
        settings({"a1": {APOLLO: 0, "other": 0}}, definition(close="clock")),
        windows={APOLLO: PINNED, "other": CountedWindow(0, 1 << 60)},
    )

    assert in_motion(events, pinned()) == frozenset()
    assert in_motion(events, elsewhere) == frozenset()


# ── The window of a life ────────────────────────────────────────────────────────────────────────


def window(close: str, **life: Any) -> CountedWindow | None:
    of: Definition = definition(close=close)
    return counted_window(of, Life(**life))


def test_a_cut_off_is_the_definitions_until_people_close_or_cancel() -> None:
    closed = {"state": "closing", "cutoff_ms": START_MS + 5}

    assert window("clock", state="live") == CountedWindow(START_MS, END_MS, CUTOFF_MS)
    assert window("manual", state="live") == CountedWindow(START_MS, END_MS)
    assert window("manual", **closed) == CountedWindow(START_MS, END_MS, START_MS + 5)
    assert window("clock", **closed | {"state": "cancelled"}) == CountedWindow(START_MS, END_MS, START_MS + 5)


def test_refunds_count_until_the_life_says() -> None:
    assert window("clock", state="certified", refunds_until_ms=UNTIL_MS) == PINNED


def test_a_draft_has_no_window_and_cannot_be_recounted() -> None:
    draft = structs.replace(settings({"a1": 0}), windows={})

    assert window("clock", state="draft") is None
    with pytest.raises(ValueError, match="nothing counts for a draft"):
        draft.window  # noqa: B018
