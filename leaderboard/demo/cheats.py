"""`leaderboard demo --cheats`: a programme that is over, with labelled cheats in it, left to be reviewed by hand.

The simulator makes the cheats, and the detectors find what they find: they are told of nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from aiohttp import ClientSession, ClientTimeout

from leaderboard.demo import closing
from leaderboard.demo.campaign import CAMPAIGN_ID, DAYS, DemoCampaign, apollo_now, closed_by_hand
from leaderboard.demo.cheats_told import Desk, case_of, how_to_decide, what_was_found
from leaderboard.demo.client import Client, DemoError, issue_feed_token, wait_until_applied
from leaderboard.demo.closed_show import AGO_MS, APPLIED_WITHIN_S, stay, tell
from leaderboard.demo.entrances import entrances, how_to_look, issue_people
from leaderboard.demo.feeder import Feeder
from leaderboard.demo.network import Parcel
from leaderboard.demo.service import running_service
from leaderboard.demo.show import REQUEST_TIMEOUT_S, Plan, Serve, now_ms
from leaderboard.demo.traffic import BATCH
from leaderboard.simulator.plan import PlanError
from leaderboard.simulator.settings import settings_of

if TYPE_CHECKING:
    from leaderboard.simulator.campaigns import Campaign

ATTACKS: Final = ("farm", "burst", "sabotage", "self_refund", "idle_static", "loop")
FLAGS: Final = f"{closing.CAMPAIGN}/flags?order=impact&limit=1000"

Item = dict[str, Any]


async def perform_cheats(plan: Plan, data: Path, out: TextIO, serve: Serve = running_service) -> None:
    """Until somebody ends it, or `plan.for_s` after the detectors have looked."""
    campaign = closed_by_hand(apollo_now(now_ms() - AGO_MS))
    made = _made(plan, campaign)
    tell(out, "MADE-UP DATA: starting the service on throw-away data ...")
    timeout = ClientTimeout(total=REQUEST_TIMEOUT_S)
    async with serve(data, plan.port) as service, ClientSession(timeout=timeout) as session:
        admin = Client(session, service.url, service.admin_token())
        await _put_settings(admin, settings_of(made, CAMPAIGN_ID), campaign)
        feeder = Feeder(session, service.url, await issue_feed_token(admin))
        await feeder.feed(_parcels(made), now_ms)
        if not await wait_until_applied(admin, APPLIED_WITHIN_S):
            raise DemoError(f"the events were not counted within {APPLIED_WITHIN_S:.0f} s")
        tell(out, f"{feeder.counts.accepted:,} made-up events are counted; closing, looking for cheats ...")
        await closing.close(admin)
        flags, labels = (await admin.get(FLAGS))["items"], made.labels()
        tell(out, what_was_found(labels, flags))
        case = case_of(flags, labels)
        people = await issue_people(admin, data, case.agency)
        tell(out, how_to_look(await entrances(admin, people), data))
        tell(out, how_to_decide(Desk(service.url, data, case, people["reviewer"].id)))
        await stay(service, plan.for_s)


def _made(plan: Plan, campaign: DemoCampaign) -> Campaign:
    from leaderboard.simulator.campaigns import CampaignPlan, make_campaign  # numpy: only where it is needed

    cast = CampaignPlan(accounts=plan.accounts, days=DAYS, attacks=ATTACKS, start_ms=campaign.starts_at_ms)
    try:
        return make_campaign(plan.seed, cast)
    except PlanError as error:
        raise DemoError(f"--{error}") from error


async def _put_settings(admin: Client, settings: Item, campaign: DemoCampaign) -> None:
    """Agencies, the campaign, accounts with their hosts, and who takes part in it."""
    for agency, setting in settings["agencies"].items():
        await admin.put(f"/v1/agencies/{agency}", setting)
    await admin.put_toml(closing.CAMPAIGN, campaign.toml)
    for account, setting in settings["accounts"].items():
        await admin.put(f"/v1/accounts/{account}", setting)
        for host, named in settings["hosts"].get(account, {}).items():
            await admin.put(f"/v1/accounts/{account}/hosts/{host}", named)
        enrollment = settings["enrollments"][CAMPAIGN_ID][account]
        await admin.put(f"{closing.CAMPAIGN}/enrollments/{account}", enrollment)


def _parcels(made: Campaign) -> Iterator[Parcel]:
    """All of it, due long ago."""
    events = made.events()
    while batch := list(islice(events, BATCH)):
        yield Parcel(0, batch)
