"""What tests share: a real store, opened fresh for each test, and the whole service in one process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from hypothesis import HealthCheck, settings

from leaderboard.config import Config
from leaderboard.domain.identities import KEY_BYTES, keyed_hasher
from leaderboard.domain.signing import SigningKey
from leaderboard.domain.tokens import TokenRequest
from leaderboard.store.embedded import EmbeddedStore
from leaderboard.store.store import Store, open_store
from leaderboard.store.vault import KEY_BYTES as VAULT_KEY_BYTES
from leaderboard.store.vault import Vault
from leaderboard.web.app import create_app
from leaderboard.web.serving import Runner
from workers.ingest import IngestWorker, Pace

# A shared machine is slow at times, which is no fault of what is tested. And a change is blamed only for what it did:
# each run has the same examples, unless HYPOTHESIS_PROFILE=explore asks for others.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", parent=_PATIENT, derandomize=True)
settings.register_profile("explore", parent=_PATIENT)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

PARTITIONS = 3
KEY = b"k" * KEY_BYTES
VAULT = Vault([b"v" * VAULT_KEY_BYTES])
DEFAULTS = Config()
SIGNING_KEY = SigningKey(b"s" * KEY_BYTES)


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """A real server on throw-away data."""
    with tempfile.TemporaryDirectory() as directory:
        embedded = EmbeddedStore(Path(directory))
        yield embedded.start()
        embedded.stop()


@asynccontextmanager
async def fresh_store(url: str) -> AsyncIterator[Store]:
    """An empty store, opened as the service opens it."""
    async with open_store(url, partitions=PARTITIONS) as store:
        await store.client.do("FLUSHALL")
        await store.inbox.create()
        await store.directory.open()
        yield store


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with fresh_store(store_url) as store:
        yield store


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any


class Service:
    """The API behind a real port, and a worker that works when it is told to."""

    def __init__(self, url: str, store: Store, admin_token: str, session: ClientSession) -> None:
        self.url, self.store, self.admin_token, self.session = url, store, admin_token, session
        self.worker = IngestWorker(
            store, Pace(publish_interval_ms=0, takeover_after_ms=1_000, settings_interval_ms=0)
        )

    async def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        data: bytes | AsyncIterable[bytes] | None = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """A request as the admin, or with another `token` ("" sends none)."""
        sent = self.admin_token if token is None else token
        all_headers = ({"Authorization": f"Bearer {sent}"} if sent else {}) | (headers or {})
        request = self.session.request(
            method,
            self.url + path,
            json=json,
            # Large bytes have to come as a stream, or the client complains that they hold up its loop.
            data=BytesIO(data) if isinstance(data, bytes) else data,
            headers=all_headers,
            skip_auto_headers=["Accept-Encoding"],
        )
        async with request as response:
            # A stream of messages does not end, so it is known by how it begins.
            is_stream = response.content_type == "text/event-stream" and method != "HEAD"
            body = await (response.content.readuntil(b"\n\n") if is_stream else response.read())
            is_json = "json" in response.content_type and "ndjson" not in response.content_type
            document = await response.json(content_type=None) if body and is_json else None
            return Answer(response.status, response.headers, body, document)

    async def issue(self, **request: Any) -> str:
        """A token of a role, as its holder sends it."""
        _, text = await self.store.tokens.issue(TokenRequest(**request), "test", await self.store.now_ms())
        return text

    async def count(self) -> None:
        """Lets the worker do all there is to do."""
        while await self.worker.step(wait_ms=1):
            pass
        await self.worker.publish()


@asynccontextmanager
async def serving(store: Store, config: Config = DEFAULTS) -> AsyncIterator[Service]:
    """The API over a store, on a port of its own, with an admin's token."""
    runner = Runner(create_app(store, config, keyed_hasher(KEY), VAULT, SIGNING_KEY))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    _, token = await store.tokens.issue(TokenRequest(role="admin"), "test", await store.now_ms())
    async with ClientSession() as session:
        yield Service(f"http://127.0.0.1:{port}", store, token, session)
    await runner.cleanup()


@pytest.fixture
async def service(store: Store) -> AsyncIterator[Service]:
    async with serving(store) as service:
        yield service


@pytest.fixture(scope="session")
def apollo() -> Callable[..., str]:
    """The text of an Apollo definition with another id and window, closed by hand unless told."""
    source = Path("leaderboard/examples/apollo-us-2022.toml")
    text = (Path(__file__).parent.parent / source).read_text("utf-8")

    def make(
        campaign_id: str = "apollo-test",
        start: str = "2022-02-14T00:00:00",
        end: str = "2022-02-28T00:00:00",
        close: str = "manual",
    ) -> str:
        return (
            text.replace('id = "apollo-us-2022"', f'id = "{campaign_id}"')
            .replace("start = 2022-02-14T00:00:00", f"start = {start}")
            .replace("end = 2022-02-28T00:00:00", f"end = {end}")
            .replace("[settlement]\n", f'[settlement]\nclose = "{close}"\n')
        )

    return make


@pytest.fixture
async def apollo_service(service: Service, apollo: Callable[..., str]) -> Service:
    """The service with campaign `apollo-test` (14 to 28 February 2022, closed by hand) and accounts a1, a2, a3.

    a1 and a2 belong to agency north, a3 to agency south; all are enrolled.
    """
    await set_up_apollo(service, apollo())
    return service


async def set_up_apollo(service: Service, definition: str) -> None:
    """Agencies, campaign, accounts and enrolments, as `apollo_service` has them."""
    for agency in ("north", "south"):
        await service.ask("PUT", f"/v1/agencies/{agency}", {"name": agency.title(), "country": "US"})
    toml = {"Content-Type": "application/toml"}
    await service.ask("PUT", "/v1/campaigns/apollo-test", data=definition.encode(), headers=toml)
    for account, agency in (("a1", "north"), ("a2", "north"), ("a3", "south")):
        setting = {"agency_id": agency, "name": f"Account {account}", "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/{account}", setting)
        answer = await service.ask("PUT", f"/v1/campaigns/apollo-test/enrollments/{account}", {"hosts": []})
        assert answer.status == 201, answer.body


def view(number: int, account: str = "a1", visitor: str | None = None, **more: Any) -> dict[str, Any]:
    """A product view inside Apollo's window."""
    return {
        "type": "product_view",
        "id": f"view-{number}",
        "at": "2022-02-20T12:00:00Z",
        "account_id": account,
        "product_id": "p1",
        "visitor_id": visitor or f"visitor-{number}",
    } | more
