"""Live time in the ingest worker: heartbeats that count become effective and kept time of their accounts.

What is stored is read, the heartbeats are added, and the result is saved if nobody else has saved meanwhile; if
somebody has, it is read again. Adding again changes nothing, so all of it may be done twice.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leaderboard.domain.counted_work import AccountWork
from leaderboard.domain.live_beats import Beat, LiveRules, beat_of
from leaderboard.domain.live_time import AccountTime
from leaderboard.domain.standings import Row
from leaderboard.store.live_times import NewTime, Place, StoredTime
from leaderboard.store.promises import Promise
from leaderboard.store.store import Store
from leaderboard.store.tallies import Uncounted

ACCOUNTS_CACHED: Final = 20_000  # of a few kilobytes each
PLACES_PER_CALL: Final = 100

Beats = Mapping[Place, Sequence[tuple[str, str, Beat]]]
Rows = dict[str, dict[str, Row]]


@dataclass(slots=True)
class _Known:
    """An account's time as last read or saved at `version`, measured by the slots of `promise` and in `window`."""

    version: int
    promise: str
    window: tuple[int, int]
    effective_ms: int
    kept_ms: int
    time: AccountTime


class LiveCounting:
    """One worker's view of live time; it remembers what it has read for as long as that is the newest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[Place, _Known] = OrderedDict()

    async def count(self, work: Sequence[AccountWork], uncounted: Sequence[Uncounted]) -> Rows:
        """Adds the heartbeats of the work, without those that do not count after all; the rows that changed."""
        # The versions by which it was decided what counts, not those that somebody has heard of meanwhile.
        versions = {campaign.id: campaign.version for one in work for campaign in one.campaigns}
        return await self._count(beats_of(work, uncounted), versions)

    async def measure_again(self, campaign: str, accounts: Collection[str]) -> Rows:
        """Brings kept time in line with promises that may have changed; the rows of those that have."""
        places = [Place(campaign, account) for account in accounts]
        promises = await self._promises(places)
        stored = await self._store.live_times.read(places)
        version = self._store.directory.campaigns[campaign].counted.version
        moved = {
            place: ()
            for place, time in zip(places, stored, strict=True)
            if time.hosts and time.promise != promises[place].stamp
        }
        return await self._count(moved, {campaign: version})

    async def _count(self, beats: Beats, versions: Mapping[str, int]) -> Rows:
        rows: Rows = defaultdict(dict)
        waiting = list(beats)
        while waiting:
            batch, waiting = waiting[:PLACES_PER_CALL], waiting[PLACES_PER_CALL:]
            waiting += await self._count_some({place: beats[place] for place in batch}, versions, rows)
        return rows

    async def _count_some(self, beats: Beats, versions: Mapping[str, int], rows: Rows) -> list[Place]:
        """The places that somebody else has saved meanwhile: they have to be done again."""
        promises = await self._promises(beats)
        await self._read(
            {place: promises[place] for place in beats if not self._knows(place, promises[place])}
        )
        changes = [self._add(place, added, versions[place.campaign]) for place, added in beats.items()]
        return await self._save(changes, rows)

    def _knows(self, place: Place, promise: Promise) -> bool:
        known = self._known.get(place)
        if known is None or known.promise != promise.stamp or known.window != self._window(place):
            return False
        self._known.move_to_end(place)  # so that making room does not take it away
        return True

    def _window(self, place: Place) -> tuple[int, int]:
        window = self._store.directory.campaigns[place.campaign].counted.window
        return window.starts_at_ms, window.ends_at_ms

    async def _promises(self, places: Iterable[Place]) -> dict[Place, Promise]:
        by_campaign: dict[str, list[str]] = defaultdict(list)
        for campaign, account in places:
            by_campaign[campaign].append(account)
        return {
            Place(campaign, account): promise
            for campaign, accounts in by_campaign.items()
            for account, promise in (await self._store.directory.promises(campaign, accounts)).items()
        }

    async def _read(self, promises: Mapping[Place, Promise]) -> None:
        if not promises:
            return
        while len(self._known) + len(promises) > ACCOUNTS_CACHED and self._known:
            self._known.popitem(last=False)
        for place, stored in zip(promises, await self._store.live_times.read(list(promises)), strict=True):
            self._known[place] = self._opened(place, stored, promises[place])

    def _opened(self, place: Place, stored: StoredTime, promise: Promise) -> _Known:
        campaign = self._store.directory.campaigns[place.campaign]
        window = self._window(place)
        time = AccountTime(LiveRules.of(campaign.definition.live), window, promise.slots)
        for host, packed in stored.hosts.items():
            time.load(host, packed)
        totals = stored.effective_ms, stored.kept_ms
        # What was measured by other slots says nothing of these.
        totals = totals if stored.promise == promise.stamp else time.total()
        return _Known(stored.version, promise.stamp, window, *totals, time)

    def _add(self, place: Place, beats: Sequence[tuple[str, str, Beat]], campaign_version: int) -> NewTime:
        known = self._known[place]
        effective_ms, kept_ms = known.time.add_all(beats)
        known.effective_ms += effective_ms
        known.kept_ms += kept_ms
        currency = self._store.directory.campaigns[place.campaign].counted.currency
        packed = {host: known.time.pack(host) for host in {host for host, _, _ in beats}}
        totals = known.effective_ms, known.kept_ms
        return NewTime(place, currency, known.version, *totals, known.promise, packed, campaign_version)

    async def _save(self, changes: Sequence[NewTime], rows: Rows) -> list[Place]:
        again = []
        # Until it is saved it is not known: a failure in between must not leave more behind than is stored.
        taken = {change.place: self._known.pop(change.place) for change in changes}
        for change, row in zip(changes, await self._store.live_times.save(changes), strict=True):
            if row is None:
                again.append(change.place)
                continue
            known = taken[change.place]
            known.version += 1
            self._known[change.place] = known
            rows[change.place.campaign][change.place.account] = row
        return again


def beats_of(work: Sequence[AccountWork], uncounted: Sequence[Uncounted]) -> Beats:
    """The heartbeats that count, by place: host, live session and what it says."""
    lost = {(id(one.work), one.number) for one in uncounted if one.kind == "light"}
    beats: dict[Place, list[tuple[str, str, Beat]]] = defaultdict(list)
    for one in work:
        places = [Place(campaign.id, one.account) for campaign in one.campaigns]
        for number, mask, event in one.beats:
            if (id(one), number) in lost:
                continue
            said = (event.host_id, event.live_session_id, beat_of(event))
            for bit, place in enumerate(places):
                if mask >> bit & 1:
                    beats[place].append(said)
    return beats
