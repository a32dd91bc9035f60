"""Awards while a campaign runs: worked out again when something has changed that they hang on. Certifies nothing.

They are provisional, and a few seconds behind the standings. From the certification on the result's stand in their
place, for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import datetime
from time import monotonic
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct

from leaderboard.domain.awards import CannotAward, Contender, provisional_awards
from leaderboard.domain.campaigns import Definition, State
from leaderboard.domain.comparing import Values
from leaderboard.domain.listed_awards import ListedAward, awards_of
from leaderboard.domain.standings import Row
from leaderboard.domain.times import to_ms
from leaderboard.store.awards import Given
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import Campaign
from leaderboard.store.judge import Case
from leaderboard.store.store import Store

log = logging.getLogger(__name__)

# However many campaigns and accounts there are, working out is not to take more than a tenth of the time.
REST_FACTOR: Final = 9
# After so long at a time the other campaigns wait for their turn.
TURN_S: Final = 1.0

_PROVISIONAL: Final[tuple[State, ...]] = ("live", "closing", "review")


class _Source(NamedTuple):
    """What awards hang on; while it is the same they are."""

    life: int
    definition: str
    settings: int
    standings: int
    values_ms: int


class Awarding:
    """Of all campaigns of a store. Whoever begins anew works all out once."""

    def __init__(self, store: Store, rest_factor: float = REST_FACTOR) -> None:
        self._store = store
        self._rest_factor = rest_factor
        self._known: dict[str, _Source] = {}
        self._looked_s: dict[str, float] = {}
        self._rest_until_s = 0.0

    async def step(self) -> list[str]:
        """Works out what has changed; the campaigns whose awards are others, or may be."""
        if monotonic() < self._rest_until_s:
            return []
        began_s, done = monotonic(), list[str]()
        try:
            await self._store.directory.refresh()
            for name in self._names():
                if await self._work_out(name):
                    done.append(name)
                if monotonic() - began_s > TURN_S:
                    break
        finally:
            self._rest_until_s = monotonic() + self._rest_factor * (monotonic() - began_s)
        return done

    def _names(self) -> list[str]:
        """Those that have provisional awards, the one first that was not looked at for longest."""
        campaigns = self._store.directory.campaigns
        names = [name for name, campaign in campaigns.items() if campaign.life.state in _PROVISIONAL]
        return sorted(names, key=lambda name: self._looked_s.get(name, 0.0))

    async def _work_out(self, name: str) -> bool:
        """A failure is logged and tried again; what cannot be worked out, only when something has changed."""
        self._looked_s[name] = monotonic()
        campaign = self._store.directory.campaigns[name]
        source = await self._source(campaign)
        if source == self._known.get(name):
            return False
        try:
            await work_out(self._store, campaign)
        except CannotAward as error:
            log.warning("the awards of %s cannot be worked out: %s", name, error)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("the awards of %s could not be worked out", name)
            return False
        self._known[name] = source
        return True

    async def _source(self, campaign: Campaign) -> _Source:
        name, place = campaign.definition.id, self._store.directory.place
        version = await self._store.standings.version(name)
        values_ms = await self._store.metric_values.as_of_ms(name)
        return _Source(campaign.life.version, campaign.hash, place, version, values_ms)


async def work_out(store: Store, campaign: Campaign) -> None:
    """Stores the awards as things are; CannotAward says what is missing, and leaves those that stand."""
    definition, at_ms = campaign.definition, await store.now_ms()
    gathered = Gathered(definition)
    async for rows in store.standings.in_parts(definition.id):
        cases = await store.judge.cases(definition.id, rows)
        for row in rows:
            gathered.add(row, cases[row.account_id])
        await asyncio.sleep(0)
    # In a thread, since a hundred thousand take a while, and others are to have their turn meanwhile.
    await store.awards.replace(definition.id, await asyncio.to_thread(gathered.awards), at_ms)


class Gathered:
    """Who may win what, and the metrics of all of them. An account that comes twice counts as it came last."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._metrics = {award.id: award.metrics for award in definition.awards}
        self._eligible: dict[str, dict[str, Contender]] = {award.id: {} for award in definition.awards}
        self._values: dict[str, Values] = {}

    def add(self, row: Row, case: Case) -> None:
        for award, metrics in self._metrics.items():
            # What an account is paid by may not be known yet: until then it takes no part.
            if metrics <= case.values.keys() and case.qualifies(award):
                self._eligible[award][row.account_id] = Contender(row.account_id, row.score, row.reached_ms)
                self._values[row.account_id] = case.values

    def awards(self) -> dict[str, list[Given]]:
        """Account → what it gets."""
        eligible = {award: tuple(found.values()) for award, found in self._eligible.items()}
        by_account: dict[str, list[Given]] = defaultdict(list)
        for one in provisional_awards(self._definition, eligible, self._values):
            by_account[one.account].append(Given(one.award, one.place, one.amount.minor))
        return by_account


class _Result(Struct):
    version: int
    certified_at: Annotated[datetime, Meta(tz=True)]
    awards: list[ListedAward]


class _File(Struct):
    result: _Result


async def keep_certified(store: Store, name: str, content: bytes) -> None:
    """Stores the awards of a result, where they do not stand yet: it was just made, or the store is a restored one."""
    result = msgspec.json.decode(content, type=_File).result
    if (await store.awards.read(name)).result >= result.version:
        return
    by_account: dict[str, list[Given]] = defaultdict(list)
    for one in awards_of(result.awards):
        by_account[one.account].append(Given(one.award, one.place, one.amount.minor))
    await store.awards.replace(name, by_account, to_ms(result.certified_at), result.version)
