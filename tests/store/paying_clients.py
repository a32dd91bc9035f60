"""Stores to pay from whose every command can be broken off or made to wait, and a whole store put back as it was.

What is behind them is the real store: a command is sent as it is, or not at all.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from itertools import chain, repeat
from typing import Any, Literal

from redis.exceptions import ConnectionError

from leaderboard.config import Payouts as PayoutsConfig
from leaderboard.domain.identities import KEY_BYTES
from leaderboard.domain.signing import SigningKey
from leaderboard.store.client import Argument, Client, Command
from leaderboard.store.decisions import Decisions
from leaderboard.store.directory import Directory
from leaderboard.store.ledger import Ledger
from leaderboard.store.lifecycles import Lifecycles
from leaderboard.store.payees import Payees
from leaderboard.store.paying import Paying
from leaderboard.store.payout_holds import PayoutHolds
from leaderboard.store.payouts import Payouts
from leaderboard.store.settings import Settings
from leaderboard.store.signing_keys import SigningKeys
from leaderboard.store.store import Store
from leaderboard.store.tokens import Tokens
from leaderboard.web.paying import terms_of
from tests.conftest import PARTITIONS, VAULT, fresh_store, set_up_apollo
from tests.web.paying import PAYOUTS, Paid, paying

Moment = Literal["before", "after"]

# Not the key of results, so that an export makes it known.
EXPORT_KEY = SigningKey(b"e" * KEY_BYTES)


class Around(Client):
    """Another client's commands, each inside of something."""

    def __init__(self, client: Client) -> None:
        self._behind = client

    async def do(self, *command: Argument) -> Any:
        async with self._around():
            return await self._behind.do(*command)

    async def together(
        self, commands: Sequence[Command], *, atomic: bool = False, raise_errors: bool = True
    ) -> list[Any]:
        async with self._around():
            return await self._behind.together(commands, atomic=atomic, raise_errors=raise_errors)

    @abstractmethod
    def _around(self) -> AbstractAsyncContextManager[None]: ...


class Breaking(Around):
    """Breaks off at a command: before the store has it, or after, when nobody hears the answer."""

    def __init__(self, client: Client, moment: Moment) -> None:
        super().__init__(client)
        self._left, self._moment = 0, moment

    def at(self, nth: int) -> None:
        """At the `nth` from here on."""
        self._left = nth

    @asynccontextmanager
    async def _around(self) -> AsyncIterator[None]:
        self._left -= 1
        if self._left == 0 and self._moment == "before":
            raise ConnectionError("It was not sent.")
        yield
        if self._left == 0:
            raise ConnectionError("The answer was lost.")


class Turns:
    """Two at once, one command at a time: the first sends `runs[0]` of them, the second `runs[1]`, and so on.

    In the end one sends all that are left of it, and then the other.
    """

    def __init__(self, runs: Sequence[int]) -> None:
        told = chain.from_iterable(repeat(bool(number % 2), run) for number, run in enumerate(runs))
        self._order = chain(told, repeat(bool(len(runs) % 2)))
        self._next = next(self._order)
        self._alone = False
        self.sent = [0, 0]
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, who: bool) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: self._alone or self._next == who)
        yield
        self.sent[who] += 1
        async with self._changed:
            self._next = next(self._order)
            self._changed.notify_all()

    async def leave(self) -> None:
        async with self._changed:
            self._alone = True
            self._changed.notify_all()


class Waiting(Around):
    """Waits for its turn before each command."""

    def __init__(self, client: Client, turns: Turns, who: bool) -> None:
        super().__init__(client)
        self._turns, self._who = turns, who

    def _around(self) -> AbstractAsyncContextManager[None]:
        return self._turns.turn(self._who)


def over(store: Store, client: Client) -> Store:
    """The same store for whoever pays, with its own view of the campaigns, every command through `client`."""
    settings, lifecycles = Settings(client), Lifecycles(client, PARTITIONS)
    return replace(
        store,
        client=client,
        settings=settings,
        lifecycles=lifecycles,
        directory=Directory(client, settings, lifecycles),
        decisions=Decisions(client, settings),
        tokens=Tokens(client, settings),
        signing_keys=SigningKeys(client, settings),
        payees=Payees(client),
        payouts=Payouts(client),
        ledger=Ledger(client),
        payout_holds=PayoutHolds(client, settings),
    )


async def who_pays(store: Store, client: Client, config: PayoutsConfig = PAYOUTS) -> Paying:
    """Pays from that store, as a process does that was started just now. It signs its files with `EXPORT_KEY`."""
    return Paying(await opened(over(store, client)), VAULT, terms_of(config), EXPORT_KEY)


async def opened(store: Store) -> Store:
    await store.directory.open()
    return store


class Saved:
    """All that a store holds at some time."""

    def __init__(self, texts: dict[bytes, bytes]) -> None:
        self._texts = texts

    @classmethod
    async def of(cls, store: Store) -> Saved:
        names = await store.client.do("KEYS", "*")
        return cls(
            dict(zip(names, await store.client.together([("DUMP", name) for name in names]), strict=True))
        )

    async def put_back(self, store: Store) -> None:
        await store.client.do("FLUSHALL")
        await store.client.together([("RESTORE", name, 0, text) for name, text in self._texts.items()])


@asynccontextmanager
async def certified(store_url: str, definition: str) -> AsyncIterator[Paid]:
    """A campaign that is certified, in a store that is closed in the end."""
    async with (
        fresh_store(store_url) as store,
        paying(store, lambda service: set_up_apollo(service, definition)) as paid,
    ):
        yield paid
