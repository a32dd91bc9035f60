"""What the tests of streams share: a client that reads messages, and keeps the page that they tell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse

from leaderboard.domain.standings import Row
from tests.conftest import Service

PATH = "/v1/campaigns/apollo-test/standings"
SOON_S = 3.0
PASSING = ("as_of", "lag_ms", "awards_as_of")


@dataclass
class Message:
    """One server-sent event; `data` of a comment is its text."""

    event: str
    data: Any
    id: str = ""


@dataclass
class Watcher:
    """Reads a stream as a client would; `page` is what `GET …/standings` would answer, by account."""

    response: ClientResponse
    last_id: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)

    async def next(self, event: str = "standings", within_s: float = SOON_S) -> Message:
        """The next message of a kind."""
        async with asyncio.timeout(within_s):
            while (message := await self._message()).event != event:
                pass
        return message

    async def until_it_ends(self, within_s: float = SOON_S) -> None:
        async with asyncio.timeout(within_s):
            while not self.response.content.at_eof():
                await self.response.content.readany()

    async def _message(self) -> Message:
        fields: dict[str, str] = {}
        while line := (await self.response.content.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        if "data" not in fields:
            return Message("comment" if "" in fields else "retry", fields.get("", ""))
        message = Message(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
        self.last_id = message.id or self.last_id
        self._apply(dict(message.data))
        return message

    def _apply(self, data: dict[str, Any]) -> None:
        if data.pop("whole", False):
            self.entries.clear()
        self.entries |= {one["account_id"]: one for one in data.pop("entries", [])}
        for one in data.pop("moved", []):
            self.entries[one["account_id"]] |= one
        for account in data.pop("gone", []):
            del self.entries[account]
        self.head |= data

    @property
    def page(self) -> dict[str, Any]:
        """Without what passes."""
        ranked = sorted(self.entries.values(), key=lambda one: one["rank"])
        return lasting(self.head) | {"entries": ranked}


def lasting(page: dict[str, Any]) -> dict[str, Any]:
    """A page without what passes while nothing changes."""
    return {name: value for name, value in page.items() if name not in (*PASSING, "version")}


@asynccontextmanager
async def watching(
    service: Service, query: str = "", token: str | None = None, last_id: str = "", path: str = PATH
) -> AsyncIterator[Watcher]:
    """An open stream."""
    headers = {"Authorization": f"Bearer {service.admin_token if token is None else token}"}
    headers |= {"Last-Event-ID": last_id} if last_id else {}
    async with service.session.get(f"{service.url}{path}/stream?{query}", headers=headers) as response:
        assert response.status == 200, await response.text()
        yield Watcher(response, last_id)


async def page(service: Service, query: str = "", token: str | None = None) -> dict[str, Any]:
    """What `GET …/standings` answers, without what passes."""
    return lasting((await service.ask("GET", f"{PATH}?{query}", token=token)).json)


async def publish(service: Service, *rows: Row) -> None:
    """Rows, judged and published as a worker does."""
    await service.store.directory.refresh()
    await service.store.judge.publish("apollo-test", rows, await service.store.now_ms())
