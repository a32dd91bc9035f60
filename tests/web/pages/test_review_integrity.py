"""The integrity report by pages: from all visitors to those that count, by detector and by account."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.domain.lifecycle import opened
from leaderboard.web.pages.review_integrity import by_detector, sums
from tests.conftest import Service, view
from tests.web.pages.visiting import sign_in
from tests.workers.closing import CAMPAIGN, campaign_of_two, how, move, send
from tests.workers.looking import find_a1
from workers.checkpointing import checkpoint

REPORT = f"/campaigns/{CAMPAIGN}/review/integrity"


@pytest.fixture
async def looked(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """Four visitors, one of them a program; of the other three one is estimated to be no person."""
    await campaign_of_two(service, apollo())
    await move(service, opened)
    views = [view(1), view(2), view(3, user_agent="curl/8.0"), view(4, account="a2")]
    await send(service, tmp_path, views)
    await checkpoint(service.store, CAMPAIGN, how(tmp_path), "t1", find_a1)
    await service.count()
    return service


def said(row: Any) -> str:
    """The cells of a row, with a space between."""
    return " ".join(" ".join(cell.text_content().split()) for cell in row.xpath(".//th | .//td"))


async def test_every_step_from_all_to_those_that_count_is_there(looked: Service) -> None:
    shown = await (await sign_in(looked, role="reviewer")).get(REPORT)
    steps = [said(row) for row in shown.tree.xpath("//table[@class='steps']//tr")]

    assert steps == [
        "Step Visitors",
        "All visitors 4",
        "− Crawlers −1",
        "Counted 3",
        "− Estimated to be no people −1",
        "Left 2",
    ]


async def test_each_detector_and_each_account_it_found_have_a_row(looked: Service) -> None:
    shown = await (await sign_in(looked, role="reviewer")).get(REPORT)
    _, detectors, accounts = shown.tree.xpath("//main//tbody")

    assert said(detectors) == "Visitors of one place, device or moment 1 1"
    assert accounts.xpath(".//a/text()") == ["a1"]
    assert "1 account is held." in shown.text


async def test_the_queue_tells_when_detectors_looked(looked: Service) -> None:
    shown = await (await sign_in(looked, role="reviewer")).get(f"/campaigns/{CAMPAIGN}/review")

    assert "They ask to hold 1 account." in shown.text


def test_sums_are_of_all_accounts() -> None:
    one = {"gross_uv": 5, "counted_uv": 3, "discounted_uv": 1, "net_uv": 2, "invalid_uv": {"crawler": 2}}
    found = sums([one, one, one | {"invalid_uv": {"prefetch": 9}}])

    assert (found.gross, found.counted, found.discounted, found.net) == (15, 9, 3, 6)
    assert list(found.invalid.items()) == [("prefetch", 9), ("crawler", 4)]


def test_what_was_dismissed_is_doubted_no_more() -> None:
    flags: list[dict[str, Any]] = [
        {"detector": "cells", "status": "open", "excess_uv": 3},
        {"detector": "cells", "status": "dismissed", "excess_uv": 50},
        {"detector": "fresh", "status": "upheld", "excess_uv": 7},
        {"rule": "refunds", "status": "open"},
    ]

    assert by_detector(flags, {"cells": 2, "fresh": 1, "idle": 4}) == [
        ("fresh", 1, 7),
        ("cells", 2, 3),
        ("idle", 4, 0),
    ]
