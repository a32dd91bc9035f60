"""Rescorings of campaigns: saved at once, each move with its audit entry, and with what is voided by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.rescoring_steps import preview_sha256
from leaderboard.domain.rescorings import Rescoring
from leaderboard.store import keys, review_keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import RESCORE
from leaderboard.store.settings import to_json

Outcome = Literal["done", "moved", "basis"]

ANY_BASIS: Final = "*"

_decode: Final = msgspec.json.Decoder(Rescoring).decode


class Prepared(Struct, frozen=True):
    """What a preview was worked out of: `basis` are the ids in force, `before` and `after` account → voided."""

    basis: tuple[str, ...]
    before: Mapping[str, Voided]
    after: Mapping[str, Voided]


_decode_prepared: Final = msgspec.json.Decoder(Prepared).decode


class Rescorings:
    """By campaign and id."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, campaign: str) -> dict[str, Rescoring]:
        """Id → rescoring, whatever its state, by id."""
        found = mapping(await self._client.do("HGETALL", review_keys.rescorings(campaign)))
        return {name.decode(): _decode(document) for name, document in sorted(found.items())}

    async def one(self, campaign: str, rescoring: str) -> Rescoring | None:
        found = await self._client.do("HGET", review_keys.rescorings(campaign), rescoring)
        return _decode(found) if found else None

    async def prepared(self, campaign: str, rescoring: str) -> Prepared | None:
        """What its preview was worked out of."""
        found = await self._client.do("HGET", review_keys.rescoring_figures(campaign), rescoring)
        return _decode_prepared(found) if found else None

    async def move(
        self,
        before: Rescoring | None,
        after: Rescoring,
        *,
        actor: str,
        why: str = "",
        prepared: Prepared | None = None,
        basis: tuple[str, ...] | None = None,
        voided: Mapping[str, Voided] | None = None,
        life_version: int | None = None,
    ) -> Outcome:
        """Saves `after` in place of `before`; `moved` where it is not as that any more, or the campaign's life has
        another version than was looked at.

        `basis`: the others that have to be in force, `basis` where it is others. `voided` becomes what is voided of the
        campaign, in the same step.
        """
        campaign = after.campaign
        told = [part for pair in sorted((voided or {}).items()) for part in (pair[0], to_json(pair[1]))]
        names = (
            review_keys.rescorings(campaign),
            review_keys.voided(campaign),
            review_keys.rescoring_figures(campaign),
            keys.CHANGES,
            keys.AUDIT_LOG,
            keys.LIVES,
        )
        done = await RESCORE(
            self._client,
            names,
            after.id,
            to_json(before) if before else "",
            to_json(after),
            actor,
            f"rescoring.{_VERBS[after.state]}",
            f"{campaign}/{after.id}",
            why,
            campaign,
            to_json(prepared) if prepared else "",
            ANY_BASIS if basis is None else " ".join(sorted(basis)),
            "" if voided is None else "1",
            "" if life_version is None else life_version,
            _logged(before) if before else "",
            _logged(after),
            *told,
        )
        return _OUTCOMES[done]


def _logged(rescoring: Rescoring) -> bytes:
    """What the audit log has of it. The store hashes its entries, and does nothing else meanwhile: instead of whom a
    preview moves, which may be everybody, it gets how many they are, and the hash of the preview."""
    if rescoring.preview is None:
        return to_json(rescoring)
    preview = rescoring.preview
    logged = msgspec.to_builtins(replace(rescoring, preview=replace(preview, moved=())))
    del logged["preview"]["moved"]
    logged["preview"] |= {"moved_accounts": len(preview.moved), "sha256": preview_sha256(preview)}
    return to_json(logged)


_OUTCOMES: Final[dict[bytes, Outcome]] = {b"done": "done", b"moved": "moved", b"basis": "basis"}
_VERBS: Final = {
    "preparing": "ask",
    "prepared": "prepare",
    "applied": "apply",
    "reversed": "reverse",
    "cancelled": "cancel",
    "failed": "fail",
}
