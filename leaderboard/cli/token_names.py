"""Who holds a token, by its id, where the caller may know: what is kept of a deed is the id alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leaderboard.cli.client import Client, Refused, at

UNNAMED: Final = "unnamed"


async def token_names(client: Client) -> dict[str, str]:
    """Id → name of every token that has one; nothing for whoever may not list tokens."""
    try:
        found = await client.get(at("tokens"))
    except Refused as error:
        if error.status != 403:
            raise
        return {}
    return {one["id"]: one["name"] for one in found["items"] if one["name"] not in ("", UNNAMED)}


def named(token: str | None, names: Mapping[str, str]) -> str:
    """`Pia (k3v9x2m4q8z1)`; the id alone where no name is known."""
    name = names.get(token or "")
    return f"{name} ({token})" if name else token or ""
