"""One connection pool to the store, speaking its commands as plain values. Nothing here knows what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

Argument = str | bytes | int
Command = Sequence[Argument]


class Client:
    """Answers are what the protocol has: bytes, integers, lists, None.

    The library's own conversions differ between its versions and between a command and its variants.
    """

    def __init__(self, redis: Redis) -> None:
        redis.response_callbacks.clear()
        self._redis = redis

    async def do(self, *command: Argument) -> Any:
        """One command and its answer."""
        return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]

    async def together(
        self, commands: Sequence[Command], *, atomic: bool = False, raise_errors: bool = True
    ) -> list[Any]:
        """Several commands in one round trip, and their answers; `atomic`: all of them happen, or none.

        Without `raise_errors` the error of a command stands among the answers.
        """
        if not commands:
            return []
        async with self._redis.pipeline(transaction=atomic) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return list(await pipe.execute(raise_on_error=raise_errors))

    async def close(self) -> None:
        """Gives the connections back."""
        await self._redis.aclose()


def mapping(flat: Sequence[Any]) -> dict[bytes, Any]:
    """[name, value, name, value] as a dict."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
