"""What settings change in the standings: when a promise, an account or an enrolment changes, its rows are made anew."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from time import monotonic
from typing import Final

from leaderboard.domain.standings import Row
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import News
from leaderboard.store.stale import StaleCampaign
from leaderboard.store.store import Store
from workers.live import LiveCounting

log = logging.getLogger(__name__)

ACCOUNTS_PER_CALL: Final = 500


class Following:
    """Follows the settings of the accounts of some partitions."""

    def __init__(
        self, store: Store, live: LiveCounting, partitions: Collection[int], look_interval_ms: int
    ) -> None:
        self._store = store
        self._live = live
        self._partitions = frozenset(partitions)
        self._news = store.directory.follow()
        self._look_interval_s = look_interval_ms / 1000
        self._next_look_s = 0.0

    async def rows(self) -> dict[str, dict[str, Row]]:
        """The rows that settings have changed since the last call, by campaign and account."""
        if monotonic() >= self._next_look_s:
            self._next_look_s = monotonic() + self._look_interval_s
            await self._store.directory.refresh()
        news = self._news.take()
        try:
            return await self._all_rows(news)
        except StaleCampaign:
            self._news.put_back(news)  # a campaign has moved on: made anew the next time, knowing of it
            await self._store.directory.reload()
            return {}
        except Exception:
            self._news.put_back(news)  # the store is away: it is news still when it is back
            raise

    async def _all_rows(self, news: News) -> dict[str, dict[str, Row]]:
        rows: dict[str, dict[str, Row]] = {}
        for campaign, concerned in (await self._concerned(news)).items():
            for start in range(0, len(concerned), ACCOUNTS_PER_CALL):
                rows.setdefault(campaign, {}).update(
                    await self._rows_of(campaign, concerned[start : start + ACCOUNTS_PER_CALL])
                )
        return rows

    async def _concerned(self, news: News) -> dict[str, list[str]]:
        """Campaign → those of its accounts that the news are about, and that are ours."""
        known = self._store.directory.campaigns
        whole = set(known) if news.everything else news.campaigns & set(known)
        places: dict[str, list[str]] = defaultdict(list)
        for account, enrolled in (await self._store.directory.enrolled(self._ours(news.accounts))).items():
            for place in enrolled:
                places[place.campaign.id].append(account)
        return places | {name: self._ours(await self._store.standings.accounts(name)) for name in whole}

    def _ours(self, accounts: Iterable[str]) -> list[str]:
        inbox = self._store.inbox
        return [account for account in accounts if inbox.partition_of(account) in self._partitions]

    async def _rows_of(self, campaign: str, accounts: Sequence[str]) -> dict[str, Row]:
        """The rows made anew; an account that cannot be read is logged, and keeps nobody else from his row."""
        try:
            return await self._made(campaign, accounts)
        except Exception as error:
            if is_unavailable(error):
                raise
            if len(accounts) == 1:
                log.exception("the row of %s in %s could not be made anew", accounts[0], campaign)
                return {}
        one_by_one = [await self._rows_of(campaign, [account]) for account in accounts]
        return {account: row for rows in one_by_one for account, row in rows.items()}

    async def _made(self, campaign: str, accounts: Sequence[str]) -> dict[str, Row]:
        """Rows with other counts are published with the next ones; all others only have to be judged anew."""
        measured = (await self._live.measure_again(campaign, accounts)).get(campaign, {})
        same = [account for account in accounts if account not in measured]
        await self._store.judge.rejudge(campaign, same, await self._store.now_ms())
        return measured
