"""Live streams of standings: one task looks at the store for all who watch, and everybody is sent the same bytes.

A page, or whoever else streams standings, does

    subscription = request.app[HUB].subscribe(Channel(campaign_id, scope, limit, form), permit, last_id)
    return await serve(request, subscription)

with `serve` of `stream.py`. `scope` is the agency whose accounts' details are told, None for those of all, NOBODY for a
visitor who has not signed in. `form` writes a `Change`; its name tells it from all others, and so names its language,
too. `permit` is asked every few seconds whether the stream may go on. `last_id` is the id of what the client has: what
it says in `Last-Event-ID`, or the `event_id` of the answer of `GET …/standings` with this limit that it was shown.

A client that is slow holds up nobody: once it can take it, it is sent what it has missed, or the whole page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final

from aiohttp import web

from leaderboard.store.connection import is_unavailable
from leaderboard.store.pulse import Sign, take_pulse
from leaderboard.store.store import Store
from leaderboard.web.problems import unavailable
from leaderboard.web.standings import Freshness, page_document
from leaderboard.web.stream_line import NOBODY, QUIET_S, Channel, Line, Permit, Subscription, end_forbidden

log = logging.getLogger(__name__)

INTERVAL_S: Final = 0.25
PERMITS_EVERY_S: Final = 3.0
STREAMS_MOST: Final = 5_000
CHANNELS_MOST: Final = 1_000
# Of all streams, what visitors and walls may have, so that they leave room for those who work here.
NOBODYS_SHARE: Final = 0.6
CLOSE_WITHIN_S: Final = 1.0


class Hub:
    """All streams of this process. Its task runs while somebody listens."""

    def __init__(
        self,
        store: Store,
        freshness: Freshness,
        *,
        streams_most: int = STREAMS_MOST,
        channels_most: int = CHANNELS_MOST,
    ) -> None:
        self._store, self._freshness = store, freshness
        self._streams_most, self._channels_most = streams_most, channels_most
        self._lines: dict[Channel, Line] = {}
        self._streams: set[Subscription] = set()
        self._none_left = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._permits_s = 0.0
        self._is_closed = False

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._streams)

    @property
    def channels(self) -> int:
        """How many different ones."""
        return len(self._lines)

    @property
    def _of_nobody(self) -> int:
        """How many are told what everybody may know."""
        return sum(len(line.listeners) for line in self._lines.values() if line.channel.scope == NOBODY)

    def subscribe(self, channel: Channel, permit: Permit, last_id: str = "") -> Subscription:
        """Begins to listen, until the subscription is closed. Problem 503 where that would be too many."""
        line = self._lines.get(channel)
        is_known = line is not None and not line.is_over
        if self._is_closed or self.streams >= self._streams_most:
            raise unavailable("This process holds as many streams as it can, or is about to stop. Try again.")
        if channel.scope == NOBODY and self._of_nobody >= self._streams_most * NOBODYS_SHARE:
            raise unavailable("This process holds as many streams for visitors as it can. Try again.")
        if not is_known and self.channels >= self._channels_most:
            raise unavailable("This process streams as many different pages as it can. Try again.")
        if line is None or line.is_over:
            line = self._lines[channel] = Line(channel)
        subscription = Subscription(line, permit, last_id, self._forget)
        line.listeners.add(subscription)
        self._streams.add(subscription)
        self._none_left.clear()
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._beat_on())
        return subscription

    def _forget(self, subscription: Subscription) -> None:
        line = subscription.line
        line.listeners.discard(subscription)
        self._streams.discard(subscription)
        if not self._streams:
            self._none_left.set()
        if not line.listeners and self._lines.get(line.channel) is line:
            del self._lines[line.channel]

    async def close(self) -> None:
        """Ends all streams soon, since the service stops. Who does not take what he is sent is cut off."""
        self._is_closed = True
        for subscription in self._streams:
            subscription.end()
        with suppress(TimeoutError):
            if self._streams:
                await asyncio.wait_for(self._none_left.wait(), CLOSE_WITHIN_S)
        for subscription in list(self._streams):
            subscription.cut_off()
        if self._beating:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)

    async def _beat_on(self) -> None:
        # The library of the store may swallow a cancellation, so this looks by itself whether it is to end.
        while self._lines and not self._is_closed:
            began_s, lines = monotonic(), list(self._lines.values())
            for stuck in [one for one in self._streams if one.is_stuck]:
                stuck.cut_off()
            try:
                await self._beat(lines)
            except Exception as error:
                _tell_of(error, lines)
            # From the end of the work on: so no stream is told more often, and half of the time is left to others.
            await asyncio.sleep(max(INTERVAL_S, monotonic() - began_s))

    async def _beat(self, lines: Sequence[Line]) -> None:
        campaigns = sorted({line.channel.campaign_id for line in lines})
        now_ms, signs = await take_pulse(self._store.client, self._store.directory, campaigns)
        if monotonic() - self._permits_s >= PERMITS_EVERY_S:
            self._permits_s = monotonic()
            await end_forbidden(self._store.client, list(self._streams), now_ms)
        for line in lines:
            try:
                await self._renew(line, signs[line.channel.campaign_id], now_ms)
            except Exception as error:
                _tell_of(error, [line])

    async def _renew(self, line: Line, sign: Sign, now_ms: int) -> None:
        """Reads the page where it may have changed, or has not been read for some time."""
        if sign == line.sign and monotonic() - line.read_s < QUIET_S:
            return
        channel, store = line.channel, self._store
        campaign = store.directory.campaigns.get(channel.campaign_id)
        if campaign is None:
            line.end()
            return
        page = await store.standings.page(channel.campaign_id, 0, channel.limit)
        progress = await self._freshness.progress(now_ms)
        document = await page_document(store, campaign, page, channel.scope, progress, now_ms)
        line.sign, line.read_s = sign, monotonic()
        if line.tape.tell(document):
            line.said()
        elif line.is_quiet:
            line.tape.tell_as_of()
            line.said()


def _tell_of(error: Exception, lines: Iterable[Line]) -> None:
    """While the store is away, streams stay open and say so; after anything else they end, and are opened anew."""
    is_away = is_unavailable(error)
    if not is_away:
        log.error("streams of standings failed", exc_info=error)
    for line in lines:
        if not is_away:
            line.end()
        elif line.is_quiet:
            line.tape.comment("the store is away")
            line.said()


HUB: web.AppKey[Hub] = web.AppKey("HUB")
