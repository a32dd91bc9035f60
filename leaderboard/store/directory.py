"""Settings as the busy paths need them: cached, and kept true by reading the stream of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from leaderboard.domain.accounts import Account, History
from leaderboard.domain.campaigns import Definition, live_count, parse_document, takes_invalid_out
from leaderboard.domain.counted_work import NOBODY, CountedCampaign, Enrolled, Registrations
from leaderboard.domain.exclusions import NEVER_MS, Window
from leaderboard.domain.judging import Rulings
from leaderboard.domain.lifecycle import Life, cutoff_ms
from leaderboard.domain.reviews import Review
from leaderboard.store import keys
from leaderboard.store.campaign_versions import StoredCampaign, StoredVersion
from leaderboard.store.client import Client, Command, mapping
from leaderboard.store.decisions import account_of_change
from leaderboard.store.judgements import Judgements
from leaderboard.store.lifecycles import NOTHING_STORED, Lifecycles
from leaderboard.store.promises import Promise, Promises
from leaderboard.store.settings import Settings

CHANGES_PER_READ: Final = 10_000
ACCOUNTS_CACHED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign's definition in force, where it stands, and what counting needs of both.

    `newest` is the definition of the newest version, whose time may not have come: its window is counted by at once,
    since whatever it changes lies ahead. `versions` is empty while there is only one; `version` is in force.
    """

    definition: Definition
    hash: str
    counted: CountedCampaign
    newest: Definition
    life: Life = NOTHING_STORED
    version: int = 1
    versions: tuple[StoredVersion, ...] = ()


def counted_campaign(
    definition: Definition, life: Life = NOTHING_STORED, created_ms: int = 0
) -> CountedCampaign:
    """The window, cut-off and unit of a campaign. One that people close has no cut-off until they do."""
    starts_at_ms, ends_at_ms = definition.starts_at_ms, definition.ends_at_ms
    unit = live_count(definition)
    if starts_at_ms is None or ends_at_ms is None or unit is None:
        raise ValueError(f"{definition.id}: is not counted live")
    refunds_until_ms = NEVER_MS if life.refunds_until_ms is None else life.refunds_until_ms
    window = Window(starts_at_ms, ends_at_ms, cutoff_ms(definition, life), refunds_until_ms)
    pairs = "product" in unit.of
    return CountedCampaign(
        definition.id,
        window,
        definition.currency,
        pairs,
        life.version,
        created_ms,
        takes_invalid_out(definition),
    )


@dataclass(slots=True)
class News:
    """Accounts whose settings or enrolments have changed, and campaigns; `everything` where nobody can say which."""

    accounts: set[str] = field(default_factory=set)
    campaigns: set[str] = field(default_factory=set)
    everything: bool = False

    def take(self) -> News:
        """What there is, which then is no news any more."""
        taken = News(self.accounts, self.campaigns, self.everything)
        self.accounts, self.campaigns, self.everything = set(), set(), False
        return taken

    def put_back(self, news: News) -> None:
        """It could not be worked on."""
        self.accounts |= news.accounts
        self.campaigns |= news.campaigns
        self.everything = self.everything or news.everything


