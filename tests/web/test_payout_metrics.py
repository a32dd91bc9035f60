"""Payouts in `/metrics`: of all campaigns together, and without a name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from leaderboard.domain.banking_days import banking_day_after
from leaderboard.domain.reminders import Deadline, Figures
from leaderboard.domain.times import to_ms
from leaderboard.web.payout_metrics import add_payout_metrics
from tests.conftest import Service

DEADLINE = Deadline(date(2026, 12, 29), date(2026, 12, 24), "US-FED")
LATER = Deadline(date(2027, 1, 29), date(2027, 1, 27), "US-FED")
UNPAID, LEFT = "leaderboard_payout_unpaid_awards", "leaderboard_payout_banking_days_left"


def metrics(*figures: Figures, now: datetime) -> tuple[float | None, float | None]:
    registry = CollectorRegistry()
    add_payout_metrics(registry, figures, to_ms(now))
    return registry.get_sample_value(UNPAID), registry.get_sample_value(LEFT)


@pytest.mark.parametrize(("day", "left"), [(1, 17), (17, 5), (24, 0), (28, -1), (30, -3)])
def test_banking_days_left_run_down_and_below_nothing(day: int, left: int) -> None:
    now = datetime(2026, 12, day, 12, tzinfo=UTC)

    assert metrics(Figures(3, "UTC", DEADLINE), now=now) == (3, left)


def test_the_day_is_that_of_the_campaign_s_zone() -> None:
    now = datetime(2026, 12, 22, 23, tzinfo=UTC)

    assert metrics(Figures(1, "Asia/Tokyo", DEADLINE), now=now) == (1, 1)
    assert metrics(Figures(1, "America/Los_Angeles", DEADLINE), now=now) == (1, 2)


def test_the_most_urgent_campaign_is_told_and_all_awards_are_summed() -> None:
    figures = [Figures(3, "UTC", LATER), Figures(4, "UTC", DEADLINE), Figures(5, "UTC", None)]

    assert metrics(*figures, now=datetime(2026, 12, 22, tzinfo=UTC)) == (12, 2)


def test_what_is_paid_is_no_longer_urgent() -> None:
    figures = [Figures(0, "UTC", DEADLINE), Figures(2, "UTC", LATER)]

    assert metrics(*figures, now=datetime(2027, 1, 25, tzinfo=UTC)) == (2, 2)
    assert metrics(figures[0], now=datetime(2027, 1, 25, tzinfo=UTC)) == (0, None)


async def test_the_service_tells_them_to_anyone_and_names_nobody(service: Service) -> None:
    today = datetime.fromtimestamp(await service.store.now_ms() / 1000, UTC).date()
    send_by = banking_day_after(today, 7, "US-FED")
    deadline = Deadline(send_by + timedelta(days=7), send_by, "US-FED")
    await service.store.reminders.show("apollo-test", Figures(12, "UTC", deadline))
    answer = await service.ask("GET", "/metrics", token="")

    lines = answer.body.decode().splitlines()
    assert f"{UNPAID} 12.0" in lines
    assert f"{LEFT} 7.0" in lines
    assert b"apollo" not in answer.body
