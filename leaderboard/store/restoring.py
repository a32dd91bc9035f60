"""Filling an empty store again: what was archived goes back into the inbox, in the order in which it was received.

An installation that is being filled has a format of its own, which every role refuses, until it is complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leaderboard.store import keys, settings_backup
from leaderboard.store.batches import FORMAT as BATCH_FORMAT
from leaderboard.store.client import Client, Command, mapping
from leaderboard.store.inbox import ARCHIVE_GROUP

REQUEST_ID: Final = "restored"
UNFINISHED: Final = "restoring"


@dataclass(frozen=True, slots=True)
class Again:
    """An entry on its way back. `first_id` is the id it had when it was received."""

    partition: int
    first_id: str
    events: int
    batch: bytes


async def what_is_there(client: Client) -> dict[str, str]:
    """The installation that a store has; empty where there is none."""
    found = mapping(await client.do("HGETALL", keys.INSTALLATION))
    return {name.decode(): value.decode() for name, value in found.items()}


async def keys_count(client: Client) -> int:
    """How many keys the store has."""
    return int(await client.do("DBSIZE"))


async def begin(client: Client, settings: Mapping[str, Mapping[str, Any]]) -> None:
    """Puts the settings back; until `complete` the installation can be used by nobody."""
    installation = settings[keys.INSTALLATION]
    unfinished = {**installation, "value": {**installation["value"], "format": UNFINISHED}}
    await settings_backup.put_back(client, {keys.INSTALLATION: unfinished})
    others = {name: key for name, key in settings.items() if name != keys.INSTALLATION}
    await settings_backup.put_back(client, others)


async def complete(client: Client, settings: Mapping[str, Mapping[str, Any]]) -> None:
    """Everything is there: the installation can be used."""
    await client.do("HSET", keys.INSTALLATION, "format", settings[keys.INSTALLATION]["value"]["format"])


async def follow_on(client: Client, through: Mapping[int, str]) -> None:
    """New entries get ids behind all that are archived, whatever the clock says. The streams exist and are empty."""
    for partition, entry_id in through.items():
        await client.do("XSETID", keys.inbox(partition), entry_id)


async def put_into_inbox(client: Client, entries: Sequence[Again]) -> None:
    """Entries at the end of the inbox, all or none. The archive has them already."""
    commands: list[Command] = []
    for entry in entries:
        fields = (
            "at",
            entry.first_id,
            "v",
            BATCH_FORMAT,
            "r",
            REQUEST_ID,
            "n",
            entry.events,
            "b",
            entry.batch,
        )
        commands.append(("XADD", keys.inbox(entry.partition), "*", *fields))
        commands.append(("HINCRBY", keys.progress(entry.partition), "accepted", entry.events))
    for partition in {entry.partition for entry in entries}:
        commands.append(("XGROUP", "SETID", keys.inbox(partition), ARCHIVE_GROUP, "$"))
    await client.together(commands, atomic=True)


def enrolled(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """campaign id → the accounts that are enrolled in it."""
    before = keys.enrollments("")
    return {
        name.removeprefix(before): list(key["value"])
        for name, key in settings.items()
        if name.startswith(before)
    }


def installation_of(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The installation in a snapshot; empty where there is none."""
    return dict(settings.get(keys.INSTALLATION, {"value": {}})["value"])
