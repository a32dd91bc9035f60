"""The bare loop: the same bodies decoded, visitors hashed, sets filled. No HTTP, no checks, nothing kept for long."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, Literal

import msgspec
from msgspec import Struct
from redis import Redis

from leaderboard.bench.recording import Recording
from leaderboard.domain.identities import KEY_BYTES, keyed_hasher

_hash: Final = keyed_hasher(b"b" * KEY_BYTES)


class _Seen(Struct):
    """As much of an event as a set of visitors needs."""

    type: Literal["product_view", "heartbeat", "funnel_step", "order", "refund"]
    account_id: str
    visitor_id: str = ""


class _Batch(Struct):
    events: list[_Seen]


_decode: Final = msgspec.json.Decoder(_Batch).decode


def count_bare(redis: Redis, recording: Recording, start: int, stop: int) -> None:
    """One round trip a batch, one SADD an account."""
    for number in range(start, stop):
        members: dict[str, list[int]] = defaultdict(list)
        for event in _decode(recording.body(number)).events:
            if event.type == "product_view":
                members[event.account_id].append(_hash(event.visitor_id))
        pipe = redis.pipeline(transaction=False)
        for account, visitors in members.items():
            pipe.sadd(f"uv:{account}", *visitors)
        pipe.execute()
