"""When a service is started again, and when there is no hope for it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.cli.processes import CannotStart
from leaderboard.cli.supervision import LONGEST_DELAY_S, Patience, Stage, Supervisor


class Fake:
    """A service that runs until it is told to end."""

    def __init__(self, name: str, story: list[str], refusal: str = "") -> None:
        self.name = name
        self._story = story
        self._refusal = refusal
        self._told = asyncio.Event()

    async def start(self) -> None:
        if self._refusal:
            raise CannotStart(self._refusal)
        self._story.append(f"{self.name} up")

    async def ended(self) -> int:
        await self._told.wait()
        self._story.append(f"{self.name} down")
        return 0

    def terminate(self) -> None:
        self._told.set()

    kill = terminate


def test_the_first_crash_is_mended_at_once_and_then_ever_more_slowly() -> None:
    patience = Patience()

    assert [patience.delay_s(-9, 10.0) for _ in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_a_minute_of_health_forgives_the_crashes_before() -> None:
    patience = Patience()
    delays_s = [patience.delay_s(-9, lived_s) for lived_s in (10.0, 10.0, 10.0, 60.0, 10.0)]

    assert delays_s == [0, 1, 2, 0, 1]


def test_what_never_stays_up_is_given_up_after_three_tries() -> None:
    patience = Patience()

    assert [patience.delay_s(1, 0.2) for _ in range(3)] == [0, 1, None]


def test_what_was_once_up_is_never_given_up() -> None:
    patience = Patience()
    patience.delay_s(1, 5.0)

    assert None not in [patience.delay_s(1, 0.2) for _ in range(20)]


@given(st.lists(st.tuples(st.integers(-15, 0), st.floats(0, 100))))
def test_kills_from_outside_are_never_a_reason_to_give_up(ends: list[tuple[int, float]]) -> None:
    patience = Patience()
    delays_s = [patience.delay_s(code, lived_s) for code, lived_s in ends]

    assert all(delay_s is not None and 0 <= delay_s <= LONGEST_DELAY_S for delay_s in delays_s)


async def test_stages_stop_in_the_reverse_of_their_start() -> None:
    story: list[str] = []
    supervisor = Supervisor([Stage([Fake("store", story)]), Stage([Fake("api", story)])])
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0.01)
    supervisor.request_stop()

    assert await running == 0
    assert story == ["store up", "api up", "api down", "store down"]


async def test_a_first_stage_that_refuses_keeps_the_others_from_starting() -> None:
    story: list[str] = []
    supervisor = Supervisor([Stage([Fake("store", story, "no disk")]), Stage([Fake("api", story)])])

    assert await supervisor.run() == 1
    assert supervisor.failure == "no disk"
    assert story == []


async def test_a_mistake_in_a_keeper_stops_everything_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Fake):
        async def ended(self) -> int:
            raise ZeroDivisionError

    story: list[str] = []
    supervisor = Supervisor([Stage([Fake("store", story)]), Stage([Broken("api", story)])])

    assert await supervisor.run() == 1
    assert "ZeroDivisionError" in str(supervisor.failure)
    assert "keeping api running failed" in caplog.text
    assert story[-1] == "store down"
