"""The people of a demo: each has a token, and its secret lies in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from leaderboard.demo.client import Client


class Token(Struct, frozen=True):
    """What its holder sends, and how others see who did something."""

    id: str
    secret: str


async def issue_token(admin: Client, data: Path, person: str, role: str, agency: str | None = None) -> Token:
    """Issues it, and writes it to `PERSON.token`."""
    bound = {"agency": agency} if agency else {}
    issued = await admin.post("/v1/tokens", {"role": role, "name": f"demo {person}"} | bound)
    token = Token(issued["id"], issued["secret"])
    descriptor = os.open(data / f"{person}.token", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token.secret + "\n")
    return token
