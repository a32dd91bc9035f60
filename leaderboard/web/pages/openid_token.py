"""The check of an ID token, as OpenID Connect Core 3.1.3.7 has it. Asks nobody: keys are handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core.claims import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

# By public keys only: with HS256 whoever knows the public key could sign, and with none everybody.
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_KEY_TYPES: Final = ("RSA", "EC")
# Clocks differ a little.
_LEEWAY_S: Final = 60
_LONGEST_SUBJECT: Final = 255


class NotGenuine(ValueError):
    """The token is not what the provider signs for this service and this sign-in; the text says what is wrong."""


class NotSigned(NotGenuine):
    """None of the keys signed the token; the provider may have newer ones."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token has to say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str


def key_set(document: object) -> KeySet:
    """The keys that a provider publishes, of those that ID tokens are signed with. NotGenuine where there is none."""
    try:
        keys = [key for key in document["keys"] if _signs(key)]  # type: ignore[index]  # wrong shapes are caught
        return KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotGenuine(f"the provider's keys cannot be read: {error}") from error


def _signs(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"


def checked_claims(token: str, keys: KeySet, expected: Expected, now_s: int) -> Mapping[str, Any]:
    """What a genuine token says. NotSigned or NotGenuine for any other."""
    try:
        found = jwt.decode(token, keys, algorithms=_ALGORITHMS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSigned(f"the signature: {error}") from error
    essential = {"iss": expected.issuer, "aud": expected.client_id}
    claims = CodeIDToken(
        found.claims,
        found.header,
        {name: {"essential": True, "value": value} for name, value in essential.items()},
        {
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        claims.validate(now=now_s, leeway=_LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise NotGenuine(f"what it says: {error}") from error
    if not 0 < len(claims["sub"]) <= _LONGEST_SUBJECT:
        raise NotGenuine("what it says: its subject is empty or too long")
    return dict(claims)
