"""What the person at the terminal is told, and when."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from leaderboard.cli.readiness import base_url, until_ready, welcome


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("board.example", "http://board.example:8080"),
    ],
)
def test_the_address_shown_can_be_opened_on_this_machine(host: str, url: str) -> None:
    assert base_url(host, 8080) == url


def test_the_block_says_where_the_token_lies_or_how_to_get_one(tmp_path: Path) -> None:
    without = welcome("http://h:1", tmp_path)
    (tmp_path / "admin.token").touch()

    assert "token issue" in without
    assert f"in {tmp_path / 'admin.token'}" in welcome("http://h:1", tmp_path)


async def test_a_service_is_ready_only_when_it_says_so(caplog: pytest.LogCaptureFixture) -> None:
    answers = [503, 503, 200]

    async def ready(_request: web.Request) -> web.Response:
        return web.Response(status=answers.pop(0))

    app = web.Application()
    app.router.add_get("/readyz", ready)
    async with TestServer(app) as server:
        await asyncio.wait_for(until_ready(str(server.make_url("")).rstrip("/"), patience_s=0.1), 5)

    assert answers == []
    assert caplog.text.count("not ready yet") == 1
    assert "answers 503" in caplog.text
