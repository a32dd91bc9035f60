"""What reviewers have decided and detectors have found of accounts, remembered until it changes. Judges nobody."""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.flags import rulings_by_account, settled
from leaderboard.domain.judging import Rulings
from leaderboard.domain.reviews import Review, reviews
from leaderboard.store.client import Client
from leaderboard.store.decisions import Decisions
from leaderboard.store.reviews import Reviews
from leaderboard.store.settings import Settings


class Judgements:
    """By campaign; the caller looks at one at a time, and says what to forget."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._decisions = Decisions(client, settings)
        self._stored = Reviews(client)
        self._rulings: dict[str, Mapping[str, Rulings]] = {}
        self._reviews: dict[str, Mapping[str, Review]] = {}

    async def rulings(self, campaign: str) -> Mapping[str, Rulings]:
        """Account → validator → what was decided; only accounts on which something was."""
        if campaign not in self._rulings:
            self._rulings[campaign] = rulings_by_account(await self._decisions.of(campaign))
        return self._rulings[campaign]

    async def reviews(self, campaign: str, mode: Mode) -> Mapping[str, Review]:
        """Account → how it stands with the reviewers; only accounts of whom there is anything to say."""
        if campaign not in self._reviews:
            raised = await self._stored.raised(campaign)
            done = settled(raised, await self._decisions.of(campaign)) if raised else {}
            voided = await self._stored.voided(campaign)
            self._reviews[campaign] = reviews(mode, raised, done, voided)
        return self._reviews[campaign]

    def forget(self, campaign: str) -> None:
        """Something was found or decided anew."""
        self._rulings.pop(campaign, None)
        self._reviews.pop(campaign, None)

    def forget_all(self) -> None:
        self._rulings.clear()
        self._reviews.clear()