class Directory:
    """Open it once, refresh it before use. What was saved before a refresh is seen after it."""

    def __init__(self, client: Client, settings: Settings, lifecycles: Lifecycles) -> None:
        self._client = client
        self._settings = settings
        self._lifecycles = lifecycles
        # One look at the store at a time: an answer that was on its way while a change was taken in would be kept
        # as if it were newer than the change.
        self._lock = asyncio.Lock()
        self._seen = "0-0"
        self._enrolled: dict[str, tuple[Enrolled, ...]] = {}
        self._accounts: dict[str, Account | None] = {}
        self._histories: dict[str, History] = {}
        self._promises = Promises(client)
        self._judgements = Judgements(client, settings)
        self._followers: list[News] = []
        self.campaigns: dict[str, Campaign] = {}

    def follow(self) -> News:
        """From now on gathers what changes, for whoever has to work anew on what was derived from it."""
        self._followers.append(News())
        return self._followers[-1]

    @property
    def counted(self) -> list[CountedCampaign]:
        """What counting needs of every campaign that events may count for."""
        return [campaign.counted for campaign in self.campaigns.values() if campaign.life.is_counted]

    async def open(self) -> None:
        """Reads all campaigns; accounts come as they are asked for."""
        async with self._lock:
            await self._reopen()

    async def _reopen(self) -> None:
        newest = await self._client.do("XREVRANGE", keys.CHANGES, "+", "-", "COUNT", 1)
        # The place in the changes first, the settings after it: a change in between is read twice, never missed.
        await self._forget_everything()
        for news in self._followers:
            news.everything = True
        self._seen = newest[0][0].decode() if newest else "0-0"

    @property
    def changes(self) -> Command:
        """The command that reads on; give its answer to `absorb`. It rides along with others in one round trip."""
        return ("XREAD", "COUNT", CHANGES_PER_READ, "STREAMS", keys.CHANGES, self._seen)

    @property
    def place(self) -> int:
        """How far the changes have been taken in, as a number that grows with them."""
        milliseconds, sequence = _order(self._seen)
        return milliseconds * 1_000 + min(sequence, 999)

    async def refresh(self) -> None:
        """Takes in all that has been saved until now."""
        await self.absorb(await self._client.do(*self.changes))

    async def reload(self) -> None:
        """Takes in all that has been saved, and reads all campaigns anew: a write by what is known was refused."""
        await self.refresh()
        async with self._lock:
            await self._read_campaigns()

    async def absorb(self, answer: object) -> None:
        """Takes in an answer to `changes`, and reads on where there is more."""
        entries = answer[0][1] if isinstance(answer, list) and answer else []
        if not entries:
            return
        async with self._lock:
            if len(entries) >= CHANGES_PER_READ:
                # So far behind that older changes may have been trimmed away.
                await self._reopen()
                return
            for entry_id, fields in entries:
                if _order(entry_id.decode()) <= _order(self._seen):
                    continue  # another look has taken it in meanwhile
                change = mapping(fields)
                await self._forget(change[b"kind"], change[b"id"].decode())
                # Only now: who asks meanwhile must not be told that there is nothing new.
                self._seen = entry_id.decode()

    async def _forget(self, kind: bytes, subject: str) -> None:
        self._tell(kind, subject)
        if kind == b"account":
            self._accounts.pop(subject, None)
            self._histories.pop(subject, None)
        elif kind == b"enrollment":
            self._enrolled.pop(subject, None)
            self._promises.forget(subject)
        elif kind == b"campaign":
            await self._forget_everything()
        elif kind == b"life":
            await self._read_campaigns()
        elif kind == b"decision":
            self._judgements.forget(account_of_change(subject)[0])
        elif kind == b"review":
            self._judgements.forget(subject)

    def _tell(self, kind: bytes, subject: str) -> None:
        for news in self._followers:
            if kind in (b"account", b"enrollment"):
                news.accounts.add(subject)
            elif kind == b"decision":
                news.accounts.add(account_of_change(subject)[1])
            elif kind in (b"campaign", b"review"):
                news.campaigns.add(subject)

    async def _read_campaigns(self) -> None:
        stored, lives = await self._settings.campaigns(), await self._lifecycles.lives()
        self.campaigns = {
            name: _read(campaign, lives.get(name, NOTHING_STORED)) for name, campaign in stored.items()
        }
        # Enrolments hold what is counted of their campaigns.
        self._enrolled.clear()

    async def _forget_everything(self) -> None:
        await self._read_campaigns()
        self._accounts.clear()
        self._histories.clear()
        self._promises.forget_all()
        self._judgements.forget_all()

    async def enrolled(self, account_ids: Collection[str]) -> Mapping[str, tuple[Enrolled, ...]]:
        """Where the accounts are enrolled; () for an account that is not. The answer is the caller's own."""
        async with self._lock:
            if len(self._enrolled) > ACCOUNTS_CACHED:
                self._enrolled.clear()
            missing = [account for account in account_ids if account not in self._enrolled]
            places = await self._settings.enrolled_since(missing)
            hosts = await self._hosts(
                {(campaign, account) for account in missing for campaign in places[account]}
            )
            for account in missing:
                self._enrolled[account] = tuple(
                    Enrolled(
                        self.campaigns[campaign].counted, since_ms, hosts.get((campaign, account), NOBODY)
                    )
                    for campaign, since_ms in sorted(places[account].items())
                    if campaign in self.campaigns and self.campaigns[campaign].life.is_counted
                )
            # A copy: the cache may forget accounts while the caller still works with them.
            return {account: self._enrolled[account] for account in account_ids}

    async def _hosts(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Registrations]:
        """(campaign, account) → when which of its hosts were registered."""
        by_campaign: dict[str, list[str]] = {}
        for campaign, account in places:
            by_campaign.setdefault(campaign, []).append(account)
        return {
            (campaign, account): hosts
            for campaign, accounts in by_campaign.items()
            for account, hosts in (await self._settings.registrations(campaign, accounts)).items()
        }

    async def promises(self, campaign: str, account_ids: Collection[str]) -> Mapping[str, Promise]:
        """What the accounts have promised; nothing, for one that is not enrolled. The answer is the caller's own."""
        async with self._lock:
            return await self._promises.of(campaign, account_ids)

    async def rulings(self, campaign: str) -> Mapping[str, Rulings]:
        """Account → validator → what was decided, of a campaign; only accounts on which something was."""
        async with self._lock:
            return await self._judgements.rulings(campaign)

    async def reviews(self, campaign: str) -> Mapping[str, Review]:
        """Account → how it stands with the reviewers of a campaign; only accounts of whom there is anything to say."""
        async with self._lock:
            mode = self.campaigns[campaign].definition.integrity.mode
            return await self._judgements.reviews(campaign, mode)

    async def accounts(self, account_ids: Collection[str]) -> Mapping[str, Account | None]:
        """The accounts' settings; None for an account that does not exist. The answer is the caller's own."""
        async with self._lock:
            if len(self._accounts) > ACCOUNTS_CACHED:
                self._accounts.clear()
            missing = [account for account in account_ids if account not in self._accounts]
            if missing:
                self._accounts.update(dict.fromkeys(missing) | await self._settings.accounts(missing))
            return {account: self._accounts[account] for account in account_ids}

    async def histories(self, account_ids: Collection[str]) -> Mapping[str, History]:
        """The states of the accounts, the oldest first; () for an account that does not exist. As `accounts`."""
        async with self._lock:
            if len(self._histories) > ACCOUNTS_CACHED:
                self._histories.clear()
            missing = [account for account in account_ids if account not in self._histories]
            if missing:
                nothing: dict[str, History] = dict.fromkeys(missing, ())
                self._histories.update(nothing | await self._settings.account_histories(missing))
            return {account: self._histories[account] for account in account_ids}


def _read(stored: StoredCampaign, life: Life) -> Campaign:
    definition = newest = parse_document(stored.definition)
    if stored.newest_hash != stored.hash:
        newest = parse_document(stored.newest_definition)
    return Campaign(
        definition=definition,
        hash=stored.hash,
        counted=counted_campaign(newest, life, stored.created_ms),
        newest=newest,
        life=life,
        version=stored.version,
        versions=stored.versions,
    )


def _order(stream_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = stream_id.partition("-")
    return int(milliseconds), int(sequence)
