"""Signing in by OpenID Connect, against a provider that is honest: who one is then, and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from leaderboard.config import Config, ConfigError, OpenId, Pages
from leaderboard.domain.openid import identity_of, person_id
from leaderboard.domain.tokens import Token, is_valid
from leaderboard.store import keys
from leaderboard.store.settings import to_json
from leaderboard.store.store import Store
from tests.conftest import Service, serving
from tests.web.asking import refusal_of
from tests.web.pages.provider import CLIENT_ID, SECRET, Key, Provider, providing
from tests.web.pages.visiting import Shown, Visitor

COOKIE = "leaderboard-openid"


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with providing() as provider:
        yield provider


def config_for(provider: Provider, folder: Path) -> Config:
    """A configuration with every role."""
    secret = folder / "client.secret"
    secret.write_text(f"{SECRET}\n", "utf-8")
    openid = OpenId(
        issuer=provider.url,
        name="Example Login",
        client_id=CLIENT_ID,
        client_secret_file=str(secret),
        scopes=("openid", "profile", "groups"),
        roles={
            "leaderboard-admins": "admin",
            "leaderboard-reviewers": "reviewer",
            "leaderboard-agencies": "agency",
        },
        agency_claim="employer",
    )
    return Config(pages=Pages(openid=openid))


@pytest.fixture
async def service(store: Store, provider: Provider, tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(store, config_for(provider, tmp_path)) as service:
        yield service


async def come_back(visitor: Visitor, provider: Provider, where: str = "", **more: str) -> Shown:
    """Signs in at the provider, and is back."""
    begun = await visitor.get(f"/sign-in/openid{where}")
    assert begun.status == 303, begun.html
    return await visitor.get(provider.authorize(begun.location, **more))


async def person_of(service: Service, provider: Provider) -> Token:
    """The token of who signed in."""
    token = await service.store.tokens.find(person_id(identity_of(provider.url, provider.person["sub"])))
    assert token is not None
    return token


async def test_who_signs_in_at_the_provider_is_signed_in_here(service: Service, provider: Provider) -> None:
    visitor = Visitor(service)
    form = await visitor.get("/sign-in?next=/me")
    link = form.tree.xpath('//a[contains(., "Example Login")]/@href')[0]
    begun = await visitor.get(link)

    back = await visitor.get(provider.authorize(begun.location))
    me = await visitor.follow(back)

    assert back.location == "/me"
    assert "Olga Open" in me.text
    assert "Reviewer" in me.text


async def test_without_a_provider_there_is_no_button_and_no_way(store: Store) -> None:
    async with serving(store) as service:
        shown = await Visitor(service).get("/sign-in")

        assert "/sign-in/openid" not in shown.html
        assert (await Visitor(service).get("/sign-in/openid")).status == 404
        assert (await Visitor(service).get("/sign-in/openid/callback?code=a&state=b")).status == 404


async def test_the_cookie_of_a_sign_in_that_was_begun_is_short_and_for_us_alone(service: Service) -> None:
    begun = await Visitor(service).get("/sign-in/openid")
    cookie = begun.answer.headers["Set-Cookie"]

    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"))
    assert begun.answer.headers["Cache-Control"] == "no-store"


async def test_behind_tls_the_cookie_is_secure_and_the_way_back_is_ours(
    store: Store, provider: Provider, tmp_path: Path
) -> None:
    openid = config_for(provider, tmp_path).pages.openid
    config = Config(pages=Pages(url="https://leaderboard.example.com", openid=openid))
    async with serving(store, config) as service:
        begun = await Visitor(service).get("/sign-in/openid")

        assert begun.answer.headers["Set-Cookie"].startswith("__Host-leaderboard-openid=")
        assert "Secure" in begun.answer.headers["Set-Cookie"]
        assert URL(begun.location).query["redirect_uri"] == (
            "https://leaderboard.example.com/sign-in/openid/callback"
        )


async def test_a_person_is_the_same_each_time_and_another_is_another(
    service: Service, provider: Provider
) -> None:
    for _ in range(2):
        await come_back(Visitor(service), provider)
    olga = await person_of(service, provider)
    provider.person["sub"] = "person-2"
    await come_back(Visitor(service), provider)
    other = await person_of(service, provider)

    people = [one for one in await service.store.tokens.every() if one.person]
    assert sorted(people, key=lambda one: one.id) == sorted([olga, other], key=lambda one: one.id)


async def test_no_secret_opens_the_api_in_the_name_of_a_person(service: Service, provider: Provider) -> None:
    await come_back(Visitor(service), provider)
    token = await person_of(service, provider)

    for secret in ("", "a" * 43, token.secret_hash):
        assert not is_valid(token, secret, await service.store.now_ms())
        assert (await service.ask("GET", "/v1/campaigns", token=f"llb_{token.id}_{secret}")).status == 401


async def test_nobody_makes_a_link_that_signs_in_as_a_person(service: Service, provider: Provider) -> None:
    await come_back(Visitor(service), provider)
    token = await person_of(service, provider)

    answer = await service.ask("POST", f"/v1/tokens/{token.id}/link")

    assert (answer.status, refusal_of(answer)) == (409, "not_usable")


async def test_a_role_that_changed_counts_at_once_and_ends_older_sessions(
    service: Service, provider: Provider
) -> None:
    before, after = Visitor(service), Visitor(service)
    await come_back(before, provider)
    provider.person["groups"] = "leaderboard-admins"
    await come_back(after, provider)

    assert (await before.get("/me")).status == 303
    assert "Operator" in (await after.get("/me")).text


async def test_another_name_ends_no_session(service: Service, provider: Provider) -> None:
    before = Visitor(service)
    await come_back(before, provider)
    provider.person["name"] = "Olga Other"
    await come_back(Visitor(service), provider)

    assert "Olga Other" in (await before.get("/me")).text


async def test_the_audit_log_tells_what_the_provider_told(service: Service, provider: Provider) -> None:
    await come_back(Visitor(service), provider)
    newest = (await service.ask("GET", "/v1/audit-log?limit=1")).json["items"][0]

    assert (newest["action"], newest["actor"]) == ("token.put", "openid")
    assert newest["subject"] == (await person_of(service, provider)).id


async def test_who_has_no_role_is_told_so_and_older_sessions_end(
    service: Service, provider: Provider
) -> None:
    before, after = Visitor(service), Visitor(service)
    await come_back(before, provider)
    provider.person["groups"] = ["everybody"]
    shown = await come_back(after, provider)

    assert shown.status == 403
    assert "signed in at Example Login, but nobody has given you a role here" in shown.text
    assert (await before.get("/me")).status == 303
    assert (await after.get("/me")).status == 303


async def test_who_was_revoked_stays_out(service: Service, provider: Provider) -> None:
    visitor = Visitor(service)
    await come_back(visitor, provider)
    token = await person_of(service, provider)
    await service.ask("DELETE", f"/v1/tokens/{token.id}")
    provider.person["groups"] = ["leaderboard-admins"]

    shown = await come_back(visitor, provider)

    assert shown.status == 403
    assert "your access here was taken away" in shown.text
    assert (await visitor.get("/me")).status == 303
    assert (await person_of(service, provider)).role == "reviewer"


async def test_a_token_that_was_revoked_just_now_is_not_made_good_by_a_change_decided_before(
    service: Service, provider: Provider
) -> None:
    await come_back(Visitor(service), provider)
    token = await person_of(service, provider)
    now_ms = await service.store.now_ms()
    await service.store.tokens.revoke(token.id, "test", now_ms)
    outcome = await service.store.settings.put(
        keys.TOKENS, token.id, to_json(token), "token", token.id, "openid"
    )

    assert outcome == "same"
    assert (await person_of(service, provider)).revoked_ms == now_ms


async def test_an_agencys_person_acts_for_the_agency_that_the_provider_names(
    service: Service, provider: Provider
) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    provider.person |= {"groups": ["leaderboard-agencies"], "employer": "north"}
    visitor = Visitor(service)

    await come_back(visitor, provider)

    assert "north" in (await visitor.get("/me")).text
    assert (await person_of(service, provider)).agency == "north"


@pytest.mark.parametrize("employer", [None, "nowhere", ["north", "south"], 7])
async def test_an_agencys_person_without_a_known_agency_is_told_so(
    service: Service, provider: Provider, employer: object
) -> None:
    provider.person |= {"groups": ["leaderboard-agencies"], "employer": employer}

    shown = await come_back(Visitor(service), provider)

    assert shown.status == 403
    assert "names no agency that is known here" in shown.text


async def test_keys_that_the_provider_changed_are_fetched_anew(service: Service, provider: Provider) -> None:
    await come_back(Visitor(service), provider)
    provider.key = Key("second", "RS256")

    back = await come_back(Visitor(service), provider)

    assert back.status == 303
    assert provider.asked.count("keys") == 2
    assert provider.asked.count("discovery") == 1


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    service: Service, provider: Provider
) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]

    assert (await come_back(Visitor(service), provider)).status == 303


async def test_two_tabs_can_both_be_ended(service: Service, provider: Provider) -> None:
    visitor = Visitor(service)
    tabs = [await visitor.get(f"/sign-in/openid?next=/{name}") for name in ("me", "campaigns")]

    backs = [await visitor.get(provider.authorize(tab.location)) for tab in tabs]

    assert [back.location for back in backs] == ["/me", "/campaigns"]


async def test_the_store_holds_no_state_and_no_secret(service: Service, provider: Provider) -> None:
    visitor = Visitor(service)
    begun = await visitor.get("/sign-in/openid")
    state = begun.location.partition("&state=")[2].partition("&")[0]

    for name in await service.store.client.do("KEYS", "*"):
        dumped = await service.store.client.do("DUMP", name)
        held = name + (dumped or b"")
        assert not any(one.encode() in held for one in (state, visitor.cookies[COOKIE], SECRET)), name


@pytest.mark.parametrize("content", [None, "", b"\xff"])
async def test_a_secret_that_cannot_be_read_is_told_at_the_start(
    store: Store, provider: Provider, tmp_path: Path, content: str | bytes | None
) -> None:
    config = config_for(provider, tmp_path)
    path = Path(config.pages.openid.client_secret_file)
    path.unlink()
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(ConfigError, match=r"pages\.openid\.client_secret_file: .*client\.secret"):
        async with serving(store, config):
            pass
