"""From when on a changed definition is to hold, and why, as a form says it. Whether it may, our API decides."""

from __future__ import annotations

from datetime import datetime

from leaderboard.domain.campaigns.windows import instant_ms
from leaderboard.web.pages.visit import Visit
from leaderboard.web.problems import invalid


def change_asked(visit: Visit, zone: str) -> dict[str, str]:
    """What is said to our API of a change; 422 names a field that was left out."""
    reason = visit.field("reason")
    if not reason:
        raise invalid("reason", "is required: people ask why the rules have changed")
    if visit.field("since") != "date":
        return {"from": "now", "reason": reason}
    return {"from": str(_moment_ms(visit.field("from"), zone)), "reason": reason}


def _moment_ms(text: str, zone: str) -> int:
    try:
        local = datetime.fromisoformat(text)
        return instant_ms(local.replace(tzinfo=None), zone)
    except (ValueError, OverflowError) as error:
        raise invalid("from", "is required: choose the day and the time from which on it holds") from error
