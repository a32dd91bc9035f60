"""What has to be asked to know whether standings show something else than before. Reads no row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from leaderboard.store import awards, keys
from leaderboard.store.client import Client, Command
from leaderboard.store.directory import Directory


class Sign(NamedTuple):
    """While it is the same, so are a campaign's standings, apart from what passes with time."""

    place: int
    version: bytes | None
    awards: tuple[bytes | None, ...]


async def take_pulse(
    client: Client, directory: Directory, campaigns: Collection[str]
) -> tuple[int, Mapping[str, Sign]]:
    """The store's time in ms and each campaign's sign, in one round trip; the directory learns what has changed."""
    commands: list[Command] = [("TIME",), directory.changes]
    for campaign in campaigns:
        commands.append(("HGET", keys.standings_version(campaign), "version"))
        commands.append(("HMGET", keys.awards(campaign), awards.AT_MS, awards.RESULT))
    (seconds, micros), changes, *found = await client.together(commands)
    await directory.absorb(changes)
    pairs = zip(campaigns, found[::2], found[1::2], strict=True)
    signs = {name: Sign(directory.place, version, tuple(given)) for name, version, given in pairs}
    return int(seconds) * 1000 + int(micros) // 1000, signs
