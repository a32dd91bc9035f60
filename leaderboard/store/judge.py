"""Has rows judged: gathers what the rules look at, and publishes rows with their judgement. The rules are elsewhere.

A judgement is made as of a place in the settings' changes and a time of the archive's values. Both are noted before
the inputs are read, so what is judged may know more than it says, and never less.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from leaderboard.domain.accounts import History
from leaderboard.domain.adjustments import adjusted
from leaderboard.domain.comparing import Facts, Values
from leaderboard.domain.demands import Demand, demands_of
from leaderboard.domain.judging import (
    NO_RULINGS,
    Phase,
    Rules,
    Rulings,
    Verdict,
    facts_by_phase,
    instants,
    ranking_award,
    reviewed,
    rules_of,
)
from leaderboard.domain.live_metrics import live_values, not_live
from leaderboard.domain.live_time import promised_ms
from leaderboard.domain.reviews import NO_REVIEW, Review
from leaderboard.domain.standings import Row
from leaderboard.store.directory import Campaign, Directory
from leaderboard.store.metric_values import MetricValues
from leaderboard.store.promises import Promise
from leaderboard.store.stale import StaleCampaign
from leaderboard.store.standings import AsOf, Published, Standings

ROWS_PER_TURN: Final = 500
PLACES_CACHED: Final = 500_000
TRIES: Final = 10

Archived = Mapping[str, Values]


class _Source(NamedTuple):
    """What the directory says of an account in a campaign. What changes there comes as another object."""

    campaign: Campaign
    history: History
    promise: Promise
    enrolled_ms: int
    rulings: Rulings
    review: Review

    def is_still(self, other: _Source) -> bool:
        """Whether nothing has changed, without looking into it."""
        is_same = self.campaign is other.campaign and self.history is other.history
        is_same = is_same and self.promise is other.promise and self.rulings is other.rulings
        is_same = is_same and self.review is other.review
        return is_same and self.enrolled_ms == other.enrolled_ms


class _Place(NamedTuple):
    """What rules look at besides counts, of an account in a campaign."""

    source: _Source
    facts: Mapping[Phase, Facts]
    promised_ms: int


class Case(NamedTuple):
    """An account with its metrics and all else that the rules look at, ready to be judged for any award."""

    values: Values
    place: _Place
    rules: Mapping[str, Rules]

    def verdict(self, award: str) -> Verdict:
        source = self.place.source
        return reviewed(self.rules[award].judge(self.values, self.place.facts, source.rulings), source.review)

    def demands(self, award: str) -> list[Demand]:
        """Every condition of an award, also those that are met."""
        return demands_of(self.rules[award], self.values, self.place.facts, self.place.source.rulings)

    def qualifies(self, award: str) -> bool:
        """The verdict's `eligible` alone, which is much faster."""
        if self.place.source.review.disqualified:
            return False
        return self.rules[award].is_eligible(self.values, self.place.facts, self.place.source.rulings)


class Judged(NamedTuple):
    """Rows with `eligible` and `promised_ms` filled in, and as of when."""

    rows: list[Row]
    as_of: AsOf


