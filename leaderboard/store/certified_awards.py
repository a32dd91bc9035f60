"""The awards that a certified result lists, as it is kept. Checks no signature, so nobody is paid by it."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.listed_awards import ListedAward, awards_of
from leaderboard.store.lifecycles import Lifecycles


class _Result(Struct, frozen=True):
    awards: list[ListedAward]


class _File(Struct, frozen=True):
    result: _Result


_decode: Final = msgspec.json.Decoder(_File).decode


async def certified_awards(
    lifecycles: Lifecycles, campaign: str, version: int
) -> list[ProvisionalAward] | None:
    """Those of one version; None where it is not in the store."""
    content = await lifecycles.document(campaign, f"result|{version}")
    return awards_of(_decode(content).result.awards) if content else None
