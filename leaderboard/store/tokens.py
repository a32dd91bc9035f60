"""Tokens: issued once, found by their id, revoked at once. Only a hash of the secret is stored."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from leaderboard.domain.openid import Person
from leaderboard.domain.tokens import Token, TokenRequest, expiry_ms, hash_secret, token_text
from leaderboard.store import keys
from leaderboard.store.client import Client, mapping
from leaderboard.store.settings import Settings, to_json

# Who decided, in the audit log, where a provider of OpenID Connect told of somebody.
PROVIDER: Final = "openid"

_ID_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


class Tokens:
    """The only place where a secret is made; it is returned once and forgotten."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def issue(self, request: TokenRequest, actor: str, now_ms: int) -> tuple[Token, str]:
        """A new token and the text its holder sends."""
        token_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(12))
        secret = secrets.token_urlsafe(32)
        token = Token(
            id=token_id,
            role=request.role,
            name=request.name,
            created_ms=now_ms,
            secret_hash=hash_secret(secret),
            agency=request.agency,
            accounts=request.accounts,
            expires_ms=now_ms + expiry_ms(request.expires) if request.expires else None,
        )
        await self._settings.put(keys.TOKENS, token_id, to_json(token), "token", token_id, actor)
        return token, token_text(token_id, secret)

    async def put_person(self, person: Person, now_ms: int) -> Token | None:
        """The token of somebody whom a provider signed in, saved as the provider tells of them today.

        It has no secret. What is revoked stays as it is, and so does a token of somebody else with the same id.
        """
        before = await self.find(person.id)
        if before is None or (before.person == person.identity and before.revoked_ms is None):
            token = Token(
                id=person.id,
                role=person.role,
                name=person.name,
                created_ms=before.created_ms if before else now_ms,
                secret_hash="",
                agency=person.agency,
                person=person.identity,
            )
            await self._settings.put(keys.TOKENS, token.id, to_json(token), "token", token.id, PROVIDER)
        return await self.find(person.id)

    async def find(self, token_id: str) -> Token | None:
        """A token by its id, whatever its state."""
        found = await self._client.do("HGET", keys.TOKENS, token_id)
        return msgspec.json.decode(found, type=Token) if found else None

    async def every(self) -> list[Token]:
        """All tokens, the oldest first."""
        found = mapping(await self._client.do("HGETALL", keys.TOKENS))
        tokens = [msgspec.json.decode(document, type=Token) for document in found.values()]
        return sorted(tokens, key=lambda token: (token.created_ms, token.id))

    async def revoke(self, token_id: str, actor: str, now_ms: int) -> bool:
        """Ends a token for ever, from the next request on; False where there is none."""
        token = await self.find(token_id)
        if token is None:
            return False
        if token.revoked_ms is None:
            revoked = msgspec.structs.replace(token, revoked_ms=now_ms)
            await self._settings.put(keys.TOKENS, token_id, to_json(revoked), "token", token_id, actor)
        return True
