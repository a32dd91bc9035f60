"""Signing in with a browser: one-time links, sessions, and how many attempts may fail. Keeps nothing."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import Final

from msgspec import Struct

from leaderboard.domain.tokens import Token, hash_secret

LINK_LIFETIME_MS: Final = 15 * 60 * 1000
# So many attempts of one address may fail within the time; then it waits until the time is over.
FAILURES_MOST: Final = 10
FAILURES_WITHIN_S: Final = 15 * 60

_COOKIE: Final = re.compile(r"lls_([a-z0-9]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_LINK_CODE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class Session(Struct, frozen=True):
    """A browser that is signed in with a token, until it signs out, the time is over, or the token ends."""

    created_ms: int
    expires_ms: int


class SignInLink(Struct, frozen=True):
    """What a link signs in to, once."""

    token: str
    expires_ms: int


def cookie_text(token_id: str, secret: str) -> str:
    """What the browser keeps: `lls_<token id>_<secret of the session>`. The token's own secret is no part of it."""
    return f"lls_{token_id}_{secret}"


def split_cookie(text: str) -> tuple[str, str] | None:
    """(token id, secret) of a session's cookie, or None for anything that is not one."""
    match = _COOKIE.fullmatch(text)
    return (match[1], match[2]) if match else None


def is_link_code(text: str) -> bool:
    """Whether a text has the shape of a link's code."""
    return _LINK_CODE.fullmatch(text) is not None


def session_key(secret: str) -> str:
    """The only form in which a session's secret, or a link's code, is stored."""
    return hash_secret(secret)


def form_token(secret: str, salt: str) -> str:
    """What every form of a session carries: it follows from the secret, which no other site can read.

    With another salt each time it is another text, so that a packed page tells nothing of it by its size.
    """
    mark = hmac.new(secret.encode(), f"form {salt}".encode(), sha256).hexdigest()
    return f"{salt}.{mark}"


def is_form_token(secret: str, text: str) -> bool:
    """Whether a form was made for this session. Takes the same time either way."""
    salt = text.partition(".")[0]
    return hmac.compare_digest(form_token(secret, salt).encode(), text.encode("utf-8", "replace"))


def is_usable(token: Token, now_ms: int) -> bool:
    """Whether a token may be signed in with, and stay so: neither expired nor revoked, and of a person."""
    is_good = token.revoked_ms is None and (token.expires_ms is None or now_ms < token.expires_ms)
    return is_good and token.role != "ingest"


def session_until(token: Token, now_ms: int, lifetime_ms: int) -> int:
    """When a session that begins now ends: not later than its token."""
    return min(now_ms + lifetime_ms, token.expires_ms) if token.expires_ms else now_ms + lifetime_ms
