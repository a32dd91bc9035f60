"""The versions of a campaign's definition as they are shown: all of them, with the reason of each. Changes none."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from leaderboard.domain.times import rfc3339
from leaderboard.store.campaign_versions import StoredVersion
from leaderboard.store.directory import Campaign
from leaderboard.web.answers import Time

STAFF: Final = ("admin", "reviewer")


class VersionShown(Struct, rename={"from_": "from"}):
    """A version: `from` when on it is in force, `at` when it was saved, and the `reason` that was given.

    `by` is told to admins and reviewers; it and `reason` are null for the version that the campaign started with.
    """

    number: int
    from_: Time
    reason: str | None
    by: str | None
    at: Time
    definition_hash: str
    definition: dict[str, Any]
    in_force: bool


def versions_shown(campaign: Campaign, *, is_staff: bool) -> list[VersionShown]:
    """The oldest first; none while there is only the one that the campaign shows anyway."""
    return [_shown(one, campaign.version, is_staff=is_staff) for one in campaign.versions]


def _shown(version: StoredVersion, in_force: int, *, is_staff: bool) -> VersionShown:
    return VersionShown(
        number=version.number,
        from_=rfc3339(version.from_ms),
        reason=version.reason or None,
        by=(version.actor or None) if is_staff else None,
        at=rfc3339(version.at_ms),
        definition_hash=version.hash,
        definition=version.definition,
        in_force=version.number == in_force,
    )
