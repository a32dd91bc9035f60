"""The demo's own small client of the HTTP API: settings in, standings out. Events go through `feeder.py`."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from aiohttp import ClientError, ClientSession

from leaderboard.demo.campaign import CAMPAIGN_ID, DemoCampaign, account_setting, agency_setting, enrollment
from leaderboard.demo.world import Account, World

AT_ONCE = 8  # settings are saved one by one; a few at a time keep the start short
SHOWN = 12


class DemoError(Exception):
    """The demo cannot go on; the text is for the person who started it."""


class Client:
    """Speaks with one role's token."""

    def __init__(self, session: ClientSession, url: str, token: str) -> None:
        self._session, self._url = session, url
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    async def put(self, path: str, body: Any) -> None:
        await self._ask("PUT", path, orjson.dumps(body))

    async def put_toml(self, path: str, text: str) -> None:
        await self._ask("PUT", path, text.encode(), {"Content-Type": "application/toml"})

    async def post(self, path: str, body: Any) -> Any:
        return await self._ask("POST", path, orjson.dumps(body))

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path)

    async def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        try:
            async with self._session.request(
                method, self._url + path, data=body, headers=self._headers | (headers or {})
            ) as answer:
                content = await answer.read()
        except (ClientError, TimeoutError) as error:
            raise DemoError(f"{method} {path}: {error or type(error).__name__}") from error
        if answer.status >= 400:
            raise DemoError(f"{method} {path}: {answer.status} {content.decode(errors='replace')[:300]}")
        return orjson.loads(content) if content else None


async def put_settings(client: Client, world: World, campaign: DemoCampaign) -> None:
    """Agencies, accounts, hosts, the campaign, and who takes part in it."""
    for agency_id, name in world.agencies:
        await client.put(f"/v1/agencies/{agency_id}", agency_setting(name))
    await client.put_toml(f"/v1/campaigns/{CAMPAIGN_ID}", campaign.toml)
    places = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_put_account(client, places, account, campaign) for account in world.accounts))


async def _put_account(
    client: Client, places: asyncio.Semaphore, account: Account, campaign: DemoCampaign
) -> None:
    async with places:
        await client.put(f"/v1/accounts/{account.id}", account_setting(account))
        for host in account.hosts:
            if host.registered:
                await client.put(f"/v1/accounts/{account.id}/hosts/{host.id}", {"name": host.name})
        if account.enrolled:
            path = f"/v1/campaigns/{CAMPAIGN_ID}/enrollments/{account.id}"
            await client.put(path, enrollment(account, campaign))


async def issue_feed_token(client: Client) -> str:
    """The secret of a token that may only send events."""
    issued = await client.post("/v1/tokens", {"role": "ingest", "accounts": ["*"], "name": "demo feed"})
    return str(issued["secret"])


async def get_standings(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = await client.get(f"/v1/campaigns/{CAMPAIGN_ID}/standings?limit={SHOWN}")
    return answer


async def get_entry(client: Client, account_id: str) -> dict[str, Any]:
    """The line of one account in the standings."""
    path = f"/v1/campaigns/{CAMPAIGN_ID}/standings?around={account_id}&limit=1"
    entry: dict[str, Any] = (await client.get(path))["entries"][0]
    return entry


async def get_account(client: Client, account_id: str) -> dict[str, Any]:
    """Its details."""
    answer: dict[str, Any] = await client.get(f"/v1/campaigns/{CAMPAIGN_ID}/accounts/{account_id}")
    return answer


async def get_excluded(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = await client.get(f"/v1/campaigns/{CAMPAIGN_ID}/excluded?limit=0")
    return answer


async def wait_until_applied(client: Client, longest_s: float = 10.0) -> bool:
    """Waits for the inbox to be empty; False when it was not in time."""
    deadline = asyncio.get_running_loop().time() + longest_s
    while asyncio.get_running_loop().time() < deadline:
        status = await client.get("/v1/status")
        if status["inbox"]["pending"] == 0:
            return True
        await asyncio.sleep(0.1)
    return False
