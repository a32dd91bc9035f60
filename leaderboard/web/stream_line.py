"""A channel that is listened to, and who listens. Neither reads the store nor writes to a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any, Final

from leaderboard.store.client import Client, Command
from leaderboard.store.pulse import Sign
from leaderboard.web.stream_tape import JSON, Form, Tape

# So often something is said, and a page is read that does not seem to have changed.
QUIET_S: Final = 5.0
PERMITS_PER_CALL: Final = 200
# Who has not taken a message within this time is not there any more.
SEND_LIMIT_S: Final = 30.0

NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """What is watched: the first `limit` places of a campaign, as seen by some, written in some form."""

    campaign_id: str
    scope: str | None
    limit: int = 50
    form: Form = JSON


@dataclass(frozen=True, slots=True)
class Permit:
    """May a stream go on? `holds` gets the answers to `commands`, and the store's time in ms."""

    commands: tuple[Command, ...]
    holds: Callable[[Sequence[Any], int], bool]


class Line:
    """A channel's tape, and those who wait for what comes."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.tape = Tape(channel.form)
        self.news = asyncio.Event()
        self.listeners: set[Subscription] = set()
        self.is_over = False
        # As of when the tape is.
        self.sign: Sign | None = None
        self.read_s = self.said_s = 0.0

    def wake(self) -> None:
        """Lets everybody look."""
        self.news.set()
        self.news.clear()

    def said(self) -> None:
        """Something was put on the tape."""
        self.said_s = monotonic()
        self.wake()

    def end(self) -> None:
        """There is nothing more to come."""
        self.is_over = True
        self.wake()

    @property
    def is_quiet(self) -> bool:
        """Whether it is time to say something."""
        return monotonic() - self.said_s >= QUIET_S


class Subscription:
    """One stream: iterating gives what is to be sent to it. `leave` is called with it when it is closed."""

    def __init__(
        self, line: Line, permit: Permit, last_id: str, leave: Callable[[Subscription], None]
    ) -> None:
        self.line, self.permit = line, permit
        self._last_id, self._leave = last_id, leave
        self._place = line.tape.end
        self._is_new = True
        self._is_over = False
        # Whoever sends says since when it has been sending, and how to cut off a client that takes nothing.
        self.sending_s: float | None = None
        self.abort: Callable[[], None] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not (self._is_over or self.line.is_over):
            if message := self._next():
                return message
            await self.line.news.wait()
        raise StopAsyncIteration

    def _next(self) -> bytes:
        """What has come since the last time, as one; the whole page where that cannot be told."""
        tape, place = self.line.tape, self._place
        self._place = tape.end
        if self._is_new and not tape.is_blank:
            self._is_new = False
            known = tape.place_of(self._last_id)
            return tape.whole() if known is None else tape.after(known) or tape.as_of()
        if place < tape.start and not tape.is_blank:
            return tape.whole()
        return tape.after(max(place, tape.start))

    def end(self) -> None:
        """Nothing more is given out."""
        self._is_over = True
        self.line.wake()

    def cut_off(self) -> None:
        """Sending fails from now on."""
        if self.abort:
            self.abort()

    @property
    def is_stuck(self) -> bool:
        """Whether the client has taken nothing for too long."""
        return self.sending_s is not None and monotonic() - self.sending_s > SEND_LIMIT_S

    def close(self) -> None:
        """Whoever has iterated over it, has done so."""
        self._leave(self)


async def end_forbidden(client: Client, subscriptions: Iterable[Subscription], now_ms: int) -> None:
    """Ends those whose permit does not hold any more. What several ask for is asked once."""
    by_commands: dict[tuple[Command, ...], list[Subscription]] = {}
    for one in subscriptions:
        by_commands.setdefault(one.permit.commands, []).append(one)
    waiting = iter(by_commands.items())
    while part := list(islice(waiting, PERMITS_PER_CALL)):
        answers = iter(await client.together([command for commands, _ in part for command in commands]))
        for commands, asking in part:
            mine = list(islice(answers, len(commands)))
            for one in asking:
                if not one.permit.holds(mine, now_ms):
                    one.end()
