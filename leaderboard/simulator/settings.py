"""What a service has to know of a made-up campaign before its events come: agencies, accounts, hosts, enrolments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leaderboard.simulator.campaigns import Campaign


def settings_of(campaign: Campaign, enrolled_in: str | None) -> dict[str, Any]:
    """What `leaderboard settings apply` reads."""
    accounts, schedules = campaign.traffic.accounts, campaign.schedules()
    settings: dict[str, Any] = {
        "agencies": {one.agency: {"name": one.agency.capitalize(), "country": "US"} for one in accounts},
        "accounts": {
            one.id: {
                "agency_id": one.agency,
                "name": f"Shop {one.id.removeprefix('acc-')}",
                "kind": "partner",
                "country": "US",
                "attributes": {"category": one.category} if one.says_category else {},
            }
            for one in accounts
        },
        "hosts": {
            account: {host: {"name": f"Host {host}"} for host in hosts}
            for account, hosts in schedules.items()
        },
    }
    if enrolled_in:
        settings["enrollments"] = {
            enrolled_in: {one.id: _enrollment(schedules.get(one.id, {})) for one in accounts}
        }
    return settings


def _enrollment(schedules: dict[str, list[tuple[int, int]]]) -> dict[str, Any]:
    return {
        "hosts": [
            {
                "host_id": host,
                "schedule": [{"start": _in_words(begin), "end": _in_words(end)} for begin, end in slots],
            }
            for host, slots in schedules.items()
        ]
    }


def _in_words(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
