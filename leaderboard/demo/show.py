"""The demo from curtain to curtain: start, fill, feed, watch, sum up. Wiring of its neighbours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TextIO

from aiohttp import ClientSession, ClientTimeout
from msgspec import Struct

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.board import Board
from leaderboard.demo.campaign import DemoCampaign, apollo_now, closed_by_hand, without_hold
from leaderboard.demo.client import Client, issue_feed_token, put_settings, wait_until_applied
from leaderboard.demo.closing import name_payees
from leaderboard.demo.display import Display, display_for
from leaderboard.demo.entrances import entrances, how_to_look, issue_people
from leaderboard.demo.feeder import Counts, Feeder
from leaderboard.demo.history import history
from leaderboard.demo.labels import Circumstance, Role
from leaderboard.demo.network import Network, Parcel
from leaderboard.demo.past_views import past_views
from leaderboard.demo.service import Service, running_service
from leaderboard.demo.traffic import Traffic, audience_of
from leaderboard.demo.world import Account, World, make_world

REQUEST_TIMEOUT_S = 30.0
PLANTED: dict[Role, str] = {
    "farm": "buys views from a click farm",
    "idle": "hangs up a stream only to gather time",
    "recorded": "plays recordings",
    "merchant": "is a single merchant",
    "nearly": "starts ten seconds short of 14 hours",
    "absent": "does not keep its schedule",
    "fashion": "sells what is often sent back",
    "not_enrolled": "is not enrolled",
    "unregistered_host": "has a host who was never registered",
}
ODD: dict[Circumstance, str] = {
    "viral": "has a clip that goes viral",
    "raided": "is visited by the audience of another account",
    "mislabelled": "does not mark all of its paid traffic",
    "small_region": "has its visitors behind few addresses of one carrier",
    "venue": "fills halls with one address each",
    "new_market": "has visitors whom nobody else knows",
    "defective": "sells one product that often comes back",
    "sister": "shares its audience with an account of the same agency",
}
MOST_NAMED = 3  # of a kind; a large world has many

Serve = Callable[[Path, int], AbstractAsyncContextManager[Service]]


class Plan(Struct, frozen=True):
    """What was asked for. `for_s` None: until somebody ends it."""

    seed: int
    accounts: int
    rate: int
    port: int
    for_s: float | None


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def perform(plan: Plan, data: Path, out: TextIO, serve: Serve = running_service) -> None:
    """Cancelled while the feed runs, it still sums up; cancelled at another time, it only cleans up."""
    world, campaign = make_world(plan.seed, plan.accounts), without_hold(closed_by_hand(apollo_now(now_ms())))
    out.write("MADE-UP DATA: starting the service on throw-away data ...\n")
    out.flush()
    async with serve(data, plan.port) as service, _session() as session:
        client = Client(session, service.url, service.admin_token())
        await put_settings(client, world, campaign)
        feeder = Feeder(session, service.url, await issue_feed_token(client))
        out.write(f"{len(world.accounts)} made-up accounts compete at {service.url}\n\n")
        out.write(await _open_doors(client, session, world, service) + "\n")
        out.flush()
        with display_for(out) as display:
            board = Board(client, world, service.url, feeder.counts)
            await Performance(plan, world, campaign, feeder, board, display).play(service.check)
            clock = "final" if await wait_until_applied(client) else "final, but not all of it is counted yet"
            display.show(await board.look(now_ms(), clock, everything=True))
        verdicts = {account.id: await board.verdict(account) for account in planted(world)}
    out.write(summary(world, feeder.counts, verdicts))


async def _open_doors(admin: Client, session: ClientSession, world: World, service: Service) -> str:
    """People of every role with their links, and bank details of all who may win."""
    people = await issue_people(admin, service.data, _talked_of(world).agency_id)
    preparer, approver = (
        Client(session, service.url, people[person].secret) for person in ("preparer", "approver")
    )
    await name_payees(preparer, approver, [account.id for account in world.accounts if account.enrolled])
    return how_to_look(await entrances(admin, people), service.data)


def _talked_of(world: World) -> Account:
    """The account that is held for its refunds, where there is one: its agency has something to appeal against."""
    return next(iter(world.of_role("fashion")), world.accounts[0])


def _session() -> ClientSession:
    return ClientSession(timeout=ClientTimeout(total=REQUEST_TIMEOUT_S))


class Performance:
    """The part that people watch: the feed and the screen, side by side."""

    def __init__(
        self, plan: Plan, world: World, campaign: DemoCampaign, feeder: Feeder, board: Board, display: Display
    ) -> None:
        self._plan, self._world, self._campaign = plan, world, campaign
        self._feeder, self._board, self._display = feeder, board, display
        self._ends_ms: int | None = None

    async def play(self, check: Callable[[], None]) -> None:
        """Until the feed is over, or somebody ends it."""
        try:
            await _until_first(self._feed(), self._watch(check))
        except asyncio.CancelledError:
            # The wish to end is heard; what follows is the summary, which a second one may cut short.
            if task := asyncio.current_task():
                task.uncancel()

    async def _feed(self) -> None:
        """First the days that are over, at full speed; then what happens now, in its own time."""
        await self._feeder.feed((Parcel(0, events) for events in self._before()), now_ms)
        start_ms = now_ms()
        if self._plan.for_s is not None:
            self._ends_ms = start_ms + int(self._plan.for_s * 1000)
        await self._feeder.feed(self._parcels(start_ms), now_ms)

    def _before(self) -> Iterator[list[RawEvent]]:
        audience = audience_of(self._plan.rate)
        yield from past_views(self._world, self._campaign, audience)
        yield from history(self._world, self._campaign)

    def _parcels(self, start_ms: int) -> Iterator[Parcel]:
        clumsy = self._world.accounts[0].id
        network = Network(self._plan.seed, self._campaign.starts_at_ms, clumsy)
        return network.carry(Traffic(self._world, start_ms, self._plan.rate).ticks(self._plan.for_s))

    async def _watch(self, check: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(self._display.interval_s)
            check()
            self._display.show(await self._board.look(now_ms(), self._clock()))

    def _clock(self) -> str:
        if self._plan.for_s is None:
            return "Ctrl-C ends it"
        if self._ends_ms is None:
            return "sending the days before"
        return f"{max(0, self._ends_ms - now_ms()) // 1000} s left"


async def _until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Runs all until one is over or fails, and leaves none behind."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def planted(world: World) -> list[Account]:
    """Who has a role to play, in the order of the roles."""
    return [account for role in PLANTED for account in world.of_role(role)]


def summary(world: World, counts: Counts, verdicts: Mapping[str, str]) -> str:
    """What was sent, what was planted in it, and what became of that."""
    unanswered = counts.sent - counts.accepted - counts.rejected
    lines = [
        f"{counts.sent:,} made-up events sent: {counts.accepted:,} accepted, {counts.rejected:,} rejected, "
        f"{unanswered:,} without an answer; {counts.resent:,} requests were sent again.",
        "Planted on purpose, and what became of it:",
    ]
    for account in planted(world):
        lines += [f"  {account.name} {PLANTED[account.role]}", f"      {verdicts[account.id]}"]
    lines.append("Odd, but honest:")
    lines += [
        f"  {world.accounts[place].name} {words}"
        for circumstance, words in ODD.items()
        for place in world.places_in(circumstance)[:MOST_NAMED]
    ]
    return "\n".join(lines) + "\n"
