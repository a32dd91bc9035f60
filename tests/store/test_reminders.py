"""Reminders in the store: each is said once, whoever asks how often, and how payouts stand is shown."""

from __future__ import annotations

import asyncio
from datetime import date

from leaderboard.domain.reminders import Deadline, Figures
from leaderboard.store.reminders import Said
from leaderboard.store.store import Store

DEADLINE = Deadline(date(2026, 12, 29), date(2026, 12, 24), "US-FED")


async def test_of_many_who_ask_one_says_it(store: Store) -> None:
    asked = [store.reminders.say("spring", DEADLINE, "10", Said(number, "text")) for number in range(20)]
    told = await asyncio.gather(*asked)

    assert told.count(True) == 1
    assert await store.reminders.is_said("spring", DEADLINE, "10")
    assert len(await store.reminders.said("spring")) == 1


async def test_another_stage_deadline_or_campaign_is_said_by_itself(store: Store) -> None:
    later = Deadline(date(2026, 12, 30), date(2026, 12, 28), "US-FED")
    told = [
        await store.reminders.say(*asked, Said(at_ms, "text"))
        for at_ms, asked in enumerate(
            [
                ("spring", DEADLINE, "10"),
                ("spring", DEADLINE, "5"),
                ("spring", later, "10"),
                ("spring-2", DEADLINE, "10"),
            ]
        )
    ]

    assert told == [True] * 4
    assert [said.at_ms for said in await store.reminders.said("spring")] == [0, 1, 2]


async def test_figures_come_back_as_they_were_shown(store: Store) -> None:
    shown = {"a": Figures(3, "Asia/Tokyo", DEADLINE), "b": Figures(0, "UTC", None)}
    await store.reminders.show("a", Figures(9, "UTC", None))
    for campaign, figures in shown.items():
        await store.reminders.show(campaign, figures)

    assert await store.reminders.figures() == shown
