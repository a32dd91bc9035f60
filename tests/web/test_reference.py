"""The reference as a page: complete, safe, and with commands that work as they stand."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from html.parser import HTMLParser

import pytest

from leaderboard.web.app import ENDPOINTS
from leaderboard.web.curl import commands
from leaderboard.web.endpoints import Endpoint
from leaderboard.web.openapi import tags_of
from leaderboard.web.problems import CODES
from tests.conftest import Service
from tests.web.asking import DOCUMENT, named

# The name of a thing that an example can only make up, what an admin's token may not do, and what takes a scheduler.
MADE_UP = {
    "DELETE /v1/tokens/{token}": 404,
    "POST /v1/tokens/{token}/link": 404,
    "DELETE /v1/tokens/{token}/sessions": 404,
    "POST /v1/buried/{id}/replay": 404,
    "POST /v1/campaigns/{campaign}/enrollments/{account}/request": 403,
    "GET /v1/campaigns/{campaign}/enrollments/{account}/request": 404,
    "DELETE /v1/campaigns/{campaign}/enrollments/{account}/request": 403,
    "POST /v1/campaigns/{campaign}/enrollments/{account}/approve": 404,
    "POST /v1/campaigns/{campaign}/enrollments/{account}/reject": 404,
    "GET /v1/campaigns/{campaign}/flags/{flag}": 404,
    "POST /v1/campaigns/{campaign}/flags/{flag}/decision": 403,
    "POST /v1/campaigns/{campaign}/flags/{flag}/appeal": 403,
    # It has not begun, and nobody has looked at it.
    "POST /v1/campaigns/{campaign}/checkpoints": 409,
    "GET /v1/campaigns/{campaign}/integrity": 404,
    "POST /v1/campaigns/{campaign}/rescorings": 403,
    "GET /v1/campaigns/{campaign}/rescorings/{rescoring}": 404,
    "POST /v1/campaigns/{campaign}/rescorings/{rescoring}/apply": 403,
    "POST /v1/campaigns/{campaign}/rescorings/{rescoring}/reverse": 403,
    "POST /v1/campaigns/{campaign}/rescorings/{rescoring}/cancel": 403,
    "POST /v1/campaigns/{campaign}/rescorings/{rescoring}/prepare": 403,
    "PUT /v1/accounts/{account}/payee": 403,
    "POST /v1/accounts/{account}/payee/confirm": 403,
    "POST /v1/accounts/{account}/payee/reject": 403,
    "PUT /v1/accounts/{account}/screening": 403,
    "PUT /v1/accounts/{account}/tax-form": 403,
    "PUT /v1/campaigns/{campaign}/disputes/{award}/{account}": 403,
    "DELETE /v1/campaigns/{campaign}/disputes/{award}/{account}": 403,
    # The page gives the campaign up before it pays anything.
    "POST /v1/campaigns/{campaign}/funding": 409,
    "POST /v1/campaigns/{campaign}/certify": 409,
    "GET /v1/campaigns/{campaign}/result": 404,
    "GET /v1/campaigns/{campaign}/payouts": 409,
    "POST /v1/campaigns/{campaign}/payouts": 403,
    "PUT /v1/campaigns/{campaign}/differences/{award}/{account}": 403,
    "GET /v1/payouts/{batch}": 404,
    "POST /v1/payouts/{batch}/approve": 403,
    "POST /v1/payouts/{batch}/void": 403,
    "POST /v1/payouts/{batch}/sent": 403,
    "GET /v1/payouts/{batch}/export": 403,
    "POST /v1/payouts/{batch}/reconcile": 403,
}

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


class Page(HTMLParser):
    """The elements of a page, and the text of its code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.commands: list[str] = []
        self._in_pre = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "pre":
            self._in_pre = True
            self.commands.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_pre = self._in_pre and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._in_pre:
            self.commands[-1] += data

    def attributes(self, name: str) -> list[str]:
        return [value for _, attrs in self.elements for key, value in attrs.items() if key == name and value]


