"""Who is signed in, with which link one may sign in, and who tried in vain. Secrets are kept as hashes only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from leaderboard.domain.sessions import (
    FAILURES_MOST,
    FAILURES_WITHIN_S,
    LINK_LIFETIME_MS,
    Session,
    SignInLink,
    session_key,
    session_until,
)
from leaderboard.domain.tokens import Token
from leaderboard.store import session_keys
from leaderboard.store.client import Client, Command, mapping
from leaderboard.store.settings import Settings, to_json

_decode: msgspec.json.Decoder[Session] = msgspec.json.Decoder(Session)
_decode_link: msgspec.json.Decoder[SignInLink] = msgspec.json.Decoder(SignInLink)


class Sessions:
    """The only place where a session's secret or a link's code is made; each is returned once and forgotten."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def begin(self, token: Token, now_ms: int, lifetime_ms: int) -> tuple[Session, str]:
        """A new session of a token, and its secret. Those of the token that are over are forgotten on the way."""
        secret = secrets.token_urlsafe(32)
        session = Session(now_ms, session_until(token, now_ms, lifetime_ms))
        key = session_keys.sessions(token.id)
        over = [field for field, one in (await self._all(token.id)).items() if one.expires_ms <= now_ms]
        commands: list[Command] = [("HDEL", key, *over)] if over else []
        commands += [("HSET", key, session_key(secret), to_json(session)), ("PERSIST", key)]
        # The longest-lived of them ends with its own time; the key needs none longer than a new one has.
        commands += [("PEXPIRE", key, lifetime_ms)]
        await self._client.together(commands, atomic=True)
        return session, secret

    @staticmethod
    def look_up(token_id: str, secret: str) -> Command:
        """The command that reads a session, to be sent along with others; its answer goes to `found`."""
        return ("HGET", session_keys.sessions(token_id), session_key(secret))

    @staticmethod
    def found(answer: bytes | None, now_ms: int) -> Session | None:
        """The session in the answer to `look_up`, where there is one that is not over."""
        session = _decode.decode(answer) if answer else None
        return session if session and now_ms < session.expires_ms else None

    async def end(self, token_id: str, secret: str) -> None:
        """Signs this browser out."""
        await self._client.do("HDEL", session_keys.sessions(token_id), session_key(secret))

    async def end_all(self, token_id: str) -> None:
        """Signs every browser out that is signed in with the token, and takes back its unused links."""
        links = await self._links()
        unused = [code for code, link in links.items() if link.token == token_id]
        commands: list[Command] = [("DEL", session_keys.sessions(token_id))]
        commands += [("HDEL", session_keys.SIGN_IN_LINKS, *unused)] if unused else []
        await self._client.together(commands, atomic=True)

    async def count(self, token_id: str, now_ms: int) -> int:
        """In how many browsers the token is signed in."""
        return sum(now_ms < one.expires_ms for one in (await self._all(token_id)).values())

    async def counts(self, token_ids: Sequence[str], now_ms: int) -> dict[str, int]:
        """In how many browsers each of the tokens is signed in."""
        found = await self._client.together([("HVALS", session_keys.sessions(one)) for one in token_ids])
        return {
            token_id: sum(now_ms < _decode.decode(session).expires_ms for session in sessions)
            for token_id, sessions in zip(token_ids, found, strict=True)
        }

    async def _all(self, token_id: str) -> dict[bytes, Session]:
        found = mapping(await self._client.do("HGETALL", session_keys.sessions(token_id)))
        return {field: _decode.decode(one) for field, one in found.items()}

    async def make_link(self, token: Token, actor: str, now_ms: int) -> tuple[SignInLink, str]:
        """A link that signs in with the token, once, and its code. It stands in the audit log who made it."""
        over = [code for code, link in (await self._links()).items() if link.expires_ms <= now_ms]
        if over:
            await self._client.do("HDEL", session_keys.SIGN_IN_LINKS, *over)
        code = secrets.token_urlsafe(32)
        link = SignInLink(token.id, now_ms + LINK_LIFETIME_MS)
        await self._settings.put(
            session_keys.SIGN_IN_LINKS,
            session_key(code),
            to_json(link),
            "sign_in_link",
            token.id,
            actor,
            change_id=token.id,
        )
        return link, code

    async def link(self, code: str, now_ms: int) -> SignInLink | None:
        """What a link signs in to, without using it up: mail programs look at links before people do."""
        return _good(await self._client.do("HGET", session_keys.SIGN_IN_LINKS, session_key(code)), now_ms)

    async def use_link(self, code: str, now_ms: int) -> SignInLink | None:
        """What a link signs in to; it is used up by this. Of two at the same time one gets it."""
        field = session_key(code)
        commands = [("HGET", session_keys.SIGN_IN_LINKS, field), ("HDEL", session_keys.SIGN_IN_LINKS, field)]
        found, removed = await self._client.together(commands, atomic=True)
        return _good(found, now_ms) if removed else None

    async def _links(self) -> dict[bytes, SignInLink]:
        found = mapping(await self._client.do("HGETALL", session_keys.SIGN_IN_LINKS))
        return {code: _decode_link.decode(one) for code, one in found.items()}

    async def failed(self, address: str) -> None:
        """Notes an attempt to sign in that failed."""
        key = session_keys.sign_in_failures(address)
        await self._client.together([("INCR", key), ("EXPIRE", key, FAILURES_WITHIN_S, "NX")], atomic=True)

    async def wait_s(self, address: str) -> int:
        """For how long an address has to wait after too many failures; 0 while it may try."""
        key = session_keys.sign_in_failures(address)
        failures, left_s = await self._client.together([("GET", key), ("TTL", key)])
        return max(int(left_s), 1) if int(failures or 0) >= FAILURES_MOST else 0


def _good(found: bytes | None, now_ms: int) -> SignInLink | None:
    link = _decode_link.decode(found) if found else None
    return link if link and now_ms < link.expires_ms else None
