"""Pages and style sheets: escaped, cached for as long as they are the same, and never a file of the machine."""

from __future__ import annotations

import pytest

from leaderboard.web.pages.rendering import prose, static_url
from tests.conftest import Service
from tests.web.asking import refusal_of


async def test_a_style_sheet_has_an_address_that_changes_with_it(service: Service) -> None:
    url = static_url("reference.css")
    answer = await service.ask("GET", url, token="")

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "max-age=" in answer.headers["Cache-Control"]
    assert url.startswith("/static/reference.css?v=")


OUTSIDE = ["..%2fpages.py", "%2e%2e%2fpages.py", "..%2f..%2f..%2f..%2fetc%2fpasswd", "reference.html"]


@pytest.mark.parametrize("name", ["none.css", "%00", "reference.css%00", ".", *OUTSIDE])
async def test_there_is_nothing_else_to_be_had(service: Service, name: str) -> None:
    answer = await service.ask("GET", f"/static/{name}", token="")

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


def test_text_is_escaped_before_its_code_is_marked() -> None:
    assert prose("`<b>` & <script>`x`") == "<code>&lt;b&gt;</code> &amp; &lt;script&gt;<code>x</code>"