async def docs(service: Service) -> tuple[Page, str]:
    answer = await service.ask("GET", "/docs", token="")
    assert answer.status == 200
    html = answer.body.decode()
    return Page(html), html


async def test_the_page_lists_every_endpoint_schema_and_code(service: Service) -> None:
    page, html = await docs(service)
    anchors = set(page.attributes("id"))

    operations = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert {operation["operationId"] for operation in operations} <= anchors
    assert {f"schema-{name}" for name in DOCUMENT["components"]["schemas"]} <= anchors
    assert all(f"<code>{code}</code>" in html for code in CODES)


async def test_every_link_of_the_page_leads_somewhere(service: Service) -> None:
    page, _ = await docs(service)
    anchors = page.attributes("id")
    links = page.attributes("href")

    assert len(anchors) == len(set(anchors))
    assert [link for link in links if link.startswith("#") and link[1:] not in anchors] == []
    for link in {link for link in links if not link.startswith("#")}:
        assert (await service.ask("GET", link, token="")).status == 200


async def test_the_page_needs_no_script_no_style_of_its_own_and_no_other_host(service: Service) -> None:
    page, html = await docs(service)
    tags = {tag for tag, _ in page.elements}

    assert tags.isdisjoint({"script", "style", "img", "iframe", "form", "base", "object"})
    assert not any(name == "style" or name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert re.findall(r'(?:href|src)="(?:https?:)?//', html) == []


async def test_the_page_allows_nothing_but_our_own_files(service: Service) -> None:
    headers = (await service.ask("GET", "/docs", token="")).headers
    policy = headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "text/html; charset=utf-8"


async def test_the_page_can_be_read_on_a_phone_and_by_keyboard(service: Service) -> None:
    page, _ = await docs(service)
    tags = [tag for tag, _ in page.elements]
    scrolling = [attrs for tag, attrs in page.elements if tag == "pre" or attrs.get("class") == "scroll"]

    assert any(attrs.get("name") == "viewport" for tag, attrs in page.elements if tag == "meta")
    assert [tags.count(one) for one in ("h1", "main", "nav")] == [1, 1, 1]
    # What scrolls sideways has to be reachable, and to have a name.
    assert all(attrs.get("tabindex") == "0" and attrs.get("aria-label") for attrs in scrolling)
    assert next(attrs for tag, attrs in page.elements if tag == "a")["href"] == "#content"


@needs_curl
async def test_the_commands_of_the_page_work_one_after_the_other(service: Service) -> None:
    page, _ = await docs(service)
    shown = [command.strip() for command in page.commands if command.startswith("curl")]
    outcomes = {command: await status_of(command, service) for command in shown}

    in_order = [(named(one), command.strip()) for one in in_order_of_page() for command in commands(one)]
    assert shown == [command for _, command in in_order]
    assert {
        name: outcomes[command]
        for name, command in in_order
        if outcomes[command] not in ((MADE_UP[name],) if name in MADE_UP else (200, 201, 202, 204))
    } == {}


@needs_curl
async def test_what_the_commands_send_shows_in_the_standings(service: Service) -> None:
    for endpoint in in_order_of_page():
        for command in commands(endpoint) if endpoint.body else ():
            await status_of(command, service)
    await service.count()
    answer = await service.ask("GET", "/v1/campaigns/example-week/standings")

    (entry,) = answer.json["entries"]
    # The two payments of the Events API have no order id and are the same: one order.
    assert (entry["account_id"], entry["score"], entry["orders"], entry["effective_s"]) == (
        "mayas-corner",
        3,
        2,
        30,
    )


def in_order_of_page() -> list[Endpoint]:
    return [one for tag in tags_of(ENDPOINTS) for one in ENDPOINTS if one.tag == tag]


async def status_of(command: str, service: Service) -> int:
    """What a command is answered, run in a shell as a reader would; a stream is left after some seconds."""
    quiet = 'curl() { command curl --max-time 5 -o /dev/null -w "%{http_code}" "$@"; }\n'
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        quiet + command,
        env=os.environ | {"LEADERBOARD_URL": service.url, "LEADERBOARD_TOKEN": service.admin_token},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return int(output)
