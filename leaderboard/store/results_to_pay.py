"""The result that is paid: the newest one, if it is genuine. What is paid is what was signed."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Collection

from msgspec import convert

from leaderboard.domain.lifecycle import state_now
from leaderboard.domain.listed_awards import ListedAward, awards_of
from leaderboard.domain.payout_batches import Certified
from leaderboard.domain.payouts import PayoutRefused
from leaderboard.domain.signing import Checked, NotGenuine, SigningKey, check
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store


class ResultsToPay:
    """By campaign. A signature is checked once per version. `own_key`: this installation's."""

    def __init__(self, store: Store, own_key: SigningKey) -> None:
        self._store = store
        self._own_key = own_key
        self._checked: dict[tuple[str, int], Certified] = {}

    async def newest(self, campaign: Campaign) -> Certified:
        """PayoutRefused where there is none, or it is not what was signed."""
        name, version = campaign.definition.id, campaign.life.result
        if not campaign.life.is_final or not version:
            state = state_now(campaign.newest, campaign.life, await self._store.now_ms())
            text = f"The campaign is {state}: only a certified result is paid."
            raise PayoutRefused("not_certified", text)
        if (name, version) not in self._checked:
            self._checked[name, version] = await self._read(name, version)
        return self._checked[name, version]

    async def to_act_on(self, campaign: Campaign) -> Certified:
        """The same, for a step with money. PayoutRefused while a correction of it is being certified."""
        if campaign.life.is_final and campaign.life.certifying:
            noted = await self._store.lifecycles.noted(campaign.definition.id)
            why = f" It waits: {noted.text}" if noted else ""
            text = f"A correction of its result is being certified: wait until that is done.{why}"
            raise PayoutRefused("correcting", text)
        return await self.newest(campaign)

    async def _read(self, name: str, version: int) -> Certified:
        content = await self._store.lifecycles.document(name, f"result|{version}")
        if content is None:
            text = (
                f"Result {version} is not in the store: bring it back from `documents/` beside the archive."
            )
            raise PayoutRefused("not_certified", text)
        # Where a store was lost before its first certification was backed up, our own key is not listed.
        listed = [b64decode(key.public_key) for key in (await self._store.signing_keys.every()).values()]
        checked = await asyncio.to_thread(
            _genuine, name, version, content, [*listed, self._own_key.public_key]
        )
        said = checked.document["campaign"]["id"], checked.document["version"]
        if said != (name, version):
            text = f"What is kept as result {version} of {name} is result {said[1]} of {said[0]}."
            raise PayoutRefused("not_genuine", text)
        listed_awards = convert(checked.document["awards"], list[ListedAward])
        return Certified(version=version, sha256=checked.sha256, awards=tuple(awards_of(listed_awards)))


def _genuine(campaign: str, version: int, content: bytes, trusted: Collection[bytes]) -> Checked:
    try:
        return check(content, trusted)
    except NotGenuine as error:
        text = f"Result {version} of {campaign} is not genuine: {error}. Nobody is paid by it: restore it."
        raise PayoutRefused("not_genuine", text) from error
