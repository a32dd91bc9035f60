"""Checkpoints of campaigns: the last one with its flags, saved at once, and who wants one. Makes none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from leaderboard.domain.checkpoints import Checkpoint, Checkpointed, Failure, Wish
from leaderboard.domain.flags import Decisions
from leaderboard.domain.reviews import Raised
from leaderboard.store import keys, review_keys
from leaderboard.store.client import Client
from leaderboard.store.scripts import CHECKPOINT
from leaderboard.store.settings import to_json

# The fields of `keys.checkpoints`.
_LAST: Final = "last"
_ASKED: Final = "asked"
_RUNNING: Final = "running"
_FAILURE: Final = "failure"

T = TypeVar("T")


class Checkpoints:
    """By campaign."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def last(self, campaign: str) -> Checkpointed:
        """How it stands with them."""
        names = (_LAST, _ASKED, _RUNNING, _FAILURE)
        last, asked, running, failure = await self._client.do(
            "HMGET", review_keys.checkpoints(campaign), *names
        )
        return Checkpointed(
            _read(last, Checkpoint), _read(asked, Wish), _read(running, Wish), _read(failure, Failure)
        )

    async def save(
        self,
        campaign: str,
        before: Checkpoint | None,
        made: Checkpoint,
        document: bytes,
        raised: Mapping[str, Raised],
        *,
        life_version: int,
        known: Decisions,
        looked_up: set[str],
    ) -> bool:
        """Makes it the campaign's last one, and its flags those that stand.

        False where the life has another version, one of its number or a later one is there already, or one of the
        `looked_up` flags was decided meanwhile: its decision is not the one that is `known`.
        """
        names = (
            review_keys.checkpoints(campaign),
            review_keys.raised(campaign),
            keys.CHANGES,
            keys.AUDIT_LOG,
            keys.LIVES,
            keys.decisions(campaign),
            review_keys.proposals(campaign),
            keys.document(campaign, document_name(made.number)),
            keys.document(campaign, document_name(before.number if before else 0)),
            review_keys.appeals(campaign),
        )
        decided = [(flag, known[flag].at_ms if flag in known else "") for flag in sorted(looked_up)]
        standing = [(flag, to_json(one)) for flag, one in sorted(raised.items())]
        told = (campaign, life_version, to_json(made), document, made.actor, len(decided))
        pairs = [part for pair in (*decided, *standing) for part in pair]
        return bool(await CHECKPOINT(self._client, names, *told, *pairs))

    async def document(self, campaign: str) -> bytes | None:
        """That of the last one."""
        last = (await self.last(campaign)).last
        if last is None:
            return None
        found: bytes | None = await self._client.do(
            "GET", keys.document(campaign, document_name(last.number))
        )
        return found

    async def put_document(self, campaign: str, number: int, content: bytes) -> None:
        """Puts back one that a lost store had; never over another."""
        await self._client.do("SET", keys.document(campaign, document_name(number)), content, "NX")

    async def ask(self, campaign: str, wish: Wish) -> None:
        """Somebody wants one. Who asked first is remembered until it is made."""
        await self._client.do("HSETNX", review_keys.checkpoints(campaign), _ASKED, to_json(wish))

    async def drop_wish(self, campaign: str) -> None:
        """There will be none: the campaign is past the time for it."""
        await self._client.do("HDEL", review_keys.checkpoints(campaign), _ASKED)

    async def begin(self, campaign: str, wish: Wish) -> None:
        """One is being made."""
        await self._client.do("HSET", review_keys.checkpoints(campaign), _RUNNING, to_json(wish))

    async def stop(self, campaign: str) -> None:
        """None is being made."""
        await self._client.do("HDEL", review_keys.checkpoints(campaign), _RUNNING)

    async def fail(self, campaign: str, failure: Failure) -> None:
        """None could be made, and who asked for it is told so."""
        await self._client.do("HSET", review_keys.checkpoints(campaign), _FAILURE, to_json(failure))
        await self._client.do("HDEL", review_keys.checkpoints(campaign), _RUNNING, _ASKED)


def document_name(number: int) -> str:
    return f"checkpoint|{number}"


def _read(document: bytes | None, kind: type[T]) -> T | None:
    return msgspec.json.decode(document, type=kind) if document else None
