"""The public keys that results are signed with. Signs nothing."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.signing import ALGORITHM
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, answer
from leaderboard.web.endpoints import EVERY_ROLE, Answer, Endpoint
from leaderboard.web.keys import STORE

KeyId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]


class SigningKeyShown(Struct):
    """A public key in base64, and when it was first signed with. `key_id` begins the SHA-256 of its bytes."""

    key_id: KeyId
    algorithm: str
    public_key: str
    since_at: Time


class SigningKeyList(Struct):
    """All keys, the oldest first; before the first result there may be none."""

    items: list[SigningKeyShown]
    cursor: str | None


async def list_signing_keys(request: web.Request) -> web.Response:
    """All public keys: whoever has a result may want to compare."""
    known = await request.app[STORE].signing_keys.every()
    items = [
        {
            "key_id": key_id,
            "algorithm": ALGORITHM,
            "public_key": one.public_key,
            "since_at": rfc3339(one.since_ms),
        }
        for key_id, one in known.items()
    ]
    return answer({"items": items, "cursor": None})


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/signing-keys", list_signing_keys, EVERY_ROLE, "List signing keys", "Standings",
        {200: Answer("All public keys.", SigningKeyList)},
        description="A result names its key and carries it. `leaderboard verify FILE --key KEYS.json` compares the key "
        "with this list; without, a file only proves that nobody changed it since somebody signed it.",
    ),
)  # fmt: skip
