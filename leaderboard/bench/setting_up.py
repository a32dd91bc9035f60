"""Accounts and enrolments by the hundred thousand: put straight through the store, since HTTP would take minutes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, Final

import msgspec

from leaderboard.demo.campaign import CAMPAIGN_ID, DemoCampaign, account_setting
from leaderboard.demo.world import Account as MadeUp
from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import canonical, definition_hash, parse_toml
from leaderboard.domain.enrollments import Enrollment, HostSchedule, Slot
from leaderboard.domain.standings import Row
from leaderboard.store.campaign_versions import StoredCampaign
from leaderboard.store.client import Argument, Client, Command
from leaderboard.store.connection import open_client
from leaderboard.store.settings import Settings
from leaderboard.store.standings import Standings

AT_ONCE: Final = 2_000
ACTOR: Final = "bench"
PROBE: Final = "bench-probe"  # an account beside those of the traffic, for measuring how soon something shows
PROBE_HOST: Final = "bench-probe-host"


@asynccontextmanager
async def gathering(url: str) -> AsyncIterator[Client]:
    """A client that is fast with many small calls."""
    client = _GatheringClient(open_client(url))
    try:
        yield client
    finally:
        await client.close()


class _GatheringClient(Client):
    """What is asked at the same moment goes to the store in one round trip."""

    _waiting: list[tuple[Command, asyncio.Future[Any]]]

    async def do(self, *command: Argument) -> Any:
        loop = asyncio.get_running_loop()
        if not getattr(self, "_waiting", None):
            self._waiting = []
            self._sending = loop.create_task(self._send())
        answer = loop.create_future()
        self._waiting.append((command, answer))
        return await answer

    async def _send(self) -> None:
        sent, self._waiting = self._waiting, []
        try:
            answers = await self.together([command for command, _ in sent])
        except Exception as error:
            for _, future in sent:
                future.set_exception(error)
        else:
            for (_, future), answer in zip(sent, answers, strict=True):
                future.set_result(answer)


async def put_campaign(settings: Settings, campaign: DemoCampaign, now_ms: int) -> None:
    """Saves the campaign."""
    definition = parse_toml(campaign.toml)
    stored = StoredCampaign(canonical(definition), definition_hash(definition), now_ms)
    await settings.put_campaign(CAMPAIGN_ID, stored, ACTOR)


async def enroll_everybody(
    client: Client,
    accounts: Sequence[MadeUp],
    campaign: DemoCampaign,
    now_ms: int,
    slots: Sequence[tuple[int, int]] = (),
) -> None:
    """Saves the accounts and the probe, enrols them with their hosts, and shows them without a score.

    Every host promises the same `slots`.
    """
    accounts = [*accounts, _probe(accounts[0])]
    settings = Settings(client)
    for part in _parts(accounts):
        await _together(settings.put_account(one.id, _setting(one), ACTOR) for one in part)
        await _together(
            settings.enroll(
                CAMPAIGN_ID,
                one.id,
                _enrollment(one, slots),
                ACTOR,
                starts_at_ms=campaign.starts_at_ms,
                ends_at_ms=campaign.ends_at_ms,
            )
            for one in part
        )
    await Standings(client).publish(CAMPAIGN_ID, [Row(one.id, 0, 0, 0) for one in accounts], now_ms)


def _parts(accounts: Iterable[MadeUp]) -> Iterable[list[MadeUp]]:
    remaining = iter(accounts)
    return iter(lambda: list(islice(remaining, AT_ONCE)), [])


async def _together(calls: Iterable[Awaitable[object]]) -> None:
    await asyncio.gather(*calls)


def _setting(account: MadeUp) -> Account:
    return msgspec.convert(account_setting(account), Account)


def _probe(account: MadeUp) -> MadeUp:
    hosts = (msgspec.structs.replace(account.hosts[0], id=PROBE_HOST, registered=True),)
    return msgspec.structs.replace(account, id=PROBE, name="Bench probe", hosts=hosts)


def _enrollment(account: MadeUp, slots: Sequence[tuple[int, int]]) -> Enrollment:
    schedule = [Slot(start, end) for start, end in slots]
    return Enrollment([HostSchedule(host.id, schedule) for host in account.hosts if host.registered])
