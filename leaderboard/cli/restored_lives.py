"""Snapshots and results of an archive, held against the settings that are restored with them. Reads files only.

The settings may be older than the documents, since a document is kept right after the move that it belongs to: then the
lives follow the documents, so that nothing is frozen or certified a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from leaderboard.archive import documents
from leaderboard.archive.documents import Document
from leaderboard.archive.errors import DamagedArchive
from leaderboard.domain.lifecycle import Life
from leaderboard.domain.signing import NotGenuine, check, public_key_from
from leaderboard.domain.snapshots import fingerprint, read_snapshot
from leaderboard.domain.times import to_ms
from leaderboard.store import keys

Settings = Mapping[str, Mapping[str, Any]]
_SNAPSHOT: Final = "snapshot"


def followed(settings: Settings, archive: Path, own_key: bytes | None = None) -> Settings:
    """The settings, with lives that follow the documents.

    DamagedArchive names a document that is missing, is not the one that the settings know, or is not genuine: signed
    with none of the known keys, nor with `own_key`, this machine's public key.
    """
    lives = _values(settings, keys.LIVES)
    trusted = trusted_keys(settings, own_key)
    kept: dict[str, dict[str, bytes]] = {}
    for document in documents.kept(archive):
        _check(document, trusted)
        kept.setdefault(document.campaign, {})[document.name] = document.content
    moved = dict(lives)
    for campaign in {*lives, *kept}:
        known = lives.get(campaign)
        life = msgspec.json.decode(known, type=Life) if known else Life(state="scheduled")
        after = _caught_up(campaign, life, kept.get(campaign, {}))
        if after != life:
            moved[campaign] = msgspec.json.encode(after).decode()
    if moved == lives:
        return settings
    return {**settings, keys.LIVES: {"type": "hash", "value": moved}}


def trusted_keys(settings: Settings, own_key: bytes | None) -> set[bytes]:
    """Public keys that documents may be signed with: all that the settings know, and this machine's own."""
    known = _values(settings, keys.SIGNING_KEYS).values()
    return {public_key_from(_read(one)["public_key"]) for one in known} | ({own_key} if own_key else set())


def _values(settings: Settings, key: str) -> dict[str, str]:
    return dict(settings[key]["value"]) if key in settings else {}


def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def _check(document: Document, trusted: Collection[bytes]) -> None:
    where = f"documents/{document.file_name}"
    try:
        if document.name == _SNAPSHOT:
            is_its = read_snapshot(document.content).campaign == document.campaign
        else:
            result = check(document.content, trusted).document
            version = f"result|{result.get('version')}"
            is_its = (result["campaign"]["id"], version) == (document.campaign, document.name)
    except (NotGenuine, ValueError, KeyError) as error:
        raise DamagedArchive(f"{where} cannot be restored: {error}") from error
    if not is_its:
        raise DamagedArchive(f"{where} is of another campaign, or another version")


def _caught_up(campaign: str, life: Life, kept: Mapping[str, bytes]) -> Life:
    """Where the campaign stands by its documents; DamagedArchive where one is missing."""
    results = sorted(int(name.partition("|")[2]) for name in kept if name != _SNAPSHOT)
    expected = range(1, max([life.result, *results]) + 1)
    _refuse_missing(campaign, [f"result-{n}" for n in expected if n not in results])
    content = kept.get(_SNAPSHOT)
    if content is None:
        _refuse_missing(campaign, [_SNAPSHOT] if life.snapshot_sha256 or results else [])
        return life
    if life.snapshot_sha256 and life.snapshot_sha256 != fingerprint(content):
        raise DamagedArchive(
            f"documents/{campaign}.snapshot.json is another one than was written at the freeze"
        )
    if not life.snapshot_sha256 and life.state != "cancelled":
        life = _frozen(life, content)
    return _certified(life, kept[f"result|{results[-1]}"]) if results and results[-1] > life.result else life


def _refuse_missing(campaign: str, names: Sequence[str]) -> None:
    if names:
        files = ", ".join(f"documents/{campaign}.{name}.json" for name in names)
        raise DamagedArchive(f"{files} is missing: copy it back from where the archive is backed up")


def _frozen(life: Life, content: bytes) -> Life:
    snapshot = read_snapshot(content)
    return replace(
        life,
        state="review",
        version=life.version + 1,
        since_ms=snapshot.taken_ms,
        cutoff_ms=snapshot.cutoff_ms,
        snapshot_sha256=fingerprint(content),
    )


def _certified(life: Life, content: bytes) -> Life:
    result = check(content).document
    return replace(
        life,
        state="paid" if life.state == "paid" else "certified",
        version=life.version + 1,
        since_ms=_ms(result["certified_at"]),
        refunds_until_ms=_ms(result["campaign"]["refunds_until"]),
        certifying=None,
        result=result["version"],
    )


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))
