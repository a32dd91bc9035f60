"""Signing in by OpenID Connect as people do it: a button, another site's form, and back, past every policy of browsers.

The provider is one that we did not write, in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession
from playwright.async_api import expect

from leaderboard.config import Config, OpenId, Pages
from leaderboard.store.store import Store
from tests.browser.browsing import Browsing, Scheme
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.conftest import Service, serving

PEOPLE = (
    {"sub": "olga", "name": "Olga Open", "realm_access": {"roles": ["ops", "reviewers"]}},
    {"sub": "nemo", "name": "Nemo Nobody", "realm_access": {"roles": []}},
)


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    """Where the provider is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    people = [text for person in PEOPLE for text in ("--user-claims", json.dumps(person))]
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "oidc_provider_mock",
            "--port",
            str(port),
            "--require-nonce",
            "true",
            *people,
        ),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _answers(f"{url}/.well-known/openid-configuration")
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _answers(url: str) -> None:
    async with ClientSession() as session:
        for _ in range(300):
            try:
                async with session.get(url) as response:
                    assert response.status == 200
                    return
            except ClientConnectionError:
                await asyncio.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture
async def service(store: Store, issuer: str, tmp_path: Path) -> AsyncIterator[Service]:
    (tmp_path / "secret").write_text("any", "utf-8")
    openid = OpenId(
        issuer=issuer,
        name="Example Login",
        client_id="leaderboard",
        client_secret_file=str(tmp_path / "secret"),
        role_claim="realm_access.roles",
        roles={"reviewers": "reviewer"},
    )
    async with serving(store, Config(pages=Pages(openid=openid))) as service:
        yield service


async def test_a_button_leads_to_the_provider_and_back_to_the_page_that_one_wanted(
    service: Service, browsing: Browsing, issuer: str
) -> None:
    browsing.forgive("request to elsewhere")
    browsing.forgive(f"console of {issuer}")
    browsing.forgive("ERR_NAME_NOT_RESOLVED")
    page = await browsing.open(service, "/me")

    await page.get_by_role("link", name="Sign in with Example Login").click()
    await page.get_by_role("button", name="olga").click()
    await page.wait_for_url(f"{service.url}/me")

    assert await page.get_by_role("heading", level=1).inner_text() == "Olga Open"
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert page.url == f"{service.url}/sign-in"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_who_has_no_role_reads_why_and_can_sign_in_otherwise(
    service: Service, browsing: Browsing, issuer: str, scheme: Scheme
) -> None:
    browsing.forgive("request to elsewhere")
    browsing.forgive(f"console of {issuer}")
    browsing.forgive("ERR_NAME_NOT_RESOLVED")
    browsing.forgive("status of 403")
    page = await browsing.open(service, "/sign-in", color_scheme=scheme)

    await page.get_by_role("link", name="Sign in with Example Login").click()
    await page.get_by_role("button", name="nemo").click()
    await page.get_by_role("alert").wait_for()

    assert "nobody has given you a role here" in await page.get_by_role("alert").inner_text()
    assert await axe(page) == []
    assert (await tab_through(page)).faults == []
    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []
