"""The audit log as a page: what was done in words, what changed by it, filters, pages, and how to check it."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from leaderboard.store.enrollment_requests import Step as RequestStep
from leaderboard.store.payees import Step as PayeeStep
from leaderboard.store.rescorings import _VERBS
from leaderboard.store.settings import Kind
from leaderboard.web.pages.audit_log_changes import changes
from leaderboard.web.pages.audit_log_words import action_names
from leaderboard.web.words import words_of
from tests.conftest import Service
from tests.web.pages.visiting import Shown, sign_in

ROOT = Path(__file__).parents[3]
ENGLISH = words_of("en")
# As code writes it: `action="…"`, to `move` and to `note`, in a table of moves, and in the scripts of the store.
_WRITTEN = (
    r'action[:=]? ?=? ?"([a-z_]+\.[a-z_.]+)"',
    r'move\(\s*request, "([a-z_.]+)"',
    r'"(campaign\.(?:open|end))", ',
    r'\.id, "(payout\.\w+)"',
    r'"((?:decision|appeal|campaign)\.[a-z_.]+)"(?:,| if)',
    r' else "((?:decision|appeal)\.[a-z_.]+)"',
    r"log_audit\([^\n]*?'([a-z_]+\.[a-z_.]+)'",
)


def written_actions() -> set[str]:
    """The actions that stand whole in the code."""
    folders = ("leaderboard/store", "leaderboard/web", "leaderboard/cli", "workers")
    files = [file for one in folders for file in (ROOT / one).glob("*.py")]
    texts = [file.read_text("utf-8") for file in (*files, *(ROOT / "leaderboard/store/lua").glob("*.lua"))]
    return {found for text in texts for pattern in _WRITTEN for found in re.findall(pattern, text)}


def made_actions() -> set[str]:
    """The actions that code puts together."""
    return {
        *(f"{kind}.{end}" for kind, end in product(get_args(Kind), ("put", "remove"))),
        *(f"enrollment.{step}" for step in get_args(RequestStep)),
        *(f"payee.{step}" for step in get_args(PayeeStep)),
        *(f"rescoring.{verb}" for verb in _VERBS.values()),
    }


def test_every_action_has_words_and_nothing_else_has() -> None:
    written = written_actions()

    assert {"campaign.certify", "campaign.close", "payout.download", "ledger.fund", "appeal.put"} < written
    assert written | made_actions() == set(action_names(ENGLISH))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", "2", "3")]),
        (None, {"name": "North", "codes": []}, [("name", "", "North")]),
        ({"name": "North"}, None, [("name", "North", "")]),
        ({"on": False}, {"on": True}, [("on", "no", "yes")]),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}}, [("a.b 1.c", "1", "2")]),
        ({"codes": ["x"]}, {"codes": ["x", "y"]}, [("codes", "x", "x, y")]),
        ({"text": "a\nb\nc"}, {"text": "a\nx\nc"}, [("text", "b", "x")]),
        ("live", "closing", [("", "live", "closing")]),
        ({"at_ms": 1_700_000_000_000}, None, [("at_ms", "14 Nov 2023, 22:13\N{NO-BREAK SPACE}UTC", "")]),
        ({"a": 1}, {"a": 1}, []),
    ],
)
def test_only_what_differs_is_shown(before: Any, after: Any, found: list[tuple[str, str, str]]) -> None:
    assert [tuple(one) for one in changes(ENGLISH, before, after).items] == found


def test_many_differences_are_cut_and_counted() -> None:
    found = changes(ENGLISH, None, {f"f{n:03}": n + 1 for n in range(100)})

    assert (len(found.items), found.more, found.items[0].field) == (40, 60, "f000")


def heads(shown: Shown) -> list[str]:
    return [str(one) for one in shown.tree.xpath("//ol/li/h3/text()")]


async def test_a_decision_is_told_with_who_and_what_changed(service: Service) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    await service.ask("PUT", "/v1/agencies/north", {"name": "Far North", "country": "US"})
    visitor = await sign_in(service, role="reviewer", name="Rita")
    shown = await visitor.get("/audit-log?action=agency.put&subject=north")
    newest, oldest = shown.tree.xpath("//ol/li")

    assert heads(shown) == ["Agency saved", "Agency saved"]
    assert [one.text_content() for one in newest.xpath(".//dt")] == ["name"]
    assert " ".join(newest.xpath(".//dd")[0].text_content().split()) == "before: North → after: Far North"
    assert "US" in oldest.text_content()
    assert service.admin_token.split("_")[1] in newest.text_content()


async def test_it_can_be_read_by_who_decided(service: Service) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    actor = service.admin_token.split("_")[1]
    visitor = await sign_in(service, role="payout_approver")
    own, others = await visitor.get(f"/audit-log?actor={actor}"), await visitor.get("/audit-log?actor=test")

    assert heads(own) == ["Agency saved"]
    assert "Agency saved" not in heads(others)
    assert own.tree.xpath("//select[@id='actor']/option[@selected]/@value") == [actor]


async def test_older_ones_are_a_page_away_with_the_same_filter(service: Service) -> None:
    for number in range(53):
        await service.ask("PUT", f"/v1/agencies/a{number}", {"name": "North", "country": "US"})
    visitor = await sign_in(service, role="admin")
    first = await visitor.get("/audit-log?action=agency.put")
    (older,) = first.tree.xpath("//a[@class='button']/@href")
    second = await visitor.get(older)

    assert (len(heads(first)), len(heads(second))) == (50, 3)
    assert "action=agency.put" in older
    assert second.tree.xpath("//a[@class='button']") == []


async def test_the_newest_hash_is_there_with_how_to_check_it(service: Service) -> None:
    visitor = await sign_in(service, role="reviewer")
    shown = await visitor.get("/audit-log?action=host.put")
    head = await service.store.audit_log.head()

    assert "No such entry on this page." in shown.text
    assert f"leaderboard audit-log verify --head {head}" in shown.text


async def test_a_cursor_that_is_none_is_refused_in_words(service: Service) -> None:
    shown = await (await sign_in(service, role="reviewer")).get("/audit-log?cursor=x")

    assert shown.status == 422
