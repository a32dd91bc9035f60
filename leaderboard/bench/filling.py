"""Visitors by the million, put into the counters past the door. Every one is another one, so the count is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Final

from leaderboard.domain.counted_work import CountedCampaign, Enrolled, Received
from leaderboard.domain.counting import Counting
from leaderboard.domain.exclusions import Window
from leaderboard.domain.kept_events import KeptEvent, KeptView
from leaderboard.domain.standings import Row
from leaderboard.store.store import Store

Publish = Callable[[str, Iterable[Row], int], Awaitable[object]]

AT_ONCE: Final = 50_000
_BITS: Final = 52
_MASK: Final = (1 << _BITS) - 1


def scattered(number: int) -> int:
    """Numbers of 52 bits as a hash would scatter them; each step can be undone, so no two of them meet."""
    for factor in (0x9E3779B97F4A7, 0xD6E8FEB86659F):
        number ^= number >> 26
        number = number * factor & _MASK
    return number ^ number >> 26


def _shares(
    accounts: Sequence[str], weights: Sequence[float], visitors: int, first: int
) -> Iterator[dict[str, list[int]]]:
    rng, cumulated = Random(first), list(accumulate(weights))
    for start in range(first, first + visitors, AT_ONCE):
        shares: dict[str, list[int]] = defaultdict(list)
        numbers = range(start, min(start + AT_ONCE, first + visitors))
        for number, account in zip(
            numbers, rng.choices(accounts, cum_weights=cumulated, k=len(numbers)), strict=True
        ):
            shares[account].append(number)
        yield shares


def _views(account: str, numbers: Sequence[int], now_ms: int) -> list[KeptEvent]:
    return [KeptView(f"filled-{number}", now_ms, account, "filled", scattered(number)) for number in numbers]


async def fill(
    store: Store,
    campaign_id: str,
    accounts: Sequence[str],
    weights: Sequence[float],
    visitors: int,
    first: int = 0,
    publish: Publish | None = None,
) -> None:
    """Adds `visitors` new visitors, by weight, and shows the scores. `first` numbers them on from an earlier call.

    `publish` is for a campaign that has rules; without it rows are shown as they are.
    """
    publish = publish or store.standings.publish
    now_ms = await store.now_ms()
    campaign = CountedCampaign(campaign_id, Window(now_ms, now_ms + 1), "USD")
    enrolled = {account: (Enrolled(campaign, now_ms),) for account in accounts}
    for shares in _shares(accounts, weights, visitors, first):
        events = [view for account, numbers in shares.items() for view in _views(account, numbers, now_ms)]
        counting = Counting(enrolled, [campaign])
        counting.add(0, Received(now_ms, f"{now_ms:013d}-000000", events))
        applied = await store.tallies.apply(counting.work, now_ms)
        await publish(campaign_id, applied.rows[campaign_id].values(), now_ms)
