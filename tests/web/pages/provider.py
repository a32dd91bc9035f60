"""A provider of OpenID Connect for one client, which signs whoever the test says, and lies as the test says."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from yarl import URL

CLIENT_ID = "leader board:1"
SECRET = "s3cret/with+signs"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A pair of keys by which tokens are signed; PyJWT does, which is other code than what checks them."""

    def __init__(self, kid: str, algorithm: str = "ES256") -> None:
        self.kid, self.algorithm = kid, algorithm
        self.private: Any = (
            ec.generate_private_key(ec.SECP256R1())
            if algorithm.startswith("ES")
            else rsa.generate_private_key(65537, 2048)
        )

    @property
    def public(self) -> dict[str, Any]:
        """As the provider publishes it."""
        kind: Any = (
            jwt.algorithms.ECAlgorithm if self.algorithm.startswith("ES") else jwt.algorithms.RSAAlgorithm
        )
        document: dict[str, Any] = json.loads(kind.to_jwk(self.private.public_key()))
        return document | {"kid": self.kid, "use": "sig", "alg": self.algorithm}

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, self.algorithm, headers={"kid": self.kid})


def signed_by_nobody(claims: dict[str, Any]) -> str:
    """A token of algorithm none."""
    return jwt.encode(claims, "", "none")


def signed_by_public_key(key: Key, claims: dict[str, Any]) -> str:
    """A token of HS256 whose secret is what everybody knows: the public key."""
    head = {"alg": "HS256", "kid": key.kid, "typ": "JWT"}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
    mark = hmac.new(json.dumps(key.public).encode(), text.encode(), sha256).digest()
    return f"{text}.{base64url(mark)}"


@dataclass
class Provider:
    """`person` is who signs in; `lies` stand in the ID token for what would be true, and `forge` signs it otherwise."""

    url: str = ""
    key: Key = field(default_factory=lambda: Key("first"))
    published: list[Key] = field(default_factory=list)
    person: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    forge: Callable[[dict[str, Any]], str] | None = None
    secret: str = SECRET
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, location: str, **more: str) -> str:
        """What a person does at the provider: the path of ours that the browser is sent back to."""
        query = dict(URL(location).query)
        assert URL(location).origin() == URL(self.url)
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT_ID)
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = URL(query["redirect_uri"]).update_query({"code": code, "state": query["state"]} | more)
        return back.path_qs

    async def discovery(self, _: web.Request) -> web.Response:
        self._note("discovery")
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return web.json_response(document | self.metadata)

    async def keys(self, _: web.Request) -> web.Response:
        self._note("keys")
        return web.json_response({"keys": [key.public for key in self.published or [self.key]]})

    async def token(self, request: web.Request) -> web.Response:
        self._note("token")
        form = await request.post()
        if not self._is_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        asked = self.codes.pop(str(form.get("code")), None)
        verifier = str(form.get("code_verifier", ""))
        if (
            asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or base64url(sha256(verifier.encode()).digest()) != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now_s = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now_s, "exp": now_s + 60, "nonce": asked["nonce"]}
        told = claims | self.person | self.lies
        sign = self.forge or self.key.sign
        token = sign({name: value for name, value in told.items() if value is not None})
        return web.json_response({"id_token": token, "access_token": "opaque", "token_type": "Bearer"})

    def _is_client(self, request: web.Request, form: Any) -> bool:
        if "client_secret_post" in self.metadata.get("token_endpoint_auth_methods_supported", ()):
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, self.secret)
        # Each of the two is packed like a field of a form before they are put together (RFC 6749, 2.3.1).
        pair = f"{quote_plus(CLIENT_ID)}:{quote_plus(self.secret)}"
        return request.headers.get("Authorization") == f"Basic {base64.b64encode(pair.encode()).decode()}"

    def _note(self, what: str) -> None:
        self.asked.append(what)
        if self.is_away:
            raise web.HTTPServiceUnavailable


@asynccontextmanager
async def providing() -> AsyncIterator[Provider]:
    """A provider on a port of its own."""
    provider = Provider(person={"sub": "person-1", "name": "Olga Open", "groups": ["leaderboard-reviewers"]})
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.discovery)
    app.router.add_get("/keys", provider.keys)
    app.router.add_post("/token", provider.token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield provider
    await runner.cleanup()