class Judge:
    """Keeps what it has worked out of an account's settings until they change.

    `publishes_final`: also rows of certified campaigns, which only a store that is being restored has not yet.
    """

    def __init__(self, directory: Directory, standings: Standings, metric_values: MetricValues) -> None:
        self._directory = directory
        self._standings = standings
        self._metric_values = metric_values
        self.publishes_final = False
        self._places: dict[tuple[str, str], _Place] = {}
        self._archived: dict[str, tuple[int, dict[str, Values]]] = {}

    async def publish(self, campaign: str, rows: Iterable[Row], now_ms: int) -> int:
        """Judges rows and publishes them; how many were news. The directory must know all that concerns them.

        The rows of a certified campaign are those of its result: they are not published any more.
        """
        waiting, changed = list(rows), 0
        for _ in range(TRIES):
            if self._directory.campaigns[campaign].life.is_final and not self.publishes_final:
                return changed
            published = await self._publish(campaign, waiting, now_ms)
            changed += published.changed
            if not published.outdated:
                return changed
            # Somebody else counted more of it, or knew newer settings: it is made anew of the newest of both.
            await self._directory.refresh()
            waiting = await self._newest(campaign, waiting, published.outdated)
        raise RuntimeError(f"{campaign}: {len(waiting)} rows were outdated again and again")

    async def _publish(self, campaign: str, rows: Sequence[Row], now_ms: int) -> Published:
        judged = await self.judged(campaign, rows)
        try:
            return await self._standings.publish(campaign, judged.rows, now_ms, judged.as_of)
        except StaleCampaign:
            await self._directory.reload()
            return Published(0, [row.account_id for row in rows])

    async def admit(self, campaign: str, account: str, now_ms: int) -> None:
        """Shows an account that has no score yet; one that has keeps it, and is judged by its newest settings."""
        await self._directory.refresh()
        await self.publish(campaign, [Row(account, 0, 0, 0)], now_ms)

    async def rejudge(self, campaign: str, accounts: Sequence[str], now_ms: int) -> int:
        """Judges published rows anew, after settings or the archive's values have changed; how many were news."""
        changed = 0
        for start in range(0, len(accounts), ROWS_PER_TURN):
            rows = await self._standings.rows(campaign, accounts[start : start + ROWS_PER_TURN])
            changed += await self.publish(campaign, rows, now_ms)
        return changed

    async def judged(self, campaign: str, rows: Sequence[Row]) -> Judged:
        """The rows, judged by what the directory knows and the archive has given."""
        found, place = self._directory.campaigns[campaign], self._directory.place
        rules = rules_of(found.definition)[ranking_award(found.definition)]
        judged, values_ms = [], 0
        for start in range(0, len(rows), ROWS_PER_TURN):
            part = rows[start : start + ROWS_PER_TURN]
            places, archived, as_of_ms = await self._inputs(found, [row.account_id for row in part])
            values_ms = min(values_ms, as_of_ms) if start else as_of_ms
            judged += [_judged(row, found, rules, places[row.account_id], archived) for row in part]
            await asyncio.sleep(0)
        return Judged(judged, AsOf(place, values_ms, found.counted.version))

    async def cases(
        self, campaign: str, rows: Sequence[Row], values: Archived | None = None
    ) -> dict[str, Case]:
        """Account → all that it is judged by; `values` in place of those that the archive gave last."""
        found = self._directory.campaigns[campaign]
        places, archived, _ = await self._inputs(found, [row.account_id for row in rows])
        archived = archived if values is None else values
        rules = rules_of(found.definition)
        return {
            row.account_id: Case(_values(row, found, archived), places[row.account_id], rules) for row in rows
        }

    async def verdicts(
        self, campaign: str, rows: Sequence[Row], award: str | None = None
    ) -> dict[str, Verdict]:
        """Account → what speaks against it, for the award that ranks unless another is named."""
        name = award or ranking_award(self._directory.campaigns[campaign].definition)
        return {account: case.verdict(name) for account, case in (await self.cases(campaign, rows)).items()}

    async def values(self, campaign: str, rows: Sequence[Row]) -> dict[str, Values]:
        """Account → its metrics, as verdicts are made of them."""
        found = self._directory.campaigns[campaign]
        archived, _ = await self._archive(found, [row.account_id for row in rows])
        return {row.account_id: _values(row, found, archived) for row in rows}

    async def _newest(self, campaign: str, rows: Sequence[Row], accounts: Collection[str]) -> list[Row]:
        """Of each account the row with more counted: ours, or the published one."""
        published = {row.account_id: row for row in await self._standings.rows(campaign, list(accounts))}
        ours = {row.account_id: row for row in rows}
        return [
            max(ours[name], published.get(name, ours[name]), key=lambda row: row.version) for name in accounts
        ]

    async def _inputs(
        self, campaign: Campaign, accounts: Sequence[str]
    ) -> tuple[dict[str, _Place], Archived, int]:
        archived, values_ms = await self._archive(campaign, accounts)
        histories = await self._directory.histories(accounts)
        promises = await self._directory.promises(campaign.definition.id, accounts)
        enrolled = await self._enrolled_ms(campaign, accounts)
        rulings = await self._directory.rulings(campaign.definition.id)
        reviews = await self._directory.reviews(campaign.definition.id)

        def place(name: str) -> _Place:
            decided = rulings.get(name, NO_RULINGS)
            review = reviews.get(name, NO_REVIEW)
            source = _Source(
                campaign, histories[name], promises[name], enrolled.get(name, 0), decided, review
            )
            return self._place(name, source)

        return {name: place(name) for name in accounts}, archived, values_ms

    async def _enrolled_ms(self, campaign: Campaign, accounts: Sequence[str]) -> dict[str, int]:
        """When the accounts were enrolled; asked for only where the rules look at that time."""
        if not any(part.at == "register" for part in campaign.definition.eligibility):
            return {}
        enrolled = await self._directory.enrolled(accounts)
        return {
            account: place.enrolled_ms
            for account, places in enrolled.items()
            for place in places
            if place.campaign.id == campaign.definition.id
        }

    async def _archive(self, campaign: Campaign, accounts: Sequence[str]) -> tuple[Archived, int]:
        """The values that no counter keeps, and as of when; nothing where none is asked for."""
        if not not_live(campaign.definition):
            return {}, 0
        name = campaign.definition.id
        as_of_ms = await self._metric_values.as_of_ms(name)
        if self._archived.get(name, (0, {}))[0] != as_of_ms:
            self._archived[name] = (as_of_ms, {})
        known = self._archived.setdefault(name, (as_of_ms, {}))[1]
        missing = [account for account in accounts if account not in known]
        if as_of_ms and missing:
            known.update(await self._metric_values.read(name, missing))
        return known, as_of_ms

    def _place(self, account: str, source: _Source) -> _Place:
        name = (source.campaign.definition.id, account)
        known = self._places.get(name)
        if known is None or not known.source.is_still(source):
            if len(self._places) >= PLACES_CACHED:
                self._places.clear()
            known = self._places[name] = _place(source)
        return known


def _place(source: _Source) -> _Place:
    definition, window = source.campaign.definition, source.campaign.counted.window
    facts = facts_by_phase(instants(definition, source.enrolled_ms), source.history)
    promised = promised_ms(source.promise.slots, (window.starts_at_ms, window.ends_at_ms))
    return _Place(source, facts, promised)


def _values(row: Row, campaign: Campaign, archived: Archived) -> Values:
    live = live_values(campaign.definition, row)
    return {**archived[row.account_id], **live} if row.account_id in archived else live


def _judged(row: Row, campaign: Campaign, rules: Rules, place: _Place, archived: Archived) -> Row:
    """With all that is judged: what is taken out of it, what was promised, whether it is eligible."""
    review = place.source.review
    judged = replace(adjusted(row, review.voided, review.discounted_uv), promised_ms=place.promised_ms)
    values = _values(judged, campaign, archived)
    eligible = not review.disqualified and rules.is_eligible(values, place.facts, place.source.rulings)
    return replace(judged, eligible=eligible) if eligible != judged.eligible else judged
