"""Payouts among the settings of a backup, as plain values: steps change them as `lua/payout.lua` does in a store.

Checks nothing: whether a step follows is decided by who makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

import msgspec
from msgspec import structs
from msgspec.structs import asdict

from leaderboard.domain.audit_log import OLDER, entry_hash
from leaderboard.domain.audit_log import Entry as AuditEntry
from leaderboard.domain.ledger import Entry
from leaderboard.domain.payouts import Batch, Line, award_key, summary
from leaderboard.store import keys
from leaderboard.store.payouts import Step
from leaderboard.store.settings import to_json

Settings = Mapping[str, Mapping[str, Any]]


class Books:
    """Batches, lines, claims, ledger and audit log. The settings that they are read from stay as they are."""

    def __init__(self, settings: Settings, now_ms: int) -> None:
        self._settings = settings
        self._changed: dict[str, dict[str, Any]] = {}
        self._now_ms = now_ms

    @property
    def settings(self) -> Settings:
        """All settings, with what was changed."""
        every = {**self._settings, **self._changed}
        return {name: key for name, key in every.items() if key["value"] or name not in self._changed}

    def batch(self, batch: str) -> Batch | None:
        """One batch."""
        found = self._hash(keys.BATCHES).get(batch)
        return msgspec.json.decode(found, type=Batch) if found else None

    def every(self) -> list[Batch]:
        """All batches, by campaign, the oldest first."""
        found = [msgspec.json.decode(text, type=Batch) for text in self._hash(keys.BATCHES).values()]
        return sorted(found, key=lambda one: (one.campaign, one.number))

    def batches(self, campaign: str) -> list[Batch]:
        """All batches of a campaign, the oldest first."""
        return [one for one in self.every() if one.campaign == campaign]

    def mark_restored(self, batch: Batch) -> None:
        """Notes of an approved batch that it may have been exported after the backup."""
        marked = structs.replace(batch, restored=True)
        self._hash(keys.BATCHES)[batch.id] = to_json(marked).decode()

    def lines(self, batch: str) -> list[Line]:
        """The lines of a batch."""
        return [msgspec.json.decode(text, type=Line) for text in self._hash(keys.batch_lines(batch)).values()]

    def make(self, step: Step) -> None:
        """Makes a step. What the ledger has is not posted again; claims are taken whoever has them."""
        batch, claims = step.after, self._hash(keys.claims(step.after.campaign))
        self._hash(keys.BATCHES)[batch.id] = to_json(batch).decode()
        self._hash(keys.batch_lines(batch.id)).update({one.id: to_json(one).decode() for one in step.lines})
        for line in step.drop:
            claims.pop(award_key(line.award, line.account), None)
        claims.update({award_key(line.award, line.account): line.id for line in step.take})
        for entry in step.entries:
            self._post(entry)
        self._hash(keys.EXPORTS).update(step.export)
        if step.day:
            numbers = self._hash(keys.FILE_NUMBERS)
            numbers[step.day] = str(max(int(numbers.get(step.day, 0)), step.number + 1))
        self._note(step)

    def _post(self, entry: Entry) -> None:
        references, balances = self._hash(keys.LEDGER_REFERENCES), self._hash(keys.LEDGER_BALANCES)
        if entry.ref in references:
            return
        references[entry.ref] = self._add(keys.LEDGER, {"entry": to_json(entry).decode()})
        for posting in entry.postings:
            name = f"{posting.account}|{posting.currency}"
            balances[name] = str(int(balances.get(name, 0)) + posting.minor)

    def _note(self, step: Step) -> None:
        log = self._stream(keys.AUDIT_LOG)
        last = dict(zip(log[-1][1::2], log[-1][2::2], strict=True)) if log else {}
        entry = AuditEntry(
            seq=int(last.get("seq", OLDER)) + 1,
            at_ms=self._now_ms,
            actor=step.actor,
            action=step.action,
            subject=step.after.id,
            before=to_json(summary(step.before)).decode() if step.before else "",
            after=to_json(summary(step.after) | dict(step.more)).decode(),
            why=step.why,
            previous=last.get("hash", ""),
        )
        fields = asdict(entry) | {"hash": entry_hash(entry) or ""}
        self._add(keys.AUDIT_LOG, {name: str(value) for name, value in fields.items()})

    def _add(self, stream: str, fields: Mapping[str, str]) -> str:
        """Puts an entry at the end of a stream; its id."""
        entries = self._stream(stream)
        last_ms, last_seq = map(int, entries[-1][0].split("-")) if entries else (0, 0)
        is_later = self._now_ms > last_ms
        entry_id = f"{self._now_ms}-0" if is_later else f"{last_ms}-{last_seq + 1}"
        entries.append([entry_id, *(text for field in fields.items() for text in field)])
        return entry_id

    def _hash(self, name: str) -> dict[str, str]:
        found: dict[str, str] = self._value(name, "hash", {})
        return found

    def _stream(self, name: str) -> list[list[str]]:
        found: list[list[str]] = self._value(name, "stream", [])
        return found

    def _value(self, name: str, kind: str, empty: Any) -> Any:
        if name not in self._changed:
            key = self._settings.get(name, {"type": kind, "value": empty})
            self._changed[name] = {**key, "value": copy(key["value"])}
        return self._changed[name]["value"]
