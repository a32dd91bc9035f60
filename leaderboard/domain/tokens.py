"""Access tokens: roles, what each is bound to, and the check of a secret. The secret itself is never kept."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from leaderboard.domain.accounts import Id, Label

Role = Literal["admin", "reviewer", "payout_preparer", "payout_approver", "agency", "ingest"]
ROLES: Final[tuple[Role, ...]] = (
    "admin", "reviewer", "payout_preparer", "payout_approver", "agency", "ingest",
)  # fmt: skip

EVERY_ACCOUNT: Final = "*"
_TOKEN: Final = re.compile(r"llb_([a-z0-9]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_EXPIRY: Final = re.compile(r"(\d{1,5})([smhd])", re.ASCII)


class TokenRequest(Struct, forbid_unknown_fields=True, frozen=True):
    """A token to be issued. `expires` is a duration from now such as 30d, 12h; none means it does not expire."""

    role: Role
    agency: Id | None = None
    accounts: Annotated[list[Annotated[str, Meta(min_length=1, max_length=128)]], Meta(max_length=1000)] = (
        field(default_factory=list)
    )
    name: Label = "unnamed"
    expires: Annotated[str, Meta(max_length=8)] | None = None


class Token(Struct, frozen=True):
    """A token as it is stored: `secret_hash` is SHA-256 of 256 random bits, which needs no slow hash.

    Of somebody whom a provider signs in, `person` is the provider and who they are there. Such a token has no secret,
    so that its hash is '', which no secret has.
    """

    id: str
    role: Role
    name: str
    created_ms: int
    secret_hash: str
    agency: str | None = None
    accounts: list[str] = field(default_factory=list)
    expires_ms: int | None = None
    revoked_ms: int | None = None
    person: str = ""

    def allows_account(self, account: str) -> bool:
        """Whether this token may send events of the account."""
        return self.role == "admin" or EVERY_ACCOUNT in self.accounts or account in self.accounts


def binding_problem(request: TokenRequest) -> str | None:
    """What is missing of what the role must be bound to, naming the field."""
    if request.role == "agency" and request.agency is None:
        return "agency: an agency token is bound to one agency; name it"
    if request.role != "agency" and request.agency is not None:
        return f"agency: a token of role {request.role} is not bound to an agency"
    if request.role == "ingest" and not request.accounts:
        return 'accounts: an ingest token is bound to accounts; name them, or "*" for a platform feed'
    if request.role != "ingest" and request.accounts:
        return f"accounts: a token of role {request.role} is not bound to accounts"
    return None


def expiry_ms(text: str) -> int:
    """The milliseconds of a duration: 90s, 15m, 12h, 30d."""
    match = _EXPIRY.fullmatch(text)
    if match is None or match[1].strip("0") == "":
        raise ValueError(f"expires: {text!r} is not a duration such as 15m, 12h or 30d")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])}) // timedelta(milliseconds=1)


def token_text(token_id: str, secret: str) -> str:
    """What the holder sends: `llb_<id>_<secret>`."""
    return f"llb_{token_id}_{secret}"


def split_token(text: str) -> tuple[str, str] | None:
    """(id, secret) of a token text, or None for anything that is not one."""
    match = _TOKEN.fullmatch(text)
    return (match[1], match[2]) if match else None


def hash_secret(secret: str) -> str:
    """The only form in which a secret is stored."""
    return sha256(secret.encode()).hexdigest()


def is_valid(token: Token, secret: str, now_ms: int) -> bool:
    """Whether the secret is this token's, and it is neither expired nor revoked. Takes the same time either way."""
    matches = hmac.compare_digest(token.secret_hash, hash_secret(secret))
    return matches and token.revoked_ms is None and (token.expires_ms is None or now_ms < token.expires_ms)
