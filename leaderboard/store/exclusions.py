"""What did not count: per campaign by reason, and what the door refused. Exact counts, the newest samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from leaderboard.domain.counted_work import Exclusion
from leaderboard.domain.kept_events import TYPE_OF_KEPT, KeptView
from leaderboard.domain.times import rfc3339
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping

REJECTED_KEPT: Final = 1_000


def sample(exclusion: Exclusion) -> str:
    """What is shown of an excluded event: enough to find it at the sender's, nothing of its visitor."""
    event = exclusion.event
    shown = {
        "type": TYPE_OF_KEPT[type(event)],
        "id": event.id,
        "account_id": event.account_id,
        "at": rfc3339(event.at_ms),
        "received_at": rfc3339(exclusion.received_ms),
    }
    if exclusion.reason == "invalid" and isinstance(event, KeptView) and event.invalid:
        shown["invalid"] = event.invalid
    return orjson.dumps(shown).decode()


class Exclusions:
    """Reading is by partition, since each partition's worker counts its own."""

    def __init__(self, client: Client, partitions: int) -> None:
        self._client = client
        self._partitions = partitions

    async def counts(self, campaign: str) -> dict[str, int]:
        """reason → events."""
        found = await self._client.together(
            [("HGETALL", keys.excluded(partition, campaign)) for partition in range(self._partitions)]
        )
        total: Counter[str] = Counter()
        for flat in found:
            for reason, events in mapping(flat).items():
                total[reason.decode()] += int(events)
        return dict(total)

    async def samples(self, campaign: str, reason: str, limit: int) -> list[dict[str, Any]]:
        """The newest excluded events first."""
        found = await self._client.together(
            [
                ("LRANGE", keys.excluded_samples(partition, campaign, reason), 0, limit - 1)
                for partition in range(self._partitions)
            ]
        )
        samples = [orjson.loads(one) for part in found for one in part]
        return sorted(samples, key=lambda one: str(one["received_at"]), reverse=True)[:limit]

    async def note_rejected(self, rejected: Sequence[tuple[str, dict[str, Any]]], samples: int) -> None:
        """Counts what the door refused by its code, and keeps some of them for the sender to see."""
        counts = Counter(code for code, _ in rejected)
        commands: list[tuple[str | bytes | int, ...]] = [
            ("HINCRBY", keys.REJECTED_COUNTS, code, events) for code, events in counts.items()
        ]
        texts = [orjson.dumps({"code": code, **details}) for code, details in rejected[:samples]]
        commands.append(("LPUSH", keys.REJECTED_SAMPLES, *texts))
        commands.append(("LTRIM", keys.REJECTED_SAMPLES, 0, REJECTED_KEPT - 1))
        await self._client.together(commands)

    async def note_invalid(self, counts: Mapping[str, int]) -> None:
        """Counts views that the door takes for no person's, by its reason, as often as they come in."""
        await self._client.together(
            [("HINCRBY", keys.INVALID_COUNTS, reason, views) for reason, views in counts.items()]
        )

    async def invalid(self) -> dict[str, int]:
        """reason → views."""
        counts = mapping(await self._client.do("HGETALL", keys.INVALID_COUNTS))
        return {reason.decode(): int(views) for reason, views in counts.items()}

    async def rejected(self) -> tuple[dict[str, int], list[dict[str, Any]]]:
        """(code → events, the newest samples first)."""
        commands = [("HGETALL", keys.REJECTED_COUNTS), ("LRANGE", keys.REJECTED_SAMPLES, 0, -1)]
        counts, samples = await self._client.together(commands)
        return {c.decode(): int(n) for c, n in mapping(counts).items()}, [orjson.loads(s) for s in samples]
