"""A campaign that has started may be changed in what it pays and asks for, and in nothing that was counted by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.campaigns.changes import last_moment_ms, moves_an_end, refusals
from leaderboard.domain.kept_events import FUTURE_TOLERANCE_MS
from tests.domain.campaigns.spring import SPRING, changed, parse_spring, spring

DAY_MS = 86_400_000
END_MS = spring().ends_at_ms or 0
FROM_MS = END_MS - 3 * DAY_MS
END = "end = 2031-03-10T00:00:00"
REBATE = """
[[award]]
id = "rebate"
window = "main"
instrument = "bank"
pay = { kind = "rate", of = "net_sales", rate = "5%" }
"""


def refused(old: str, new: str, from_ms: int = FROM_MS) -> list[str]:
    """The paths that are refused when one passage of the spring sale is changed."""
    return [path for path, _ in refusals(spring(), parse_spring(old, new), from_ms)]


def with_windows(windows: str, rebate_window: str) -> str:
    """The spring sale with more windows, the rebate in one of them."""
    text = changed("[registration]", f"{windows}\n[registration]")
    return text.replace('id = "rebate"\nwindow = "main"', f'id = "rebate"\nwindow = "{rebate_window}"')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title = "Spring sale"', 'title = "The great spring sale"'),
        ('source = ["the rules of the spring sale"]', 'source = ["the rules, second edition"]'),
        ('assumed = ["award.best.ties"]', "assumed = []"),
        ('require = ["attr.kind == partner"]', 'require = ["attr.kind != merchant"]'),
        ('when = ["return_rate >= 30%"]', 'when = ["return_rate >= 20%"]'),
        ('require = ["on_air >= 2h"]', 'require = ["on_air >= 1h"]'),
        ("limit = 3", "limit = 3\ncap = 700"),
        ("amount = 600", "amount = 500"),
        ('rate = "5%"', 'rate = "6%"'),
        (REBATE, ""),
        ("[settlement]", REBATE.replace('"rebate"', '"second"') + "[settlement]"),
        ('op = "minus"\nof = ["sales", "returned"]', 'op = "minus"\nof = ["sales", "returned"]\nat_least = 0'),
        ('where = ["effective == true"]', 'where = ["effective == true", "host.registered == true"]'),
        ('late = "48h"', 'late = "24h"'),
        ('currency = "USD"', 'currency = "USD"\npublic = true'),
        ('hold = "7d"', 'hold = "14d"'),
        ('pay = "20bd"', 'pay = "10bd"'),
        ("[registration]", "[window.week]\nstart = 2031-03-05T00:00:00\nend = 2031-03-06T00:00:00\n[registration]"),
    ],
)  # fmt: skip
def test_what_is_asked_for_and_paid_may_change(old: str, new: str) -> None:
    assert refused(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('id = "spring-2031"', 'id = "spring-2032"', "id"),
        ('zone = "America/New_York"', 'zone = "America/New_York"\nday_start = "03:00"', "clock.day_start"),
        ('zone = "America/New_York"', 'zone = "America/New_York"\nweek_start = "sunday"', "clock.week_start"),
        ('zone = "America/New_York"', 'zone = "America/New_York"\nspan = "start"', "clock.span"),
        ("[registration]", '[subject]\nmember = "seller"\n[registration]', "subject.member"),
        ("[registration]", '[live]\nbridge = "20s"\n[registration]', "live.bridge"),
        ("[registration]", '[integrity]\nmode = "shadow"\n[registration]', "integrity.mode"),
        ('mode = "approve"', 'mode = "invite"', "registration.mode"),
        ("start = 2031-03-03T00:00:00", "start = 2031-03-02T00:00:00", "window.main.start"),
        (END, f'{END}\nevery = "day"', "window.main.every"),
        ('steps = [{ by = ["visitor"]', 'steps = [{ by = ["visitor", "product"]', "metric.visitors"),
        ('where = ["valid == true"]\n', "", "metric.visitors"),
        ('rank_by = "visitors"', 'rank_by = "on_air"', "award.best.rank_by"),
        ('ties = ["reached"]', 'ties = ["on_air"]', "award.best.ties"),
        ('id = "best"', 'id = "first"', "award"),
        ('action = "hold"', 'action = "warn"', "validator.returns"),
        ('late = "48h"', 'late = "48h"\nclose = "manual"', "settlement.close"),
    ],
)
def test_what_was_counted_by_stands(old: str, new: str, path: str) -> None:
    assert path in refused(old, new)


def test_a_refusal_names_the_part_and_says_why_it_stands() -> None:
    text = SPRING.replace('currency = "USD"', 'currency = "EUR"').replace("USD 1000", "EUR 1000")

    assert refusals(spring(), parse_toml(text), FROM_MS) == [
        ("currency", "may not change after the start: money is counted in it")
    ]


def test_another_zone_is_refused_with_the_windows_that_it_would_move() -> None:
    paths = refused('zone = "America/New_York"', 'zone = "Asia/Bangkok"')

    assert "clock.zone" in paths
    assert "award" in paths


@given(
    end_minute=st.integers(1, 10_080),
    from_minute=st.integers(0, 10_080),
)
def test_an_end_may_move_where_no_event_was_compared_with_it_yet(end_minute: int, from_minute: int) -> None:
    start_ms = spring().starts_at_ms or 0
    days, rest = divmod(end_minute, 1_440)
    new_end = f"end = 2031-03-{3 + days:02d}T{rest // 60:02d}:{rest % 60:02d}:00"
    new = parse_spring(END, new_end)
    from_ms = start_ms + from_minute * 60_000
    is_moved = (new.ends_at_ms or 0) != END_MS
    is_near = min(END_MS, new.ends_at_ms or 0) < from_ms + FUTURE_TOLERANCE_MS

    paths = [path for path, _ in refusals(spring(), new, from_ms)]

    assert paths == (["window.main.end"] if is_moved and is_near else [])


@given(end_minute=st.integers(1, 10_080), saved_minute=st.integers(0, 10_080))
def test_what_is_saved_at_its_last_moment_finds_no_event_beyond_an_end(
    end_minute: int, saved_minute: int
) -> None:
    start_ms = spring().starts_at_ms or 0
    days, rest = divmod(end_minute, 1_440)
    new = parse_spring(END, f"end = 2031-03-{3 + days:02d}T{rest // 60:02d}:{rest % 60:02d}:00")
    saved_ms = start_ms + saved_minute * 60_000
    furthest_event_ms = saved_ms + FUTURE_TOLERANCE_MS

    is_harmless = new.ends_at_ms == END_MS or furthest_event_ms < min(END_MS, new.ends_at_ms or 0)

    assert (saved_ms < last_moment_ms(spring(), new)) == (is_harmless and saved_ms < END_MS)


def test_an_end_that_moves_is_named() -> None:
    assert moves_an_end(spring(), spring()) is None
    assert moves_an_end(spring(), parse_spring(END, "end = 2031-03-11T00:00:00")) == "window.main.end"


def test_an_award_that_comes_or_goes_does_not_move_the_span_of_the_campaign_over_events() -> None:
    windows = (
        "[window.before]\nstart = 2031-02-03T00:00:00\nend = 2031-03-03T00:00:00\n"
        "[window.after]\nstart = 2031-03-10T00:00:00\nend = 2031-03-12T00:00:00\n"
    )
    main, before, after = (
        parse_toml(with_windows(windows, window)) for window in ("main", "before", "after")
    )

    assert [path for path, _ in refusals(main, before, FROM_MS)] == ["award"]
    assert refusals(main, after, FROM_MS) == []
    assert [path for path, _ in refusals(main, after, END_MS - 60_000)] == ["award"]
    assert [path for path, _ in refusals(after, main, END_MS - 60_000)] == ["award"]
