"""Writes by an older version of a campaign than a fence asks for: nothing of such a write has happened."""

from __future__ import annotations

from redis.exceptions import ResponseError

_MARK = "STALE "


class StaleCampaign(RuntimeError):
    """The writer has not heard of a move of the campaign; it has to look at the settings and decide anew."""


def stale(error: Exception) -> StaleCampaign | None:
    """What a script's error says, where it is about this."""
    if isinstance(error, ResponseError) and (said := str(error)).startswith(_MARK):
        return StaleCampaign(f"campaign {said.removeprefix(_MARK)} has moved on; the write was refused")
    return None
