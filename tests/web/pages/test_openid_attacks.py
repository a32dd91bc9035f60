"""Signing in by OpenID Connect where somebody lies: in the token, in the answer, or about the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.domain.openid import ATTEMPT_LIFETIME_MS, ATTEMPTS_MOST
from leaderboard.domain.sessions import FAILURES_MOST
from leaderboard.store.store import Store
from leaderboard.web.pages.openid_token import Expected, NotGenuine, checked_claims, key_set
from tests.conftest import Service, serving
from tests.web.pages.provider import CLIENT_ID, Key, Provider, signed_by_nobody, signed_by_public_key
from tests.web.pages.test_openid import COOKIE, come_back, config_for, provider, service
from tests.web.pages.visiting import Shown, Visitor

__all__ = ["provider", "service"]  # fixtures

FOREIGN = Key("first")


def is_refused(shown: Shown, visitor: Visitor) -> bool:
    """Nobody is signed in, and the page says so."""
    is_out = set(visitor.cookies) <= {COOKIE}
    return shown.status == 401 and is_out and "belongs to no sign-in of this browser" in shown.text


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": "another client", "azp": CLIENT_ID},
        {"aud": None},
        {"aud": [CLIENT_ID, "another client"]},
        {"azp": "another client"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "never"},
        {"iat": 10_000_000_000},
        {"iat": None},
        {"nbf": 10_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "a" * 256},
        {"sub": 7},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
async def test_a_token_that_says_anything_else_signs_nobody_in(
    service: Service, provider: Provider, lies: dict[str, Any]
) -> None:
    provider.lies = lies
    visitor = Visitor(service)

    assert is_refused(await come_back(visitor, provider), visitor)


@pytest.mark.parametrize(
    "sign",
    [
        signed_by_nobody,
        lambda claims: signed_by_public_key(FOREIGN, claims),
        FOREIGN.sign,
        Key("unknown").sign,
        Key("first", "RS256").sign,
        lambda claims: "",
        lambda claims: "a.b.c",
        lambda claims: "\x00.é.ÿ",
        lambda claims: FOREIGN.sign(claims).rpartition(".")[0] + ".",
    ],
    ids=["none", "HS256", "same kid", "other kid", "other kind", "empty", "no token", "no text", "no mark"],
)
async def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    service: Service, provider: Provider, sign: Callable[[dict[str, Any]], str]
) -> None:
    await come_back(Visitor(service), provider)
    provider.published = [provider.key]
    provider.forge = sign
    visitor = Visitor(service)

    assert is_refused(await come_back(visitor, provider), visitor)


async def test_a_token_signed_with_the_public_key_is_refused_by_its_algorithm_alone() -> None:
    """The very key that is published is what such a token was signed with."""
    key, now_s = Key("first"), int(time.time())
    claims = {"iss": "i", "aud": "c", "sub": "s", "nonce": "n", "iat": now_s, "exp": now_s + 60}
    keys, expected = key_set({"keys": [key.public]}), Expected("i", "c", "n", "")

    assert checked_claims(key.sign(claims), keys, expected, now_s)["sub"] == "s"
    with pytest.raises(NotGenuine, match="algorithm"):
        checked_claims(signed_by_public_key(key, claims), keys, expected, now_s)


@pytest.mark.parametrize(
    "document",
    [
        None, [], {}, {"keys": None}, {"keys": []}, {"keys": [None]}, {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
        {"keys": [{"kty": "RSA"}]},
    ],
)  # fmt: skip
def test_keys_that_sign_nothing_are_none(document: object) -> None:
    with pytest.raises(NotGenuine, match="keys cannot be read"):
        key_set(document)


async def test_an_answer_counts_once_with_another_code_too(service: Service, provider: Provider) -> None:
    visitor = Visitor(service)
    begun = await visitor.get("/sign-in/openid")
    path = provider.authorize(begun.location)
    first = await visitor.get(path)
    again = Visitor(service, cookies={COOKIE: visitor.cookies[COOKIE]})

    assert first.status == 303
    assert is_refused(await again.get(path), again)
    assert is_refused(await again.get(provider.authorize(begun.location)), again)


async def test_an_answer_for_another_browser_signs_nobody_in(service: Service, provider: Provider) -> None:
    attacker, victim, bystander = Visitor(service), Visitor(service), Visitor(service)
    ways = [await attacker.get("/sign-in/openid") for _ in range(2)]
    await victim.get("/sign-in/openid")

    assert is_refused(await victim.get(provider.authorize(ways[0].location)), victim)
    assert is_refused(await bystander.get(provider.authorize(ways[1].location)), bystander)


async def test_a_code_of_somebody_elses_sign_in_is_worth_nothing_in_mine(
    service: Service, provider: Provider
) -> None:
    stolen = provider.authorize((await Visitor(service).get("/sign-in/openid")).location)
    code = stolen.partition("code=")[2].partition("&")[0]
    thief = Visitor(service)
    state = (await thief.get("/sign-in/openid")).location.partition("&state=")[2].partition("&")[0]

    shown = await thief.get(f"/sign-in/openid/callback?code={code}&state={state}")

    assert is_refused(shown, thief)


@pytest.mark.parametrize(
    "query", ["", "?code=a", "?state=b", "?code=a&state=", "?error=access_denied", "?code=a&state=b"]
)
async def test_an_answer_to_nothing_signs_nobody_in(service: Service, query: str) -> None:
    visitor = Visitor(service)

    assert is_refused(await visitor.get(f"/sign-in/openid/callback{query}"), visitor)


async def test_an_answer_without_a_code_signs_nobody_in(service: Service, provider: Provider) -> None:
    visitor = Visitor(service)

    assert is_refused(await come_back(visitor, provider, code=""), visitor)


async def test_an_answer_of_another_provider_is_not_taken_for_ours(
    service: Service, provider: Provider
) -> None:
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    other, silent = Visitor(service), Visitor(service)

    assert is_refused(await come_back(other, provider, iss="https://evil.example"), other)
    assert is_refused(await come_back(silent, provider), silent)
    assert "token" not in provider.asked
    assert (await come_back(Visitor(service), provider, iss=provider.url)).status == 303


async def test_after_ten_minutes_one_begins_again(service: Service, provider: Provider, store: Store) -> None:
    visitor = Visitor(service)
    path = provider.authorize((await visitor.get("/sign-in/openid")).location)
    (key,) = await store.client.do("KEYS", "{settings}:sign-in-attempt|*")

    assert 0 < await store.client.do("PTTL", key) <= ATTEMPT_LIFETIME_MS
    await store.client.do("PEXPIRE", key, 0)
    assert is_refused(await visitor.get(path), visitor)


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/sign-in/openid",
        "/a%0d%0ab",
        "javascript:1",
    ],
)
async def test_after_signing_in_one_stays_on_our_site(
    service: Service, provider: Provider, where: str
) -> None:
    assert (await come_back(Visitor(service), provider, f"?next={where}")).location == "/campaigns"


async def test_who_declines_at_the_provider_is_told_and_may_try_again(
    service: Service, provider: Provider
) -> None:
    visitor = Visitor(service)
    shown = await come_back(visitor, provider, "?next=/me", error="access_denied")

    assert shown.status == 403
    assert "There was no sign-in with Example Login" in shown.text
    assert shown.tree.xpath('//a[contains(., "Example Login")]/@href') == ["/sign-in/openid?next=%2Fme"]
    assert shown.tree.xpath('//input[@id="token"]/@aria-invalid') == []


async def test_answers_that_do_not_check_out_count_as_failures_to_sign_in(
    service: Service, provider: Provider
) -> None:
    for _ in range(FAILURES_MOST):
        assert (await Visitor(service).get("/sign-in/openid/callback?code=a&state=b")).status == 401
    visitor = Visitor(service)

    begun, back = await visitor.get("/sign-in/openid"), await visitor.get("/sign-in/openid/callback?state=c")

    assert (begun.status, back.status) == (429, 429)
    assert int(begun.answer.headers["Retry-After"]) > 0


async def test_nobody_fills_the_store_by_beginning_again_and_again(service: Service, store: Store) -> None:
    statuses = [(await Visitor(service).get("/sign-in/openid")).status for _ in range(ATTEMPTS_MOST + 2)]

    assert statuses == [303] * ATTEMPTS_MOST + [429] * 2
    assert len(await store.client.do("KEYS", "{settings}:sign-in-attempt|*")) == ATTEMPTS_MOST


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_provider_that_is_away_is_told_and_blames_nobody(
    service: Service, provider: Provider, when: str
) -> None:
    visitor = Visitor(service)
    path = "/sign-in/openid"
    if when == "after":
        path = provider.authorize((await visitor.get(path)).location)
    provider.is_away = True

    shown = [await visitor.get(path) for _ in range(1 if when == "after" else FAILURES_MOST + 1)][-1]

    assert shown.status == 502
    assert "Example Login does not answer" in shown.text
    assert shown.tree.xpath('//input[@id="token"]'), "a token signs in all the same"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://login.example.com/authorize"},
        {"token_endpoint": "http://login.example.com/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "https://login.example.com:port/"},
    ],
    ids=str,
)
async def test_a_discovery_document_of_another_or_without_tls_is_not_followed(
    service: Service, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata

    shown = await Visitor(service).get("/sign-in/openid")

    assert shown.status == 502
    assert "not set up for Example Login" in shown.text
    assert provider.asked == ["discovery"]


async def test_a_secret_that_is_not_the_providers_is_told_and_blames_nobody(
    service: Service, provider: Provider
) -> None:
    provider.secret = "another"

    shown = [await come_back(Visitor(service), provider) for _ in range(FAILURES_MOST + 1)][-1]

    assert shown.status == 502
    assert "not set up for Example Login" in shown.text


@pytest.mark.parametrize("metadata", [{"issuer": None}, {"token_endpoint": ""}, {"jwks_uri": 7}], ids=str)
async def test_a_discovery_document_that_cannot_be_read_is_told(
    service: Service, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata

    assert (await Visitor(service).get("/sign-in/openid")).status == 502


async def test_a_provider_that_nobody_can_reach_is_told(store: Store, tmp_path: Any) -> None:
    async with serving(store, config_for(Provider(url="http://127.0.0.1:9"), tmp_path)) as service:
        shown = await Visitor(service).get("/sign-in/openid")

        assert shown.status == 502
