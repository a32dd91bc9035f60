"""`leaderboard demo --closed`: a programme that is over, filled at full speed, certified, and left to be paid."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from aiohttp import ClientSession, ClientTimeout

from leaderboard.demo import closing
from leaderboard.demo.campaign import CAMPAIGN_ID, DemoCampaign, apollo_now, closed_by_hand
from leaderboard.demo.client import Client, DemoError, issue_feed_token, put_settings, wait_until_applied
from leaderboard.demo.entrances import entrances, how_to_look, issue_people
from leaderboard.demo.feeder import Feeder
from leaderboard.demo.history import history
from leaderboard.demo.network import Network, Parcel
from leaderboard.demo.service import Service, running_service
from leaderboard.demo.show import REQUEST_TIMEOUT_S, Plan, Serve, now_ms
from leaderboard.demo.traffic import Traffic
from leaderboard.demo.world import World, make_world
from leaderboard.domain.money import format_minor, parse_minor

# So long ago was the evening that is sent. The window ended five days after it, and money is held back for seven more.
AGO_MS: Final = 14 * 86_400_000
EVENING_S: Final = 20.0
APPLIED_WITHIN_S: Final = 120.0
CHECK_S: Final = 1.0


async def perform_closed(plan: Plan, data: Path, out: TextIO, serve: Serve = running_service) -> None:
    """Until somebody ends it, or `plan.for_s` after the campaign is certified."""
    world, began_ms = make_world(plan.seed, plan.accounts), now_ms() - AGO_MS
    campaign = closed_by_hand(apollo_now(began_ms))
    tell(out, "MADE-UP DATA: starting the service on throw-away data ...")
    timeout = ClientTimeout(total=REQUEST_TIMEOUT_S)
    async with serve(data, plan.port) as service, ClientSession(timeout=timeout) as session:
        admin = Client(session, service.url, service.admin_token())
        await put_settings(admin, world, campaign)
        feeder = Feeder(session, service.url, await issue_feed_token(admin))
        await feeder.feed(_all_at_once(plan, world, campaign, began_ms), now_ms)
        if not await wait_until_applied(admin, APPLIED_WITHIN_S):
            raise DemoError(f"the events were not counted within {APPLIED_WITHIN_S:.0f} s")
        tell(out, f"{feeder.counts.accepted:,} made-up events are counted; closing, auditing, certifying ...")
        tokens = await issue_people(admin, data, world.accounts[0].agency_id)
        people = {person: Client(session, service.url, token.secret) for person, token in tokens.items()}
        await closing.certify(admin, (people["reviewer"], people["second-reviewer"]), data)
        awards = await closing.awards(admin)
        winners = sorted({award["account_id"] for award in awards})
        await closing.name_payees(people["preparer"], people["approver"], winners)
        tell(out, how_to_look(await entrances(admin, tokens), data))
        tell(out, how_to_pay(service.url, data, awards))
        await stay(service, plan.for_s)


def tell(out: TextIO, text: str) -> None:
    """A line, seen at once."""
    out.write(f"{text}\n")
    out.flush()


def _all_at_once(plan: Plan, world: World, campaign: DemoCampaign, began_ms: int) -> Iterator[Parcel]:
    """The days before and one evening, each parcel due long ago."""
    yield from (Parcel(0, beats) for beats in history(world, campaign))
    network = Network(plan.seed, campaign.starts_at_ms, world.accounts[0].id, garbles=False)
    for parcel in network.carry(Traffic(world, began_ms, plan.rate).ticks(EVENING_S)):
        yield Parcel(0, parcel.events)


async def stay(service: Service, for_s: float | None) -> None:
    """Until somebody ends it, or for so long; DemoError when the service is gone."""
    until_s = None if for_s is None else time.monotonic() + for_s
    while until_s is None or time.monotonic() < until_s:
        service.check()
        await asyncio.sleep(CHECK_S)


def how_to_pay(url: str, data: Path, awards: list[dict[str, Any]]) -> str:
    """What was certified, and the commands that pay it, for two people."""
    total = format_minor(sum(parse_minor(**award["amount"]) for award in awards), "USD")
    preparer, approver = (shlex.quote(str(data / f"{person}.token")) for person in ("preparer", "approver"))
    batch, winners = f"{CAMPAIGN_ID}-1", len({award["account_id"] for award in awards})
    return f"""\
{CAMPAIGN_ID} is certified: {len(awards)} awards, USD {total}, to {winners} made-up accounts with made-up bank details.
To pay it, in another terminal, as two people:
  export LEADERBOARD_URL={url}
  preparer=$(cat {preparer}) approver=$(cat {approver})
  LEADERBOARD_TOKEN=$preparer leaderboard payouts prepare {CAMPAIGN_ID}
  LEADERBOARD_TOKEN=$approver leaderboard payouts approve {batch}
  LEADERBOARD_TOKEN=$approver leaderboard payouts export {batch} --out {batch}.ach
  leaderboard verify {batch}.ach
  LEADERBOARD_TOKEN=$preparer leaderboard payouts reconcile {batch} --all-paid
  LEADERBOARD_TOKEN=$preparer leaderboard payouts ledger {CAMPAIGN_ID} --check
Each may be repeated, and pays nothing twice. Ctrl-C ends it.
"""
