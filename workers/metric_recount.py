"""The values of metrics that no counter keeps: worked out from the archive, stored, and rows judged by them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from leaderboard.archive.reading import freeze
from leaderboard.domain.live_metrics import not_live
from leaderboard.recount.facts import open_facts
from leaderboard.recount.live_tick import refresh
from leaderboard.recount.metrics import Value
from leaderboard.recount.settings import CampaignSettings
from leaderboard.store.store import Store
from workers.apart import apart
from workers.recount_settings import read_settings

MEMORY_LIMIT: Final = "512MB"


async def recount_metrics(store: Store, name: str, archive: Path, id_memory_h: int) -> None:
    """Brings them up to date with all that is archived, in a process of its own."""
    as_of_ms = await _archived_until_ms(store)
    if not as_of_ms:
        return  # nothing is archived, so nothing is known
    settings = await read_settings(store, name, id_memory_h)
    reviews = await store.directory.reviews(name)
    discounts = {account: one.discounted_uv for account, one in reviews.items() if one.discounted_uv}
    values = await apart(_values, settings, archive, discounts)
    await store.metric_values.put(name, values, as_of_ms)
    accounts = await store.standings.accounts(name)
    await store.judge.rejudge(name, accounts, await store.now_ms())


async def _archived_until_ms(store: Store) -> int:
    """Up to when everything that came in is archived; 0 where there is no archive yet."""
    if await store.archiving.archive_id() is None:
        return 0
    now_ms = await store.now_ms()
    # What came in within this very millisecond may have come after the look.
    return now_ms - max(1, await store.archiving.lag_ms(now_ms))


def _values(
    settings: CampaignSettings, archive: Path, discounts: Mapping[str, int]
) -> dict[str, dict[str, Value]]:
    with TemporaryDirectory(dir=archive) as directory:
        files = freeze(archive, Path(directory))
        facts = open_facts(files, settings, memory_limit=MEMORY_LIMIT, temp_dir=Path(directory), threads=1)
        with facts as connection:
            return refresh(connection, settings.definition, not_live(settings.definition), discounts)
