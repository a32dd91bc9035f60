"""An Apollo that runs now: the packaged definition with another window, and the settings of the cast."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, time, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from leaderboard.demo.world import PAST_DAYS, Account, World
from leaderboard.domain.times import from_ms, rfc3339, to_ms

CAMPAIGN_ID = "apollo-demo"
TITLE = "Apollo (demo, made-up data)"
OPERATOR = "Demo operator (made up)"
DAYS = 14
NOTE = "# Made up for the demo: the rules of the file below, around today, with accounts that do not exist.\n"
EXAMPLE = "apollo-us-2022.toml"


class DemoCampaign(Struct, frozen=True):
    """`toml` is the whole definition; the first day is a local date of `zone`."""

    toml: str
    zone: str
    first_day: datetime

    @property
    def starts_at_ms(self) -> int:
        return self.local_ms(0, 0)

    @property
    def ends_at_ms(self) -> int:
        return self.local_ms(DAYS, 0)

    def local_ms(self, day: int, hour: int) -> int:
        """The instant of an hour, on the campaign's own clock."""
        local = datetime.combine(self.first_day.date() + timedelta(days=day), time(hour), ZoneInfo(self.zone))
        return to_ms(local)


def apollo_now(now_ms: int) -> DemoCampaign:
    """Two whole weeks of which nine days are over."""
    text = resources.files("leaderboard").joinpath("examples", EXAMPLE).read_text("utf-8")
    zone = tomllib.loads(text)["clock"]["zone"]
    today = from_ms(now_ms).astimezone(ZoneInfo(zone))
    first_day = datetime.combine(today.date() - timedelta(days=PAST_DAYS), time(), today.tzinfo)
    end = first_day.date() + timedelta(days=DAYS)
    for key, value in (
        ("id", f'"{CAMPAIGN_ID}"'),
        ("title", f'"{TITLE}"'),
        ("operator", f'"{OPERATOR}"'),
        ("start", f"{first_day.date()}T00:00:00"),
        ("end", f"{end}T00:00:00"),
    ):
        text = _replace_first(text, key, value)
    return DemoCampaign(NOTE + text, zone, first_day)


def only_counted(campaign: DemoCampaign) -> DemoCampaign:
    """The same, without detectors: every view that is sent counts, so that others can count them, too."""
    toml = campaign.toml.replace("\n[settlement]\n", '\n[integrity]\nmode = "off"\n\n[settlement]\n')
    if toml == campaign.toml:
        raise LookupError(f"{EXAMPLE} has no table [settlement]")
    return msgspec.structs.replace(campaign, toml=toml)


def closed_by_hand(campaign: DemoCampaign) -> DemoCampaign:
    """The same, open for what was recorded in its window however long ago that is."""
    toml, found = re.subn(
        r"^\[settlement\]$", '[settlement]\nclose = "manual"', campaign.toml, flags=re.MULTILINE
    )
    if not found:
        raise LookupError(f"{EXAMPLE} has no table [settlement]")
    return msgspec.structs.replace(campaign, toml=toml)


def without_hold(campaign: DemoCampaign) -> DemoCampaign:
    """The same, without the days in which refunds are waited for: whoever watches has no week."""
    text = re.sub(r',?\s*"settlement\.hold"', "", campaign.toml)
    text, found = re.subn(r"^hold(_from)? = .*\n", "", text, flags=re.MULTILINE)
    if not found:
        raise LookupError(f"{EXAMPLE} has no line `hold = …`")
    return msgspec.structs.replace(campaign, toml=text)


def _replace_first(text: str, key: str, value: str) -> str:
    """The packaged file stays as people wrote it; only one line changes."""
    changed, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
    if not found:
        raise LookupError(f"{EXAMPLE} has no line `{key} = …`")
    return changed


def agency_setting(name: str) -> dict[str, Any]:
    """The body of `PUT /v1/agencies/{agency}`."""
    return {"name": name, "country": "US"}


def account_setting(account: Account) -> dict[str, Any]:
    """The body of `PUT /v1/accounts/{account}`."""
    return {
        "agency_id": account.agency_id,
        "name": account.name,
        "kind": account.kind,
        "country": "US",
        "pixel_codes": [],
        "attributes": {},
    }


def enrollment(account: Account, campaign: DemoCampaign) -> dict[str, Any]:
    """The body of `PUT …/enrollments/{account}`: one host a day, in turn, at the host's own hour."""
    schedules: dict[str, list[dict[str, str]]] = {host.id: [] for host in account.hosts if host.registered}
    for host_id, start_ms, end_ms in promised(account, campaign):
        schedules[host_id].append({"start": rfc3339(start_ms), "end": rfc3339(end_ms)})
    return {"hosts": [{"host_id": host_id, "schedule": slots} for host_id, slots in schedules.items()]}


def promised(account: Account, campaign: DemoCampaign) -> list[tuple[str, int, int]]:
    """(host, start, end) of every promised slot, a day at a time."""
    hosts = [host for host in account.hosts if host.registered]
    slots = []
    for day in range(DAYS):
        host = hosts[day % len(hosts)]
        start_ms = campaign.local_ms(day, host.start_hour)
        end_ms = min(start_ms + account.slot_minutes * 60_000, campaign.ends_at_ms)
        slots.append((host.id, start_ms, end_ms))
    return slots


def enrolled(world: World) -> list[Account]:
    """Who takes part."""
    return [account for account in world.accounts if account.enrolled]
