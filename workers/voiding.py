"""What rescorings take out of accounts, recounted from the archive, and the rows that follow. Decides nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from leaderboard.archive.reading import freeze
from leaderboard.domain.adjustments import NOTHING, Voided
from leaderboard.domain.live_metrics import not_live
from leaderboard.recount.audit import Recounted, recount
from leaderboard.recount.facts import open_facts
from leaderboard.recount.live_tick import refresh
from leaderboard.recount.metrics import Value
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.store import Store
from workers.apart import apart
from workers.moments import How
from workers.recount_settings import read_settings


class Taken(Struct, frozen=True):
    """A recount under some voids. `views` were voided; `values` are the metrics that no counter keeps, by account."""

    accounts: Mapping[str, Recounted]
    views: int
    values: Mapping[str, Mapping[str, Value]]

    @property
    def voided(self) -> dict[str, Voided]:
        """Account → what is taken out of it, of those of whom anything is."""
        found = {name: one.voided for name, one in self.accounts.items()}
        return {name: voided for name, voided in found.items() if voided != NOTHING}

    @property
    def live_ms(self) -> int:
        """Effective time that was taken out, of all accounts."""
        return sum(one.counted_effective_ms - one.effective_ms for one in self.accounts.values())


async def void_anew(store: Store, name: str, how: How) -> bool:
    """Brings what is voided of a campaign, and its rows, up to date with the archive; whether anything was another."""
    settings = await read_settings(store, name, how.id_memory_h)
    voided = (await take_out(settings, how)).voided if settings.voids else {}
    changed = await store.reviews.put_voided(name, voided)
    await store.directory.refresh()
    if changed:
        await store.judge.rejudge(name, await store.standings.accounts(name), await store.now_ms())
    return changed


async def take_out(settings: CampaignSettings, how: How) -> Taken:
    """Recounts under the voids of the settings, in a process of its own where `how` says so."""
    plain = dataclasses.replace(how, say=_nothing)
    if how.apart:
        return await apart(_taken, settings, plain)
    return _taken(settings, plain)


def _nothing(_: str) -> None:
    """What another process says, nobody hears."""


def _taken(settings: CampaignSettings, how: How) -> Taken:
    with TemporaryDirectory(dir=how.archive) as directory:
        facts = open_facts(
            freeze(how.archive, Path(directory)),
            settings,
            memory_limit=how.memory_limit,
            temp_dir=Path(directory),
            threads=how.threads,
        )
        with facts as connection:
            accounts = recount(connection, settings)
            found = connection.execute("SELECT count(*) FROM received WHERE voided").fetchone()
            views, names = int(found[0]) if found else 0, not_live(settings.definition)
            discounts = {name: one.discounted_uv for name, one in accounts.items() if one.discounted_uv}
            values = refresh(connection, settings.definition, names, discounts) if names else {}
            return Taken(accounts, views, values)
