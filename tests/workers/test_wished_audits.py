"""Audits that somebody asked for on a page: made by the scheduler, and told where they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard.domain.checkpoints import Wish
from tests.conftest import Service, view
from tests.workers.closing import campaign_of_two, how, send
from workers import wished_audits
from workers.scheduler import Recounting, Scheduler
from workers.wished_audits import WishedAudits


async def test_an_audit_that_was_asked_for_is_made_once(
    service: Service, apollo: Callable[..., str], tmp_path: Path
) -> None:
    await campaign_of_two(service, apollo())
    await send(service, tmp_path, [view(1), view(2)])
    await service.store.audits.ask("apollo-test", Wish(1, "k1"))
    scheduler = Scheduler(service.store, Recounting(tmp_path, id_memory_h=48, apart=False))

    made = [await scheduler.audit(), await scheduler.audit()]
    audited = await service.store.audits.last("apollo-test")

    assert made == [["apollo-test"], []]
    assert audited is not None
    assert (audited.last.events, audited.last.agrees) == (2, True)


async def test_one_that_cannot_be_made_says_why_and_is_not_tried_for_ever(
    service: Service, apollo: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wished_audits, "PATIENCE_S", 0.1)
    await campaign_of_two(service, apollo())
    await service.ask("POST", "/v1/events", {"events": [view(1)]})
    await service.store.audits.ask("apollo-test", Wish(1, "k1"))
    audits = WishedAudits(service.store, replace(how(tmp_path), wait_s=0.1))

    made = await audits.step()
    wish, failure = await service.store.audits.wished("apollo-test")

    assert (made, wish) == ([], None)
    assert failure is not None
    assert (failure.by, "archive" in failure.text or "workers" in failure.text) == ("k1", True)
