"""The store as one thing: its nouns, opened together and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from leaderboard.store.archiving import Archiving
from leaderboard.store.attempts import Attempts
from leaderboard.store.audit_log import AuditLog
from leaderboard.store.audits import Audits
from leaderboard.store.awards import Awards
from leaderboard.store.checkpoints import Checkpoints
from leaderboard.store.client import Client
from leaderboard.store.connection import open_blocking_client, open_client
from leaderboard.store.decisions import Decisions
from leaderboard.store.directory import Directory
from leaderboard.store.enrollment_requests import EnrollmentRequests
from leaderboard.store.exclusions import Exclusions
from leaderboard.store.inbox import Inbox
from leaderboard.store.judge import Judge
from leaderboard.store.ledger import Ledger
from leaderboard.store.lifecycles import Lifecycles
from leaderboard.store.live_times import LiveTimes
from leaderboard.store.metric_values import MetricValues
from leaderboard.store.payees import Payees
from leaderboard.store.payout_differences import PayoutDifferences
from leaderboard.store.payout_holds import PayoutHolds
from leaderboard.store.payouts import Payouts
from leaderboard.store.rank_history import RankHistory
from leaderboard.store.reminders import Reminders
from leaderboard.store.rescorings import Rescorings
from leaderboard.store.reviews import Reviews
from leaderboard.store.sent_forms import SentForms
from leaderboard.store.server_figures import ServerFigures
from leaderboard.store.sessions import Sessions
from leaderboard.store.settings import Settings
from leaderboard.store.signing_keys import SigningKeys
from leaderboard.store.standings import Standings
from leaderboard.store.tallies import Tallies
from leaderboard.store.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Store:
    """All that is kept, by noun."""

    client: Client
    inbox: Inbox
    tallies: Tallies
    live_times: LiveTimes
    standings: Standings
    rank_history: RankHistory
    awards: Awards
    metric_values: MetricValues
    judge: Judge
    exclusions: Exclusions
    settings: Settings
    enrollment_requests: EnrollmentRequests
    decisions: Decisions
    directory: Directory
    lifecycles: Lifecycles
    tokens: Tokens
    sessions: Sessions
    attempts: Attempts
    signing_keys: SigningKeys
    payees: Payees
    payouts: Payouts
    reminders: Reminders
    archiving: Archiving
    audits: Audits
    audit_log: AuditLog
    ledger: Ledger
    payout_holds: PayoutHolds
    payout_differences: PayoutDifferences
    reviews: Reviews
    rescorings: Rescorings
    checkpoints: Checkpoints
    server: ServerFigures
    sent_forms: SentForms

    async def now_ms(self) -> int:
        """The store's clock, which decides what is late and what lies in the future."""
        seconds, micros = await self.client.do("TIME")
        return int(seconds) * 1000 + int(micros) // 1000


@asynccontextmanager
async def open_store(
    url: str,
    *,
    partitions: int,
    durability: Literal["write", "fsync"] = "write",
    id_memory_h: int = 48,
) -> AsyncIterator[Store]:
    """Connects to a store; the caller has checked it (`health.inspect`, `installation.check`)."""
    client, blocking = Client(open_client(url)), Client(open_blocking_client(url))
    settings, standings, metric_values = Settings(client), Standings(client), MetricValues(client)
    lifecycles = Lifecycles(client, partitions)
    directory = Directory(client, settings, lifecycles)
    store = Store(
        client=client,
        inbox=Inbox(client, blocking, partitions, durability),
        tallies=Tallies(client, partitions, id_memory_h),
        live_times=LiveTimes(client, partitions),
        standings=standings,
        rank_history=RankHistory(client, partitions),
        awards=Awards(client),
        metric_values=metric_values,
        judge=Judge(directory, standings, metric_values),
        exclusions=Exclusions(client, partitions),
        settings=settings,
        enrollment_requests=EnrollmentRequests(client),
        decisions=Decisions(client, settings),
        directory=directory,
        lifecycles=lifecycles,
        tokens=Tokens(client, settings),
        sessions=Sessions(client, settings),
        attempts=Attempts(client),
        signing_keys=SigningKeys(client, settings),
        payees=Payees(client),
        payouts=Payouts(client),
        reminders=Reminders(client),
        archiving=Archiving(client, blocking, partitions),
        audits=Audits(client, partitions),
        audit_log=AuditLog(client),
        ledger=Ledger(client),
        payout_holds=PayoutHolds(client, settings),
        payout_differences=PayoutDifferences(client, settings),
        reviews=Reviews(client),
        rescorings=Rescorings(client),
        checkpoints=Checkpoints(client),
        server=ServerFigures(client),
        sent_forms=SentForms(client),
    )
    try:
        yield store
    finally:
        await client.close()
        await blocking.close()
