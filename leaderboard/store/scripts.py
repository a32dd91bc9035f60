"""The store's scripts: atomic steps in Lua, loaded from files, called by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final

from redis.exceptions import NoScriptError

from leaderboard.store.client import Argument, Client


class Script:
    """One script. A server that does not know it yet (restarted, failed over) is told it and asked again."""

    def __init__(self, name: str, *preludes: str) -> None:
        self.name = name
        folder = files("leaderboard.store").joinpath("lua")
        self.source = b"\n".join(folder.joinpath(f"{part}.lua").read_bytes() for part in (*preludes, name))
        # The server's own name for a script; nothing secret hangs on it.
        self.sha = sha1(self.source, usedforsecurity=False).hexdigest()

    async def __call__(self, client: Client, keys: Sequence[str], *arguments: Argument) -> Any:
        try:
            return await client.do("EVALSHA", self.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return await client.do("EVAL", self.source, len(keys), *keys, *arguments)

    async def together(
        self, client: Client, calls: Sequence[tuple[Sequence[str], Sequence[Argument]]]
    ) -> list[Any]:
        """Several calls in one round trip, each atomic by itself; their answers."""
        commands = [("EVALSHA", self.sha, len(keys), *keys, *arguments) for keys, arguments in calls]
        answers = await client.together(commands, raise_errors=False)
        for number, answer in enumerate(answers):
            if isinstance(answer, NoScriptError):
                answers[number] = await self(client, calls[number][0], *calls[number][1])
            elif isinstance(answer, Exception):
                raise answer
        return answers


AMEND: Final = Script("amend", "audit")
APPLY: Final = Script("apply", "fenced")
AWARDS: Final = Script("awards")
BURY: Final = Script("bury")
BEHIND: Final = Script("behind")
CHECKPOINT: Final = Script("checkpoint", "audit")
COMMIT: Final = Script("commit")
LEASE: Final = Script("lease")
NOTED: Final = Script("noted", "audit")
PAGE: Final = Script("page")
PAYOUT: Final = Script("payout", "audit", "ledger")
PAYEE: Final = Script("payee", "audit")
PROGRESS: Final = Script("progress")
PUBLISH: Final = Script("publish", "fenced")
REQUEST: Final = Script("request", "audit")
RESCORE: Final = Script("rescore", "audit")
REPLACE_HASH: Final = Script("replace")
PUT: Final = Script("put", "audit")
DOCKET: Final = Script("docket", "audit")
FENCE: Final = Script("fence")
FUND: Final = Script("fund", "audit", "ledger")
SETTLE: Final = Script("settle", "row")
ENROLL: Final = Script("enroll", "audit")
LIVE: Final = Script("live", "fenced", "row")
TRANSITION: Final = Script("transition", "audit")
TRIM: Final = Script("trim")
UNBURY: Final = Script("unbury")
