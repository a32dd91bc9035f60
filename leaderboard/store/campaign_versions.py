"""A campaign as it is stored, with the versions of its definition: those before, the one in force, and those to come.

Values only; `settings.py` keeps them.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace


class StoredVersion(Struct, frozen=True):
    """A definition in canonical form, from when on it is in force, and who saved it when and why.

    Version 1 is the one that the campaign started with: it needs no reason, and the audit log tells who saved it.
    """

    number: int
    from_ms: int
    at_ms: int
    actor: str
    reason: str
    definition: dict[str, Any]
    hash: str


class StoredCampaign(Struct, frozen=True, omit_defaults=True):
    """The definition in force in canonical form, its hash, and when the campaign was first saved.

    `versions`: all of them, the oldest first; none while there is only one. `version`: the number of the one in force.
    """

    definition: dict[str, Any]
    hash: str
    created_ms: int
    version: int = 1
    versions: tuple[StoredVersion, ...] = ()

    @property
    def newest_hash(self) -> str:
        """Of the newest version, whether its time has come or not."""
        return self.versions[-1].hash if self.versions else self.hash

    @property
    def newest_definition(self) -> dict[str, Any]:
        """Of the newest version."""
        return self.versions[-1].definition if self.versions else self.definition


def first_version(campaign: StoredCampaign, starts_at_ms: int) -> StoredVersion:
    """What a campaign without versions started with, as a version."""
    return StoredVersion(1, starts_at_ms, campaign.created_ms, "", "", campaign.definition, campaign.hash)


def in_force(campaign: StoredCampaign, at_ms: int) -> StoredCampaign:
    """The same with the last version in force whose time has come; the same value where that is so."""
    come = [one for one in campaign.versions if one.from_ms <= at_ms]
    if not come or come[-1].number <= campaign.version:
        return campaign
    last = come[-1]
    return replace(campaign, definition=last.definition, hash=last.hash, version=last.number)
