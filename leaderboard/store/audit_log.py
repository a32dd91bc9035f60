"""The audit log, read a page at a time. It is written by scripts only, each with what it decides: `lua/audit.lua`."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from leaderboard.domain.audit_log import OLDER, Entry
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping

# A filter looks at so many entries a page at the most; then the page ends, however few it has found.
LOOKED_AT_MOST: Final = 2_000
READ_AT_ONCE: Final = 500

# Entries from before the chain hold token documents whole; those in the chain are written without it.
_SECRET_HASH: Final = re.compile(r',"secret_hash":"[0-9a-f]*"')


class Page(Struct, frozen=True):
    """Some entries; `cursor` reads on, None at the end."""

    entries: list[Entry]
    cursor: str | None


class AuditLog:
    """All decisions in one order."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def head(self) -> str:
        """The hash of the newest entry; '' where there is none."""
        newest = (await self.page(1)).entries
        return newest[0].hash if newest else ""

    async def page(
        self,
        limit: int,
        cursor: str | None = None,
        *,
        newest_first: bool = True,
        subject: str = "",
        action: str = "",
        actor: str = "",
    ) -> Page:
        """Entries whose subject begins with a text, of one action, of one actor. A page may have fewer than `limit`,
        even none."""
        is_filtered = bool(subject or action or actor)
        count = READ_AT_ONCE if is_filtered else limit + 1
        found: list[Entry] = []
        for _ in range(-(-LOOKED_AT_MOST // count)):
            rows = await self._rows(cursor, newest_first, count)
            for entry_id, entry in rows:
                if len(found) == limit:
                    return Page(found, cursor)
                cursor = entry_id
                if _is_wanted(entry, subject, action, actor):
                    found.append(entry)
            if len(rows) < count:
                return Page(found, None)
        return Page(found, cursor)

    async def _rows(self, cursor: str | None, newest_first: bool, count: int) -> list[tuple[str, Entry]]:
        if newest_first:
            command, bounds = "XREVRANGE", (f"({cursor}" if cursor else "+", "-")
        else:
            command, bounds = "XRANGE", (f"({cursor}" if cursor else "-", "+")
        rows = await self._client.do(command, keys.AUDIT_LOG, *bounds, "COUNT", count)
        return [(entry_id.decode(), _entry(entry_id, mapping(fields))) for entry_id, fields in rows]


def _is_wanted(entry: Entry, subject: str, action: str, actor: str) -> bool:
    is_of = action in ("", entry.action) and actor in ("", entry.actor)
    return is_of and entry.subject.startswith(subject)


def _entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    """Whatever it holds: what has been tampered with is for the chain to find, not to fail here."""
    texts = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in fields.items()}
    words = {name: texts.get(name, "") for name in ("actor", "action", "subject", "before", "after", "why")}
    if "hash" not in texts:
        return Entry(seq=OLDER, at_ms=int(entry_id.split(b"-")[0]), **_without_secret(words))
    words |= {"previous": texts.get("previous", ""), "hash": texts["hash"]}
    return Entry(seq=_number(texts.get("seq", "")), at_ms=_number(texts.get("at_ms", "")), **words)


def _without_secret(words: dict[str, str]) -> dict[str, str]:
    return words | {side: _SECRET_HASH.sub("", words[side]) for side in ("before", "after")}


def _number(text: str) -> int:
    """-1 for what is none, which no entry has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
