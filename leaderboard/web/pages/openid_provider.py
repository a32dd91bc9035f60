"""The provider of OpenID Connect: where it is asked what, its keys, and a code given in for who signed in.

Every answer is limited in size and time, and no redirect is followed. What was learnt is kept for an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote_plus

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet
from msgspec import Meta, Struct
from yarl import URL

from leaderboard.config import OpenId
from leaderboard.domain.openid import is_safe_address
from leaderboard.web.pages.openid_token import Expected, NotGenuine, NotSigned, checked_claims, key_set

TIMEOUT: Final = ClientTimeout(total=10)

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_KEPT_MS: Final = 3_600_000
_LONGEST_ANSWER_BYTES: Final = 1024 * 1024

_Address = Annotated[str, Meta(min_length=1, max_length=2_000)]


class ProviderAway(Exception):
    """The provider does not answer, or not as one does; the text is for the log."""


class NotSetUp(ProviderAway):
    """The provider and the configuration do not fit; waiting does not help. The text is for the log."""


class CodeRefused(Exception):
    """The provider does not take the code; the text is for the log."""


class Metadata(Struct, frozen=True):
    """What we need of a provider's discovery document."""

    issuer: str
    authorization_endpoint: _Address
    token_endpoint: _Address
    jwks_uri: _Address
    # What the standard says for a provider that does not.
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Granted(Struct, frozen=True):
    """What a code is worth."""

    id_token: str
    access_token: str = ""


class Provider:
    """One provider, as this process knows it."""

    def __init__(self, config: OpenId, secret: str, session: ClientSession) -> None:
        self.config = config
        self._secret = secret
        self._session = session
        self._metadata: tuple[int, Metadata] | None = None
        self._keys: tuple[int, KeySet] | None = None

    async def metadata(self, now_ms: int) -> Metadata:
        """The discovery document. ProviderAway where there is none, NotSetUp where it is of another provider."""
        if self._metadata is None or now_ms - self._metadata[0] >= _KEPT_MS:
            found = await self._get(self.config.issuer.rstrip("/") + _WELL_KNOWN)
            self._metadata = now_ms, self._checked(found)
        return self._metadata[1]

    def _checked(self, found: object) -> Metadata:
        try:
            metadata = msgspec.convert(found, Metadata)
        except msgspec.ValidationError as error:
            raise ProviderAway(f"its discovery document: {error}") from error
        if metadata.issuer != self.config.issuer:
            raise NotSetUp(
                f"it calls itself {metadata.issuer!r}, and pages.openid.issuer is {self.config.issuer!r}"
            )
        for one in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            if not (is_safe_address(one) and _is_readable(one)):
                raise NotSetUp(f"its discovery document names {one!r}, which is no https address")
        return metadata

    async def way(
        self, now_ms: int, *, back: str, state: str, nonce: str, verifier: str, language: str
    ) -> str:
        """Where the browser is sent to sign in."""
        metadata = await self.metadata(now_ms)
        asked = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.config.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        return str(URL(metadata.authorization_endpoint).extend_query(asked))

    async def claims(
        self, now_ms: int, *, code: str, back: str, nonce: str, verifier: str
    ) -> Mapping[str, Any]:
        """Who signed in, by the code of it. CodeRefused or NotGenuine where that does not check out."""
        granted = await self._redeem(await self.metadata(now_ms), code, back, verifier)
        expected = Expected(self.config.issuer, self.config.client_id, nonce, granted.access_token)
        kept_since = self._keys[0] if self._keys else None
        try:
            return checked_claims(granted.id_token, await self._key_set(now_ms), expected, now_ms // 1000)
        except NotSigned:
            if kept_since is None:
                raise
        # Providers change their keys without saying so.
        self._keys = None
        return checked_claims(granted.id_token, await self._key_set(now_ms), expected, now_ms // 1000)

    async def _key_set(self, now_ms: int) -> KeySet:
        if self._keys is None or now_ms - self._keys[0] >= _KEPT_MS:
            found = await self._get((await self.metadata(now_ms)).jwks_uri)
            self._keys = now_ms, key_set(found)
        return self._keys[1]

    async def _redeem(self, metadata: Metadata, code: str, back: str, verifier: str) -> Granted:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        client_id, headers = self.config.client_id, {}
        if self._secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            headers["Authorization"] = encode_basic_auth(quote_plus(client_id), quote_plus(self._secret))
        elif self._secret:
            form |= {"client_id": client_id, "client_secret": self._secret}
        else:
            form |= {"client_id": client_id}
        status, body = await self._ask("POST", metadata.token_endpoint, data=form, headers=headers)
        if 400 <= status < 500:
            is_ours = b"invalid_client" in body or b"unauthorized_client" in body
            raise (NotSetUp if is_ours else CodeRefused)(f"for a code, status {status}: {body[:200]!r}")
        try:
            return msgspec.convert(self._document(status, body), Granted)
        except msgspec.ValidationError as error:
            raise NotGenuine(f"what it gives for a code: {error}") from error

    async def _get(self, url: str) -> object:
        return self._document(*await self._ask("GET", url))

    @staticmethod
    def _document(status: int, body: bytes) -> object:
        if status != 200:
            raise ProviderAway(f"it answers with status {status}")
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProviderAway(f"it answers with what is not JSON: {error}") from error

    async def _ask(self, method: str, url: str, **more: Any) -> tuple[int, bytes]:
        request = self._session.request(method, url, allow_redirects=False, **more)
        try:
            async with request as response:
                body = await response.content.read(_LONGEST_ANSWER_BYTES)
                while not response.content.at_eof() and len(body) < _LONGEST_ANSWER_BYTES:
                    body += await response.content.read(_LONGEST_ANSWER_BYTES)
                return response.status, body
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise ProviderAway(f"{method} {URL(url).with_query(None)}: {error!r}") from error


def _is_readable(url: str) -> bool:
    try:
        URL(url)
    except ValueError:
        return False
    return True
