"""Who somebody is here whom a provider of OpenID Connect has signed in: id, name, role, agency. Asks nobody."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from leaderboard.domain.tokens import Role, hash_secret

ATTEMPT_LIFETIME_MS: Final = 10 * 60 * 1000
# So many may be begun from one address within the time in which failures are counted.
ATTEMPTS_MOST: Final = 100

_ID_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID_LENGTH: Final = 12
_LONGEST_NAME: Final = 200
_THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")
_NAMES: Final = ("name", "preferred_username", "email")


class NotHere(ValueError):
    """The provider knows the person, and there is no place for them here: no `role`, or no `agency` to act for."""


class Attempt(Struct, frozen=True):
    """A sign-in that was begun: what its answer has to fit, and where to go then. `browser` is a hash."""

    browser: str
    nonce: str
    verifier: str
    next: str


class Person(Struct, frozen=True):
    """Who signed in, as the provider and the configuration tell."""

    id: str
    identity: str
    name: str
    role: Role
    agency: str | None


def is_safe_address(url: str) -> bool:
    """Whether nobody on the way can read or change what is sent to an address: TLS, or this very machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    return is_here or (parts.scheme == "https" and bool(parts.hostname))


def is_browser(attempt: Attempt, secret: str) -> bool:
    """Whether the browser with this secret began the attempt. Takes the same time either way."""
    return hmac.compare_digest(attempt.browser, hash_secret(secret))


def identity_of(issuer: str, subject: str) -> str:
    """Who somebody is for good: a subject means nothing without who issued it."""
    return f"{issuer} {subject}"


def person_id(identity: str) -> str:
    """The same id each time, of the shape that ids of tokens have."""
    number = int.from_bytes(sha256(identity.encode()).digest())
    letters = []
    for _ in range(_ID_LENGTH):
        number, letter = divmod(number, len(_ID_LETTERS))
        letters.append(_ID_LETTERS[letter])
    return "".join(letters)


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a claim, one or a list. A name with dots that is no claim goes into objects: `realm.roles`."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return [value for value in values if isinstance(value, str) and value]


def role_of(claims: Mapping[str, Any], claim: str, roles: Mapping[str, Role]) -> Role | None:
    """The role of the first entry of `roles` whose value the claim has."""
    held = set(values_of(claims, claim))
    return next((role for value, role in roles.items() if value in held), None)


def name_of(claims: Mapping[str, Any]) -> str:
    """How people call somebody; at worst by the subject."""
    for claim in (*_NAMES, "sub"):
        for value in values_of(claims, claim)[:1]:
            printable = "".join(letter if letter.isprintable() else " " for letter in value)
            if name := " ".join(printable.split())[:_LONGEST_NAME].strip():
                return name
    return "unnamed"


def person_of(
    claims: Mapping[str, Any], *, issuer: str, role_claim: str, roles: Mapping[str, Role], agency_claim: str
) -> Person:
    """The person of checked claims. NotHere for who has no role, or whose role needs an agency that is not told."""
    role = role_of(claims, role_claim, roles)
    if role is None:
        raise NotHere("role")
    agency = None
    if role == "agency":
        agencies = values_of(claims, agency_claim)
        if len(agencies) != 1:
            raise NotHere("agency")
        agency = agencies[0]
    identity = identity_of(issuer, claims["sub"])
    return Person(person_id(identity), identity, name_of(claims), role, agency)
