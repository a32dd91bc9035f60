"""Signing in as people do it, in a browser: with a token, on the way to a page."""

from __future__ import annotations

import pytest

from tests.browser.browsing import Browsing, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import Service


async def test_a_token_opens_the_page_that_one_was_sent_to(service: Service, browsing: Browsing) -> None:
    token = await service.issue(role="reviewer", name="Rita")
    page = await browsing.open(service, "/me", sign_in_as=token)

    assert page.url == f"{service.url}/me"
    assert await page.get_by_role("heading", level=1).inner_text() == "Rita"


async def test_a_token_that_is_none_is_refused_in_words(service: Service, browsing: Browsing) -> None:
    browsing.forgive("status of 401")

    with pytest.raises(AssertionError, match="This token is unknown, expired or revoked"):
        await browsing.open(service, "/me", sign_in_as="llb_nothing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_form(service: Service, browsing: Browsing, scheme: Scheme) -> None:
    page = await browsing.open(service, "/sign-in", color_scheme=scheme)

    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []
