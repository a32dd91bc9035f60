"""Batches of payouts and their lines: read, and moved on by compare-and-set, each step whole or not at all.

A step takes the ledger, the claims on awards and the audit log along. What may follow on what is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import orjson
from msgspec import Struct, field

from leaderboard.domain.ledger import Entry
from leaderboard.domain.payouts import Batch, Line, award_key, summary
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import NOTED, PAYOUT
from leaderboard.store.settings import to_json

# Why a step was not made: another made one first, the result is not the newest any more, something that bears on it was
# changed, an award is claimed or not any more, another file of that day came first, or the ledger has it.
Outcome = Literal["done", "version", "result", "changed", "claimed", "number", "posted"]

_READ_AT_ONCE: Final = 64

_batch: Final = msgspec.json.Decoder(Batch).decode
_line: Final = msgspec.json.Decoder(Line).decode


class Step(Struct, frozen=True, kw_only=True):
    """What happens to a batch. `before` is None for a new one; `lines` are those that change.

    `checks_result`: only while the batch pays the newest result. `since`: only if nothing that bears on whether these
    `accounts` are paid was changed after that place in the audit log. `number`: how many files of the day of approval
    there were, for a step that takes the next. `export`: what is kept of the file, sealed.
    """

    action: str
    actor: str
    before: Batch | None
    after: Batch
    lines: Sequence[Line] = ()
    take: Sequence[Line] = ()
    drop: Sequence[Line] = ()
    entries: Sequence[Entry] = ()
    export: Mapping[str, str] = field(default_factory=dict)
    checks_result: bool = False
    since: str = ""
    accounts: Sequence[str] = ()
    day: str = ""
    number: int = 0
    why: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class Payouts:
    """By batch id, which is the campaign's with a number."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def batch(self, batch_id: str) -> Batch | None:
        """One batch."""
        found = await self._client.do("HGET", keys.BATCHES, batch_id)
        return _batch(found) if found else None

    async def batches(self, campaign: str) -> list[Batch]:
        """All batches of a campaign, the oldest first."""
        found: list[Batch] = []
        while True:
            first = len(found) + 1
            names = [batch_id(campaign, number) for number in range(first, first + _READ_AT_ONCE)]
            texts = await self._client.do("HMGET", keys.BATCHES, *names)
            found += [_batch(text) for text in texts if text]
            if not all(texts):
                return found

    async def every(self) -> list[Batch]:
        """All batches of all campaigns, by id."""
        found = mapping(await self._client.do("HGETALL", keys.BATCHES))
        return sorted(map(_batch, found.values()), key=lambda batch: (batch.campaign, batch.number))

    async def lines(self, batch: str) -> dict[str, Line]:
        """Payout id → line, of one batch, in the order of the ids."""
        found = mapping(await self._client.do("HGETALL", keys.batch_lines(batch)))
        return {name.decode(): _line(text) for name, text in sorted(found.items())}

    async def claims(self, campaign: str) -> dict[str, str]:
        """award|account → the payout that pays it, or is to pay it."""
        found = mapping(await self._client.do("HGETALL", keys.claims(campaign)))
        return {award.decode(): payout.decode() for award, payout in found.items()}

    async def files_of(self, day: str) -> int:
        """How many files were approved on a day."""
        return int(await self._client.do("HGET", keys.FILE_NUMBERS, day) or 0)

    async def export(self, name: str) -> str | None:
        """What was kept of a file: `BATCH` the sealed file itself, `BATCH|manifest` its manifest."""
        found = await self._client.do("HGET", keys.EXPORTS, name)
        return found.decode() if found else None

    async def exports_count(self) -> int:
        """How much was kept of files. It grows with every export."""
        return int(await self._client.do("HLEN", keys.EXPORTS))

    async def place(self) -> str:
        """Where the audit log is: whoever reads on from here has not seen what comes later."""
        newest = await self._client.do("XREVRANGE", keys.AUDIT_LOG, "+", "-", "COUNT", 1)
        return newest[0][0].decode() if newest else "0-0"

    async def make(self, step: Step) -> Outcome:
        """Makes a step, if everything is still as it was decided on."""
        batch = step.after
        names = (
            keys.BATCHES,
            keys.batch_lines(batch.id),
            keys.claims(batch.campaign),
            keys.LIVES,
            keys.EXPORTS,
            keys.FILE_NUMBERS,
            keys.LEDGER,
            keys.LEDGER_BALANCES,
            keys.LEDGER_REFERENCES,
            keys.AUDIT_LOG,
        )
        outcome: Outcome = (await PAYOUT(self._client, names, _packed(step))).decode()
        return outcome

    async def note(self, batch: str, actor: str, action: str, said: Mapping[str, Any], why: str = "") -> None:
        """Writes into the audit log what changes nothing, such as that a file was taken away."""
        await NOTED(self._client, [keys.AUDIT_LOG], actor, action, batch, to_json(said), why)


def batch_id(campaign: str, number: int) -> str:
    """The id of a campaign's batch, counted from 1."""
    return f"{campaign}-{number}"


def _packed(step: Step) -> bytes:
    before, after = step.before, step.after
    return orjson.dumps(
        {
            "batch": after.id,
            "version": before.version if before else 0,
            "head": to_json(after).decode(),
            "campaign": after.campaign,
            "result": after.result_version if step.checks_result else 0,
            "lines": {line.id: to_json(line).decode() for line in step.lines},
            "take": _claimed(step.take),
            "drop": _claimed(step.drop),
            "entries": [to_json(entry).decode() for entry in step.entries],
            "export": dict(step.export),
            "since": step.since,
            "accounts": dict.fromkeys(step.accounts, 1),
            "day": step.day,
            "number": step.number,
            "actor": step.actor,
            "action": step.action,
            "why": step.why,
            "before": to_json(summary(before)).decode() if before else "",
            "after": to_json(summary(after) | dict(step.more)).decode(),
        }
    )


def _claimed(lines: Iterable[Line]) -> dict[str, str]:
    return {award_key(line.award, line.account): line.id for line in lines}
