"""Live time of accounts: read whole, saved only where nobody else has saved it in between. Computes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec
from redis.exceptions import ResponseError

from leaderboard.domain.standings import Row
from leaderboard.store import keys
from leaderboard.store.client import Argument, Client, Command, mapping
from leaderboard.store.scripts import LIVE
from leaderboard.store.stale import stale

_encode: Final = msgspec.msgpack.Encoder().encode


class Place(NamedTuple):
    """An account in a campaign."""

    campaign: str
    account: str


@dataclass(frozen=True, slots=True)
class StoredTime:
    """`hosts`: the packed sessions of each. `promise` says by which promised slots `kept_ms` was measured."""

    version: int = 0
    effective_ms: int = 0
    kept_ms: int = 0
    promise: str = ""
    hosts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewTime:
    """What to save of a place that was read at `version`; of the hosts, those that changed.

    `campaign_version` is that of the campaign's life, by which it was worked out.
    """

    place: Place
    currency: str
    version: int
    effective_ms: int
    kept_ms: int
    promise: str
    hosts: Mapping[str, bytes]
    campaign_version: int = 0


class LiveTimes:
    """Every change has a version: who saves with an old one is told so, reads again and computes again."""

    def __init__(self, client: Client, partitions: int) -> None:
        self._client = client
        self._partitions = partitions

    async def read(self, places: Sequence[Place]) -> list[StoredTime]:
        """What is stored, in the order of the places."""
        commands: list[Command] = []
        for place in places:
            live, tally = self._keys(place)
            commands += [("HMGET", tally, "lv", "e", "k", "ls"), ("HGETALL", live)]
        # The version first: what is saved between the two reads makes the version an old one.
        answers = await self._client.together(commands)
        return [_stored(answers[at], answers[at + 1]) for at in range(0, len(answers), 2)]

    async def save(self, times: Sequence[NewTime]) -> list[Row | None]:
        """The rows that come of it; None where somebody else has saved since.

        StaleCampaign where a campaign has moved on since it was worked out; some of it may be saved.
        """
        by_partition: dict[int, list[int]] = defaultdict(list)
        for number, time in enumerate(times):
            by_partition[keys.partition_of(time.place.account, self._partitions)].append(number)
        calls = [
            ([keys.progress(partition)], [keys.tag(partition), *_arguments([times[n] for n in numbers])])
            for partition, numbers in by_partition.items()
        ]
        try:
            answers = await LIVE.together(self._client, calls)
        except ResponseError as error:
            raise stale(error) or error from error
        rows: list[Row | None] = [None] * len(times)
        for numbers, answer in zip(by_partition.values(), answers, strict=True):
            for number, sums in zip(numbers, answer, strict=True):
                rows[number] = Row(times[number].place.account, *sums) if sums else None
        return rows

    def _keys(self, place: Place) -> tuple[str, str]:
        partition = keys.partition_of(place.account, self._partitions)
        return keys.live(partition, *place), keys.tally(partition, *place)


def _arguments(times: Sequence[NewTime]) -> Iterator[Argument]:
    for time in times:
        yield "|".join(time.place)
        yield from (
            time.currency,
            time.version,
            time.effective_ms,
            time.kept_ms,
            time.promise,
            len(time.hosts),
        )
        for host, packed in time.hosts.items():
            yield host
            yield packed
    yield _encode(_campaigns(times))


def _campaigns(times: Sequence[NewTime]) -> list[tuple[str, int, int, str]]:
    """Of each campaign: its id, the version that was worked by, how many accounts, and one of them."""
    by_campaign: dict[tuple[str, int], list[str]] = defaultdict(list)
    for time in times:
        by_campaign[time.place.campaign, time.campaign_version].append(time.place.account)
    return [
        (campaign, version, len(accounts), accounts[0])
        for (campaign, version), accounts in by_campaign.items()
    ]


def _stored(totals: Sequence[bytes | None], flat: Sequence[bytes]) -> StoredTime:
    version, effective_ms, kept_ms = (int(value or 0) for value in totals[:3])
    hosts = {host.decode(): packed for host, packed in mapping(flat).items()}
    return StoredTime(version, effective_ms, kept_ms, (totals[3] or b"").decode(), hosts)
