"""Standings as people read them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.cli.output import plain_lines
from leaderboard.cli.standings_view import Movement, foot_lines, head_lines, table_of


def entry(rank: int, account: str, score: int, **more: Any) -> dict[str, Any]:
    names = ("agency_id", "reached_at", "eligible", "award_rank", "award", "effective_s")
    figures = ("orders", "refunds", "refund_rate", "net_gmv", "reasons")
    known = {"rank": rank, "account_id": account, "name": account, "score": score}
    return dict.fromkeys((*names, *figures)) | known | more


def page(*entries: dict[str, Any], total: int | None = None, lag_ms: int = 0) -> dict[str, Any]:
    campaign = {
        "id": "c",
        "title": "C",
        "state": "live",
        "zone": "Asia/Tokyo",
        "metric": "M.",
        "tie_rule": "T.",
    }
    campaign |= {"starts_at": "2022-02-14T08:00:00.000Z", "ends_at": "2022-02-28T08:00:30.000Z"}
    return {
        "campaign": campaign,
        "as_of": "2022-02-20T12:00:05.000Z",
        "lag_ms": lag_ms,
        "awards_as_of": "2022-02-20T12:00:03.000Z",
        "provisional": True,
        "total": len(entries) if total is None else total,
        "version": 1,
        "entries": list(entries),
    }


def test_all_times_are_in_the_zone_of_the_campaign() -> None:
    shown = page(entry(1, "a", 3, reached_at="2022-02-20T12:00:00.000Z"))

    lines = list(head_lines(shown))
    assert lines[1] == "2022-02-14 17:00 to 2022-02-28 17:00:30 Asia/Tokyo (end exclusive)"
    assert lines[-1] == "1 account, as of 2022-02-20 21:00:05"
    assert "2022-02-20 21:00:00" in table_of(shown).rows[0]


def test_a_lag_is_said() -> None:
    assert list(head_lines(page(lag_ms=1_240)))[-1].endswith("; the oldest event not yet counted waits 1.2 s")


def test_as_of_when_awards_are_is_said_where_somebody_has_one_and_they_may_change() -> None:
    winner = entry(1, "a", 3, award={"amount": "12.00", "currency": "USD"})

    provisional, certified = page(winner), page(winner) | {"provisional": False}
    assert list(head_lines(provisional))[-1].endswith("21:00:05; awards as of 2022-02-20 21:00:03")
    assert list(head_lines(certified))[-1].endswith("21:00:05")


def test_columns_in_which_nobody_has_anything_are_left_out() -> None:
    award = {"amount": "12.00", "currency": "USD"}
    shown = page(entry(1, "a", 3, effective_s=50_460, award=award), entry(2, "b", 1, name="Bo"))

    assert list(plain_lines(table_of(shown))) == [
        "rank  account  name  UV   live      award",
        "   1  a               3  14:01  USD 12.00",
        "   2  b        Bo     1",
    ]


def test_the_place_for_the_award_is_that_among_the_eligible() -> None:
    hold, excluded = {"code": "validator.hold", "detail": "H."}, {"code": "validator.exclude", "detail": "E."}
    shown = page(
        entry(1, "a", 5, eligible=False, reasons=[excluded]),
        entry(2, "b", 4, eligible=True, award_rank=1, reasons=[]),
        entry(3, "c", 3, eligible=True, award_rank=2, reasons=[hold]),
        entry(4, "d", 2, eligible=False, reasons=[{"code": "requirement", "detail": "R."}]),
        entry(5, "e", 1),
    )

    assert [line.split() for line in plain_lines(table_of(shown))] == [
        ["rank", "account", "UV", "award", "place", "eligible", "why"],
        ["1", "a", "5", "excluded", "E"],
        ["2", "b", "4", "1", "yes"],
        ["3", "c", "3", "2", "on", "hold", "H"],
        ["4", "d", "2", "no", "R"],
        ["5", "e", "1"],
    ]


def test_a_narrow_terminal_has_room_for_the_reasons() -> None:
    shown = page(
        entry(1, "a", 5, name="Ana", agency_id="north", orders=3, eligible=False, effective_s=49_999)
    )

    wide, narrow = (next(plain_lines(table_of(shown, width=width))).split() for width in (130, 129))
    assert wide == ["rank", "account", "name", "agency", "UV", "live", "orders", "eligible"]
    assert narrow == ["rank", "account", "name", "UV", "live", "eligible"]


def test_what_eligible_accounts_are_warned_of_keeps_nobody_out() -> None:
    warned = {"code": "validator.warn", "detail": "Warned."}
    shown = page(
        *(entry(rank, f"a{rank}", 9, eligible=True, award_rank=rank, reasons=[warned]) for rank in (1, 2))
    )

    assert list(foot_lines(shown)) == []
    assert [row[-1] for row in table_of(shown).rows] == ["Warned", "Warned"]


def test_a_reason_that_all_have_stands_once_and_others_in_their_rows() -> None:
    no_hours, few_hours = {"detail": "No hours."}, {"detail": "2 h live, 14 h needed."}
    shared = page(entry(1, "a", 3, reasons=[no_hours]), entry(2, "b", 1, reasons=[no_hours]))
    own = page(entry(1, "a", 3, reasons=[]), entry(2, "b", 1, reasons=[few_hours, no_hours]))

    assert "No hours" not in "".join(plain_lines(table_of(shared)))
    assert list(foot_lines(shared)) == ["Nobody is eligible: No hours."]
    assert table_of(own).rows[1][-1] == "2 h live, 14 h needed; No hours"
    assert list(foot_lines(own)) == []


def test_who_looks_at_nothing_is_told_where_to_look() -> None:
    assert list(foot_lines(page())) == ["Nobody is enrolled: leaderboard enroll c ACCOUNT..."]
    assert list(foot_lines(page(entry(1, "a", 0)))) == [
        "Nobody has a visitor yet; what did not count: leaderboard excluded c"
    ]


def test_names_cannot_command_the_terminal() -> None:
    shown = page(entry(1, "a", 3, name="\x1b[2J\u202eevil\nline"))

    text = "\n".join(plain_lines(table_of(shown)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("\n") == 1


def test_movement_is_since_the_watching_began() -> None:
    movement = Movement()
    movement.note(page(entry(1, "a", 10), entry(2, "b", 5), entry(3, "c", 5)))
    movement.note(page(entry(1, "b", 12), entry(2, "a", 10), entry(3, "c", 6)))

    assert movement.cells(entry(1, "b", 12)) == ("▲1", "+7")
    assert movement.cells(entry(2, "a", 10)) == ("▼1", "")
    assert movement.cells(entry(3, "c", 6)) == ("", "+1")
    assert movement.cells(entry(4, "d", 1)) == ("new", "")


names = st.text(max_size=20)


@given(st.lists(st.tuples(names, names, st.integers(0, 10**12)), max_size=8))
def test_plain_rows_are_one_line_each_and_aligned(rows: list[tuple[str, str, int]]) -> None:
    entries = [entry(rank, account, score, name=name) for rank, (account, name, score) in enumerate(rows, 1)]

    lines = list(plain_lines(table_of(page(*entries))))

    assert len(lines) == len(rows) + 1
    assert all(line.isprintable() for line in lines)
